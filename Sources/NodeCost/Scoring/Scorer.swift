/// Gives each candidate of a request an integer score from 0 to 10: `round(10 × cheapest ÷ cost)`, halves up.
///
/// Equal costs get equal scores, the order of the candidates does not matter, and one per cent of difference is never
/// more than one point. The loops run over columns and allocate nothing per node. Rules beside the ratio:
/// - a candidate without a price costs the median of the priced candidates (the lower one of two); with no price at all
///   everyone gets 10;
/// - for a pod without GPUs, nodes with GPUs get 0 and the others at least 1, unless every candidate has GPUs;
/// - for a pod with GPUs, nodes without get 0, unless no candidate has any;
/// - a candidate with nothing allocatable is infinitely dear, one that costs nothing gets 10 and the rest 0.
package struct Scorer: Sendable {
  /// What cost means.
  package let strategy: ScoringStrategy
  /// How cost is weighed against the optional terms.
  package let weights: ScoreWeights

  /// A scorer; stateless, usable by any thread.
  package init(strategy: ScoringStrategy = .unit, weights: ScoreWeights = .standard) {
    self.strategy = strategy
    self.weights = weights
  }

  /// Scores `candidates`, dense node indices into `columns`; an index outside (a node that the snapshot does not know)
  /// counts as a node without a price. `scores` is replaced by one score for each candidate, in their order.
  ///
  /// `scratch` is memory to work in: keep one for each thread and nothing is allocated once it has grown.
  package func score(
    _ pod: PodDemandForCost, candidates: Span<Int32>, columns: CostColumns, usage: UsageColumns = .unknown,
    scratch: inout ScoringScratch, into scores: inout [UInt8]
  ) -> ScoringSummary {
    let demand = pod.stabilised
    scratch.prepare(count: candidates.count)
    let exclusion = Self.exclusion(demand, candidates, columns)
    fillCosts(demand, candidates, columns, usage, exclusion, &scratch)
    let summary = Self.settle(&scratch, exclusion)
    scores.removeAll(keepingCapacity: true)
    scores.reserveCapacity(candidates.count)
    if weights.isCostAlone {
      Self.appendRatioScores(scratch.costs, summary, floor: exclusion.floor, to: &scores)
    } else {
      appendWeightedScores(demand, candidates, columns, usage, scratch.costs, summary, exclusion.floor, to: &scores)
    }
    return summary
  }

  /// Which candidates are set aside.
  enum Exclusion {
    case none
    /// Those with GPUs; the others keep a score above theirs.
    case withGPU
    /// Those without GPUs.
    case withoutGPU

    /// The least score of a candidate that is not set aside.
    var floor: UInt8 { self == .withGPU ? 1 : 0 }
  }

  /// Stands in the scratch column for a candidate that is set aside.
  static let excluded: Int64 = -2

  static func exclusion(_ demand: PodDemandForCost, _ candidates: Span<Int32>, _ columns: CostColumns) -> Exclusion {
    guard columns.hasGPUs else { return .none }
    let gpuCount = columns.gpuCount.span
    let count = columns.count
    var withGPU = 0
    for place in 0..<candidates.count {
      let index = Int(candidates[place])
      if index >= 0, index < count, gpuCount[index] > 0 { withGPU += 1 }
    }
    guard withGPU > 0, withGPU < candidates.count else { return .none }
    return demand.gpuCount > 0 ? .withoutGPU : .withGPU
  }

  /// One cost for each candidate, or `Cost.unknown`, or `excluded`.
  private func fillCosts(
    _ demand: PodDemandForCost, _ candidates: Span<Int32>, _ columns: CostColumns, _ usage: UsageColumns,
    _ exclusion: Exclusion, _ scratch: inout ScoringScratch
  ) {
    let perGPU = Self.pricesGPUs(demand, candidates, columns, exclusion)
    let unit = perGPU ? columns.perGPU : columns.perVCPU
    switch strategy {
    case .unit: Self.gather(unit, candidates, columns, exclusion, &scratch)
    case .node: Self.gather(columns.price, candidates, columns, exclusion, &scratch)
    case .share:
      fillShares(demand, candidates, columns, exclusion, perGPU, &scratch)
    case .marginal where usage.requestedMilliCPU.isEmpty || usage.requestedMemoryBytes.isEmpty:
      fillShares(demand, candidates, columns, exclusion, perGPU, &scratch)
    case .marginal:
      fillMarginalCosts(demand, candidates, columns, usage, exclusion, perGPU, &scratch)
    }
  }

  private func fillShares(
    _ demand: PodDemandForCost, _ candidates: Span<Int32>, _ columns: CostColumns, _ exclusion: Exclusion,
    _ chargesGPUs: Bool, _ scratch: inout ScoringScratch
  ) {
    let perVCPU = columns.perVCPU.span
    let perGibibyte = columns.perGibibyte.span
    let perGPU = columns.perGPU.span
    Self.each(candidates, columns, exclusion, &scratch) { index in
      guard perVCPU[index] >= 0 else { return Cost.unknown }
      return Cost.share(
        perVCPU: perVCPU[index], perGibibyte: perGibibyte[index], perGPU: chargesGPUs ? perGPU[index] : 0, of: demand)
    }
  }

  private func fillMarginalCosts(
    _ demand: PodDemandForCost, _ candidates: Span<Int32>, _ columns: CostColumns, _ usage: UsageColumns,
    _ exclusion: Exclusion, _ chargesGPUs: Bool, _ scratch: inout ScoringScratch
  ) {
    let price = columns.price.span
    let perVCPU = columns.perVCPU.span
    let perGibibyte = columns.perGibibyte.span
    let perGPU = columns.perGPU.span
    let requestedMilliCPU = usage.requestedMilliCPU.span
    let requestedMemoryBytes = usage.requestedMemoryBytes.span
    let known = min(requestedMilliCPU.count, requestedMemoryBytes.count)
    Self.each(candidates, columns, exclusion, &scratch) { index in
      guard price[index] >= 0 else { return Cost.unknown }
      return Cost.marginal(
        price: price[index], perVCPU: perVCPU[index], perGibibyte: perGibibyte[index],
        perGPU: chargesGPUs ? perGPU[index] : 0, of: demand,
        requestedMilliCPU: index < known ? requestedMilliCPU[index] : -1,
        requestedMemoryBytes: index < known ? requestedMemoryBytes[index] : -1)
    }
  }

  /// Whether GPUs are what the pod is charged for: it asks for some and at least one candidate has some.
  static func pricesGPUs(
    _ demand: PodDemandForCost, _ candidates: Span<Int32>, _ columns: CostColumns, _ exclusion: Exclusion
  ) -> Bool {
    guard demand.gpuCount > 0, candidates.count > 0 else { return false }
    guard exclusion == .none else { return true }
    // All candidates have GPUs or none has: the first tells.
    let index = Int(candidates[0])
    return index >= 0 && index < columns.count && columns.gpuCount[index] > 0
  }

  @inline(__always)
  private static func gather(
    _ column: [Int64], _ candidates: Span<Int32>, _ columns: CostColumns, _ exclusion: Exclusion,
    _ scratch: inout ScoringScratch
  ) {
    let cost = column.span
    each(candidates, columns, exclusion, &scratch) { index in cost[index] }
  }

  @inline(__always)
  private static func each(
    _ candidates: Span<Int32>, _ columns: CostColumns, _ exclusion: Exclusion, _ scratch: inout ScoringScratch,
    _ cost: (Int) -> Int64
  ) {
    let count = columns.count
    let gpuCount = columns.gpuCount.span
    var costs = scratch.costs.mutableSpan
    for place in 0..<candidates.count {
      let index = Int(candidates[place])
      guard index >= 0, index < count else {
        costs[place] = exclusion == .withoutGPU ? excluded : Cost.unknown
        continue
      }
      switch exclusion {
      case .none: costs[place] = cost(index)
      case .withGPU: costs[place] = gpuCount[index] > 0 ? excluded : cost(index)
      case .withoutGPU: costs[place] = gpuCount[index] > 0 ? cost(index) : excluded
      }
    }
  }
}
