/// Why one candidate got its score, as values; sentences are made elsewhere.
package struct ScoreExplanation: Hashable, Sendable {
  /// One term of the score.
  package struct Term: Hashable, Sendable {
    /// "cost", "targetAllocated" or "limitOverProvision".
    package let name: String
    /// The term's weight; terms of weight 0 are left out.
    package let weight: Int
    /// The term's value in thousandths, 0...1000.
    package let permille: Int
  }

  /// What a cost is the price of.
  package enum CostUnit: String, Sendable {
    case perVCPU = "per-vcpu"
    case perGPU = "per-gpu"
    case podShare = "pod-share"
    case wholeNode = "node"
  }

  /// Why a candidate was scored without regard to its cost.
  package enum SetAside: String, Sendable {
    /// It has GPUs, the pod needs none, and there are candidates without GPUs.
    case gpuNodeForCPUPod = "gpu-node-for-cpu-pod"
    /// It has no GPU that is known of, and the pod needs one.
    case noGPUForGPUPod = "no-gpu-for-gpu-pod"
  }

  /// The candidate's place in the request.
  package let candidate: Int
  /// The node's price; nil where none is known.
  package let nanodollarsPerHour: NanodollarsPerHour?
  /// Where the price came from; `.assumed` where the node counted as the median.
  package let source: PriceSource
  /// The cost that was compared, nanodollars per hour; nil where the candidate was set aside or nobody has a price.
  package let cost: NanodollarsPerHour?
  /// What that is the cost of.
  package let unit: CostUnit
  /// The cheapest candidate's cost.
  package let cheapestCost: NanodollarsPerHour?
  /// Why cost did not count; nil where it did.
  package let setAside: SetAside?
  /// The terms and their weights.
  package let terms: [Term]
  /// The score that left, 0...10.
  package let score: Int
}

extension Scorer {
  /// Explains every candidate of a request from the same inputs that ``score(_:candidates:columns:usage:scratch:into:)``
  /// had. Allocates; not for the request path.
  package func explain(
    _ pod: PodDemandForCost, candidates: Span<Int32>, columns: CostColumns, usage: UsageColumns = .unknown
  ) -> [ScoreExplanation] {
    var scratch = ScoringScratch()
    var scores: [UInt8] = []
    let summary = score(
      pod, candidates: candidates, columns: columns, usage: usage, scratch: &scratch, into: &scores)
    let demand = pod.stabilised
    let exclusion = Self.exclusion(demand, candidates, columns)
    var explanations: [ScoreExplanation] = []
    explanations.reserveCapacity(candidates.count)
    for place in 0..<candidates.count {
      let index = Int(candidates[place])
      let known = index >= 0 && index < columns.count && columns.price[index] >= 0
      let cost = scratch.costs[place]
      let terms = terms(demand, at: index, columns, usage, cost: cost, cheapest: summary.cheapestCost)
      let isSetAside = cost == Self.excluded
      explanations.append(
        ScoreExplanation(
          candidate: place,
          nanodollarsPerHour: known ? NanodollarsPerHour(rawValue: columns.price[index]) : nil,
          source: known ? columns.source[index] : .assumed,
          cost: cost >= 0 ? NanodollarsPerHour(rawValue: cost) : nil,
          unit: costUnit(demand, candidates, columns, exclusion),
          cheapestCost: summary.cheapestCost.map(NanodollarsPerHour.init(rawValue:)),
          setAside: isSetAside ? (exclusion == .withGPU ? .gpuNodeForCPUPod : .noGPUForGPUPod) : nil,
          terms: isSetAside ? [] : weighted(terms), score: Int(scores[place])))
    }
    return explanations
  }

  private func weighted(_ terms: (cost: Int64, target: Int64, limit: Int64)) -> [ScoreExplanation.Term] {
    let all = [
      ("cost", weights.cost, terms.cost), ("targetAllocated", weights.targetAllocated, terms.target),
      ("limitOverProvision", weights.limitOverProvision, terms.limit),
    ]
    return all.filter { $0.1 > 0 }.map { name, weight, value in
      ScoreExplanation.Term(name: name, weight: weight, permille: Int(value * 1000 / ScoreTerms.one))
    }
  }

  private func costUnit(
    _ demand: PodDemandForCost, _ candidates: Span<Int32>, _ columns: CostColumns, _ exclusion: Exclusion
  ) -> ScoreExplanation.CostUnit {
    switch strategy {
    case .node: .wholeNode
    case .share, .marginal: .podShare
    case .unit:
      Self.pricesGPUs(demand, candidates, columns, exclusion) ? .perGPU : .perVCPU
    }
  }
}
