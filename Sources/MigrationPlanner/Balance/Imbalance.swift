/// How uneven a placement is, in full nodes: what `balance` makes small, and `costAndBalance` weighs against money.
///
/// Each node that is paid for counts with its CPU and its memory, by half each. With u the share that pods request of what
/// they may take of the node, and t the threshold, a resource counts u² + 20 · max(0, u − t)², divided by what u = 1 gives.
/// Nodes count by their size: one of average CPU and memory that is full in both is 1, an idle one nearly 0. The squares
/// make even use the least uneven for nodes of any sizes; shares above the threshold outweigh everything else.
package struct Imbalance: Sendable {
  /// How many times more than its share an excess over the threshold weighs.
  private static let excessWeight = 20.0

  let problem: PlanningProblem
  /// Share of a resource above which a node is too full, from 0 to 1.
  package let threshold: Double
  /// One over CPU and memory of each node.
  private var inverses: [SIMD2<Double>] = []
  /// What CPU and memory of each node count when they are full.
  private var weights: [SIMD2<Double>] = []
  private let full: Double

  package init(_ problem: PlanningProblem, threshold: Double) {
    self.problem = problem
    self.threshold = threshold
    full = 1 + Self.excessWeight * (1 - threshold) * (1 - threshold)
    var sum = SIMD2<Double>.zero
    for capacity in problem.capacities { sum += SIMD2<Double>(capacity.lowHalf.lowHalf) }
    let mean = (sum / Double(max(problem.nodeCount, 1))).replacing(with: 1, where: sum .== 0)
    for capacity in problem.capacities {
      let own = SIMD2<Double>(capacity.lowHalf.lowHalf)
      inverses.append(1 / own.replacing(with: 1, where: own .== 0))
      weights.append(own / mean / 2)
    }
  }

  /// Shares of CPU and memory that an amount is of a node; above 1 where the node is overfull.
  @inline(__always)
  func shares(_ amount: ResourceVector, of node: Int) -> SIMD2<Double> {
    SIMD2<Double>(amount.lowHalf.lowHalf) * inverses[node]
  }

  /// What shares of CPU and memory count on a node of any size, from 0 to 1 where nothing is overfull.
  @inline(__always)
  private func strains(_ shares: SIMD2<Double>) -> SIMD2<Double> {
    let excess = (shares - threshold).replacing(with: 0, where: shares .< threshold)
    return (shares * shares + Self.excessWeight * excess * excess) / full
  }

  /// How full a node is by itself, whatever its size: the order in which nodes are relieved.
  func strain(_ node: Int, _ used: ResourceVector) -> Double { strains(shares(used, of: node)).sum() / 2 }

  /// What a node that is paid for adds, in full nodes.
  @inline(__always)
  func value(_ node: Int, _ used: ResourceVector) -> Double {
    (strains(shares(used, of: node)) * weights[node]).sum()
  }

  func total(_ state: PlacementState) -> Double {
    var sum = 0.0
    for node in 0..<problem.nodeCount where state.isPaid(node) { sum += value(node, state.used[node]) }
    return sum
  }

  /// The sum over all nodes that are paid for when each movable pod stands on its node of `placement`.
  package func total(_ placement: [Int32]) -> Double {
    let (used, isPaid) = problem.use(placement)
    return (0..<problem.nodeCount).reduce(0) { isPaid[$1] ? $0 + value($1, used[$1]) : $0 }
  }
}

extension PlanningProblem {
  /// What is taken of each node, and whether it is paid for, when each movable pod stands on its node of `placement`.
  func use(_ placement: [Int32]) -> (used: [ResourceVector], isPaid: [Bool]) {
    var used = immovableUse
    var isPaid = (0..<nodeCount).map { holdingPods[$0] > 0 || !isRemovable[$0] }
    for pod in 0..<podCount where isMovable(pod) {
      used[Int(placement[pod])] &+= kindDemands[Int(podKinds[pod])]
      isPaid[Int(placement[pod])] = true
    }
    return (used, isPaid)
  }
}
