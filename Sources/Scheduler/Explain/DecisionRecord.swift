internal import ClusterModel
internal import Glibc
internal import NodeCost
internal import WireFormat

/// One answer, kept for `explain`: everything that is needed to say later why each node got what it got. No reference to
/// a snapshot, which would keep all of it in memory, but to those of its columns that change with nodes and prices only.
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
  /// The place of each candidate in the columns, or -1; empty where nothing is known of prices.
  private let places: [Int32]
  /// What prices and scores are told from.
  let columns: RecordColumns
  /// What scores were made from; nil for verdicts.
  let scoring: ScoringRecord?

  /// Bytes of memory that the record takes, roughly, what it may share with others (name table, columns) not counted.
  var byteCount: Int {
    256 + names.byteCount + verdicts.count + places.count * MemoryLayout<Int32>.stride + (scoring?.byteCount ?? 0)
  }

  /// The price of each candidate; empty where prices were not looked at.
  var prices: [NodePrice?] { columns.prices.gathered(at: places, missing: nil) }

  /// Scores the candidates again, with reasons; nil where the record has no scores.
  var explanations: [ScoreExplanation]? { scoring?.explanations(columns.gathered(at: places)) }

  var candidateCount: Int { names.count }

  /// The table that the candidates' names are in; nil where the record has copies of them.
  var nameTable: NameTable? { names.table }

  /// The name of a candidate.
  func name(at place: Int) -> String { names.name(at: place) }

  static func filter(
    _ arguments: ExtenderArguments, _ policy: PodPolicy, verdicts: [UInt8], view: SchedulingView, body: RawSpan
  ) -> DecisionRecord {
    // Full nodes are priced when they are scored; doing it here too would double that work.
    let isFull = arguments.nodes != nil
    let indices = arguments.candidates.map(\.nodeIndex)
    return DecisionRecord(
      .filter, arguments.pod, policy,
      names: CandidateNames(arguments.candidates, indices, in: view.snapshot.names, body),
      verdicts: verdicts, places: isFull ? [] : indices,
      columns: isFull ? .none : RecordColumns(view), scoring: nil)
  }

  static func preemption(
    _ arguments: PreemptionArguments, _ policy: PodPolicy, verdicts: [UInt8], view: SchedulingView, body: RawSpan
  ) -> DecisionRecord {
    DecisionRecord(
      .preempt, arguments.pod, policy, names: CandidateNames(arguments.candidates, \.nameRange, body),
      verdicts: verdicts, places: [], columns: .none, scoring: nil)
  }

  static func scores(
    _ arguments: ExtenderArguments, _ policy: PodPolicy, inputs: ScoringInputs, scorer: Scorer, view: SchedulingView,
    body: RawSpan
  ) -> DecisionRecord {
    // In names mode, places are the indices: one array for both.
    let indices = arguments.nodes == nil ? inputs.places : arguments.candidates.map(\.nodeIndex)
    return DecisionRecord(
      .prioritize, arguments.pod, policy,
      names: CandidateNames(arguments.candidates, indices, in: view.snapshot.names, body),
      verdicts: [], places: inputs.places, columns: RecordColumns(inputs),
      scoring: ScoringRecord(inputs, demand: PodDemandForCost(arguments.pod.demand), scorer: scorer))
  }

  private init(
    _ verb: ExtenderVerb, _ pod: Pod, _ policy: PodPolicy, names: CandidateNames, verdicts: [UInt8],
    places: [Int32], columns: RecordColumns, scoring: ScoringRecord?
  ) {
    self.verb = verb
    millisecondsSinceEpoch = WallClock.millisecondsSinceEpoch()
    podNamespace = pod.namespace
    podName = pod.name
    podUID = pod.uid
    isLiveMigratable = policy.isLiveMigratable
    self.names = names
    self.verdicts = verdicts
    self.places = places
    self.columns = columns
    self.scoring = scoring
  }
}

/// Columns of nodes that records keep, without a copy: those of a view, which views share for as long as no node and no
/// price changes, or those that a request's full nodes made.
struct RecordColumns: Sendable {
  let prices: [NodePrice?]
  private let allocatableMilliCPU: [Int64]
  private let allocatableMemoryBytes: [Int64]
  private let gpuCount: [Int64]

  static let none = RecordColumns(prices: [], allocatableMilliCPU: [], allocatableMemoryBytes: [], gpuCount: [])

  init(_ view: SchedulingView) {
    self.init(
      prices: view.prices, allocatableMilliCPU: view.snapshot.columns.allocatableMilliCPU,
      allocatableMemoryBytes: view.snapshot.columns.allocatableMemoryBytes,
      gpuCount: view.snapshot.columns.allocatableGPUs)
  }

  init(_ inputs: ScoringInputs) {
    self.init(
      prices: inputs.prices, allocatableMilliCPU: inputs.allocatableMilliCPU,
      allocatableMemoryBytes: inputs.allocatableMemoryBytes, gpuCount: inputs.gpuCount)
  }

  private init(
    prices: [NodePrice?], allocatableMilliCPU: [Int64], allocatableMemoryBytes: [Int64], gpuCount: [Int64]
  ) {
    self.prices = prices
    self.allocatableMilliCPU = allocatableMilliCPU
    self.allocatableMemoryBytes = allocatableMemoryBytes
    self.gpuCount = gpuCount
  }

  /// Bytes of memory that the columns take, whoever shares them.
  var byteCount: Int {
    prices.count * MemoryLayout<NodePrice?>.stride + 3 * allocatableMilliCPU.count * MemoryLayout<Int64>.stride
  }

  /// Whether these are the other columns' memory, not only equal to them.
  func isShared(with other: RecordColumns) -> Bool {
    prices.isShared(with: other.prices) && allocatableMilliCPU.isShared(with: other.allocatableMilliCPU)
      && allocatableMemoryBytes.isShared(with: other.allocatableMemoryBytes)
      && gpuCount.isShared(with: other.gpuCount)
  }

  /// What scores are made of, one position for each of `places`.
  func gathered(at places: [Int32]) -> CostColumns {
    CostColumns(
      prices: prices.gathered(at: places, missing: nil),
      allocatableMilliCPU: allocatableMilliCPU.gathered(at: places, missing: 0),
      allocatableMemoryBytes: allocatableMemoryBytes.gathered(at: places, missing: 0),
      gpuCount: gpuCount.gathered(at: places, missing: 0))
  }
}

extension Array {
  /// Whether two arrays are copies of one that none of them has changed.
  fileprivate func isShared(with other: [Element]) -> Bool {
    unsafe withUnsafeBufferPointer { mine in
      unsafe other.withUnsafeBufferPointer { unsafe mine.baseAddress == $0.baseAddress && mine.count == $0.count }
    }
  }
}

/// How one request's candidates were scored, and what was taken on them, one position a candidate.
struct ScoringRecord: Sendable {
  let demand: PodDemandForCost
  let scorer: Scorer
  private let usage: UsageColumns

  init(_ inputs: ScoringInputs, demand: PodDemandForCost, scorer: Scorer) {
    self.demand = demand
    self.scorer = scorer
    // Only some ways of scoring look at what is taken, which changes too often for records to share it.
    let readsUsage =
      scorer.strategy == .marginal || scorer.weights.targetAllocated > 0 || scorer.weights.limitOverProvision > 0
    usage = readsUsage ? inputs.usage.gathered(at: inputs.places) : .unknown
  }

  var byteCount: Int { 128 + usage.requestedMilliCPU.count * 4 * MemoryLayout<Int64>.stride }

  /// Scores the candidates again, with reasons. A candidate without a price was either unknown or priced by nobody, which
  /// scores alike.
  fileprivate func explanations(_ columns: CostColumns) -> [ScoreExplanation] {
    let places = (0..<columns.count).map { Int32(clamping: $0) }
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
