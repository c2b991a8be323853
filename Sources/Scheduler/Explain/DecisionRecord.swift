internal import ClusterModel
internal import Glibc
internal import NodeCost
internal import WireFormat

/// One answer, kept for `explain`: everything that is needed to say later why each node got what it got, and no reference
/// to a snapshot, which would keep all of it in memory.
struct DecisionRecord: Sendable {
  let verb: ExtenderVerb
  let millisecondsSinceEpoch: Int64
  let podNamespace: String
  let podName: String
  let podUID: String
  let isLiveMigratable: Bool
  private let names: CandidateNames
  /// One verdict a candidate (``Verdict/rawValue``); empty for scores.
  let verdicts: [UInt8]
  /// One price a candidate.
  let prices: [NodePrice?]
  /// What scores were made from; nil for verdicts.
  let scoring: ScoringRecord?

  /// Bytes of memory that the record takes, roughly, the name table not counted.
  var byteCount: Int {
    256 + names.byteCount + verdicts.count + prices.count * 16 + (scoring?.byteCount ?? 0)
  }

  var candidateCount: Int { names.count }

  /// The table that the candidates' names are in; nil where the record has copies of them.
  var nameTable: NameTable? { names.table }

  /// The name of a candidate.
  func name(at place: Int) -> String { names.name(at: place) }

  static func filter(
    _ arguments: ExtenderArguments, _ policy: PodPolicy, verdicts: [UInt8], view: SchedulingView, body: RawSpan
  ) -> DecisionRecord {
    // Full nodes are priced when they are scored; doing it here too would double that work.
    let prices =
      arguments.nodes == nil ? view.prices.gathered(at: arguments.candidates.map(\.nodeIndex), missing: nil) : []
    return DecisionRecord(
      .filter, arguments.pod, policy, names: CandidateNames(arguments.candidates, in: view.snapshot.names, body),
      verdicts: verdicts,
      prices: prices, scoring: nil)
  }

  static func preemption(
    _ arguments: PreemptionArguments, _ policy: PodPolicy, verdicts: [UInt8], view: SchedulingView, body: RawSpan
  ) -> DecisionRecord {
    DecisionRecord(
      .preempt, arguments.pod, policy, names: CandidateNames(arguments.candidates, \.nameRange, body),
      verdicts: verdicts,
      prices: [], scoring: nil)
  }

  static func scores(
    _ arguments: ExtenderArguments, _ policy: PodPolicy, inputs: ScoringInputs, scorer: Scorer, view: SchedulingView,
    body: RawSpan
  ) -> DecisionRecord {
    DecisionRecord(
      .prioritize, arguments.pod, policy, names: CandidateNames(arguments.candidates, in: view.snapshot.names, body),
      verdicts: [],
      prices: inputs.prices.gathered(at: inputs.places, missing: nil),
      scoring: ScoringRecord(inputs, demand: PodDemandForCost(arguments.pod.demand), scorer: scorer))
  }

  private init(
    _ verb: ExtenderVerb, _ pod: Pod, _ policy: PodPolicy, names: CandidateNames, verdicts: [UInt8],
    prices: [NodePrice?], scoring: ScoringRecord?
  ) {
    self.verb = verb
    millisecondsSinceEpoch = WallClock.millisecondsSinceEpoch()
    podNamespace = pod.namespace
    podName = pod.name
    podUID = pod.uid
    isLiveMigratable = policy.isLiveMigratable
    self.names = names
    self.verdicts = verdicts
    self.prices = prices
    self.scoring = scoring
  }
}

/// The inputs of one request's scores, one position a candidate, so that they can be scored again with an explanation.
struct ScoringRecord: Sendable {
  let demand: PodDemandForCost
  let scorer: Scorer
  private let allocatableMilliCPU: [Int64]
  private let allocatableMemoryBytes: [Int64]
  private let gpuCount: [Int64]
  private let usage: UsageColumns

  init(_ inputs: ScoringInputs, demand: PodDemandForCost, scorer: Scorer) {
    self.demand = demand
    self.scorer = scorer
    allocatableMilliCPU = inputs.allocatableMilliCPU.gathered(at: inputs.places, missing: 0)
    allocatableMemoryBytes = inputs.allocatableMemoryBytes.gathered(at: inputs.places, missing: 0)
    gpuCount = inputs.gpuCount.gathered(at: inputs.places, missing: 0)
    // Only some ways of scoring look at what is taken.
    let readsUsage =
      scorer.strategy == .marginal || scorer.weights.targetAllocated > 0 || scorer.weights.limitOverProvision > 0
    usage = readsUsage ? inputs.usage.gathered(at: inputs.places) : .unknown
  }

  var byteCount: Int { 128 + allocatableMilliCPU.count * 8 * (usage.requestedMilliCPU.isEmpty ? 3 : 7) }

  /// Scores the candidates again, with reasons. A candidate without a price was either unknown or priced by nobody, which
  /// scores alike.
  func explanations(prices: [NodePrice?]) -> [ScoreExplanation] {
    let columns = CostColumns(
      prices: prices, allocatableMilliCPU: allocatableMilliCPU, allocatableMemoryBytes: allocatableMemoryBytes,
      gpuCount: gpuCount)
    let places = (0..<prices.count).map { Int32(clamping: $0) }
    return scorer.explain(demand, candidates: places.span, columns: columns, usage: usage)
  }
}

/// The time of day.
package enum WallClock {
  static func millisecondsSinceEpoch() -> Int64 {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// A time as RFC 3339 in UTC, such as `2026-09-01T12:00:00.250Z`. The date is computed as in Howard Hinnant's
  /// "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
  package static func rfc3339(_ millisecondsSinceEpoch: Int64) -> String {
    let seconds = millisecondsSinceEpoch / 1000
    let days = seconds / 86_400
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let time = seconds % 86_400
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(time / 3600, 2)):"
      + "\(padded(time / 60 % 60, 2)):\(padded(time % 60, 2)).\(padded(millisecondsSinceEpoch % 1000, 3))Z"
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
