internal import ClusterModel
internal import NodeCost
internal import WireFormat

/// What a request's candidates are scored from: places in columns.
struct ScoringInputs {
  var columns: CostColumns
  var usage: UsageColumns
  /// The place of each candidate in the columns, or -1.
  var places: [Int32]
  /// What the cost columns were made from, for `explain`.
  var prices: [NodePrice?]
  var allocatableMilliCPU: [Int64]
  var allocatableMemoryBytes: [Int64]
  var gpuCount: [Int64]

  /// Names mode: the view's own columns. Full mode: columns of the request's nodes, and what the snapshot knows to be
  /// taken on those that it has.
  init(_ arguments: ExtenderArguments, _ carried: CarriedNodes, view: SchedulingView) {
    guard let nodes = arguments.nodes else {
      columns = view.columns
      usage = view.usage
      places = arguments.candidates.map(\.nodeIndex)
      prices = view.prices
      allocatableMilliCPU = view.snapshot.columns.allocatableMilliCPU
      allocatableMemoryBytes = view.snapshot.columns.allocatableMemoryBytes
      gpuCount = view.snapshot.columns.allocatableGPUs
      return
    }
    prices = nodes.indices.map { place in
      let known = Int(arguments.knownPlaces[place])
      return known >= 0 ? carried.prices[known] : view.priceBook.price(of: NodePricingFacts(nodes[place]))
    }
    allocatableMilliCPU = nodes.map(\.allocatable.milliCPU)
    allocatableMemoryBytes = nodes.map(\.allocatable.memoryBytes)
    gpuCount = nodes.map(\.allocatable.gpus)
    columns = CostColumns(
      prices: prices, allocatableMilliCPU: allocatableMilliCPU, allocatableMemoryBytes: allocatableMemoryBytes,
      gpuCount: gpuCount)
    usage = view.usage.gathered(at: arguments.candidates.map(\.nodeIndex))
    places = (0..<nodes.count).map { Int32(clamping: $0) }
  }
}

extension UsageColumns {
  /// Columns in which position `i` is what these have at `places[i]`, and -1 what they do not have.
  func gathered(at places: [Int32]) -> UsageColumns {
    if requestedMilliCPU.isEmpty { return .unknown }
    func gather(_ column: [Int64]) -> [Int64] { column.gathered(at: places, missing: -1) }
    return UsageColumns(
      requestedMilliCPU: gather(requestedMilliCPU), requestedMemoryBytes: gather(requestedMemoryBytes),
      limitMilliCPU: gather(limitMilliCPU), limitMemoryBytes: gather(limitMemoryBytes))
  }
}

extension Array {
  /// The elements at `places`, with `missing` for places that are not in the array.
  func gathered(at places: [Int32], missing: Element) -> [Element] {
    unsafe [Element](unsafeUninitializedCapacity: places.count) { gathered, gatheredCount in
      // SAFETY: every place is checked against the column, and one element is written for each of `places`.
      unsafe withUnsafeBufferPointer { column in
        unsafe places.withUnsafeBufferPointer { places in
          for index in places.indices {
            let place = Int(unsafe places[index])
            let element = unsafe UInt(bitPattern: place) < UInt(bitPattern: column.count) ? column[place] : missing
            unsafe gathered.initializeElement(at: index, to: element)
          }
          gatheredCount = places.count
        }
      }
    }
  }
}

extension PodDemandForCost {
  /// What scoring needs to know of a pod. What has no limit counts with its request, as it does in the usage of nodes.
  init(_ demand: PodDemand) {
    self.init(
      milliCPU: demand.requests.milliCPU, memoryBytes: demand.requests.memoryBytes, gpuCount: demand.requests.gpus,
      limitMilliCPU: demand.limits.milliCPU, limitMemoryBytes: demand.limits.memoryBytes)
  }
}

extension ExtenderService {
  /// Scores every node, and answers with all of them: in kube-scheduler 1.36 a node that an extender left out loses ties
  /// to one that it listed with 0.
  func prioritize(
    _ arguments: ExtenderArguments, _ carried: CarriedNodes, _ body: RawSpan, _ view: SchedulingView,
    _ writer: inout ResponseWriter, _ outcome: inout ExtenderOutcome
  ) {
    let policy = PodPolicy(arguments.pod, configuration: configuration, reservations: view.reservations)
    outcome.note(arguments, policy)
    guard policy.isOurs else {
      outcome.result = .passedThrough
      outcome.scoreCounts[0] = arguments.candidates.count
      let zeros = [UInt8](repeating: 0, count: arguments.candidates.count)
      ExtenderResults.writeScores(arguments.candidates, scores: zeros, body: body, into: &writer)
      return
    }
    let inputs = ScoringInputs(arguments, carried, view: view)
    var scratch = ScoringScratch()
    var scores: [UInt8] = []
    _ = configuration.scorer.score(
      PodDemandForCost(arguments.pod.demand), candidates: inputs.places.span, columns: inputs.columns,
      usage: inputs.usage, scratch: &scratch, into: &scores)
    outcome.note(scores: scores, inputs)
    ExtenderResults.writeScores(arguments.candidates, scores: scores, body: body, into: &writer)
    decisions.record {
      DecisionRecord.scores(
        arguments, policy, inputs: inputs, scorer: configuration.scorer, view: view, body: body)
    }
  }
}

extension ExtenderOutcome {
  /// Notes the scores given and the sources of the prices behind them.
  fileprivate mutating func note(scores: [UInt8], _ inputs: ScoringInputs) {
    // Two tables in turn, and sources by runs: additions to one place in memory wait for each other.
    var even = InlineArray<11, Int>(repeating: 0)
    var odd = InlineArray<11, Int>(repeating: 0)
    for place in stride(from: 0, to: scores.count - 1, by: 2) {
      even[min(Int(scores[place]), 10)] += 1
      odd[min(Int(scores[place + 1]), 10)] += 1
    }
    if scores.count % 2 == 1, let last = scores.last { even[min(Int(last), 10)] += 1 }
    for score in scoreCounts.indices { scoreCounts[score] += even[score] + odd[score] }
    let sources = inputs.columns.source
    var run = (position: 0, count: 0)
    for place in inputs.places {
      let source = place >= 0 && Int(place) < sources.count ? sources[Int(place)] : .assumed
      let position = Self.position(of: source)
      if position != run.position {
        priceSourceCounts[run.position] += run.count
        run = (position, 0)
      }
      run.count += 1
    }
    priceSourceCounts[run.position] += run.count
  }
}
