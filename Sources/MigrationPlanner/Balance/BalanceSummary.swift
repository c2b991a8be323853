/// How evenly the nodes that are paid for are used, in numbers that people compare.
///
/// Shares are what pods request of what they may take of a node (allocatable less the headroom), 1 for all of it.
package struct BalanceSummary: Hashable, Sendable {
  /// How the shares of one resource are distributed over the nodes.
  package struct Spread: Hashable, Sendable {
    /// Position of the resource in the problem: CPU or memory.
    package var resource: Int
    package var mean: Double
    package var standardDeviation: Double
    /// A tenth of the nodes are used this little, or less.
    package var percentile10: Double
    /// A tenth of the nodes are used this much, or more.
    package var percentile90: Double
  }

  package struct HottestNode: Hashable, Sendable {
    package var node: Int
    package var resource: Int
    package var share: Double
  }

  /// Nodes that are paid for.
  package var nodes = 0
  /// Nodes of which more CPU or memory is requested than the threshold says.
  package var nodesOverThreshold = 0
  /// The node with the greatest share; nil where no node is paid for.
  package var hottest: HottestNode?
  /// CPU and memory.
  package var spreads: [Spread] = []
  /// In full nodes, as ``Imbalance`` measures it.
  package var imbalance: Double

  package init(_ imbalance: Imbalance, _ placement: [Int32]) {
    let problem = imbalance.problem
    self.imbalance = imbalance.total(placement)
    let (used, isPaid) = problem.use(placement)
    var shares: [[Double]] = [[], []]
    for node in 0..<problem.nodeCount where isPaid[node] {
      let own = imbalance.shares(used[node], of: node)
      nodes += 1
      if own.max() > imbalance.threshold { nodesOverThreshold += 1 }
      for resource in 0..<2 {
        shares[resource].append(own[resource])
        if own[resource] > hottest?.share ?? -1 {
          hottest = HottestNode(node: node, resource: resource, share: own[resource])
        }
      }
    }
    if nodes > 0 { spreads = (0..<2).map { Self.spread($0, shares[$0].sorted()) } }
  }

  private static func spread(_ resource: Int, _ sorted: [Double]) -> Spread {
    let count = Double(sorted.count)
    let mean = sorted.reduce(0, +) / count
    let variance = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    // Nearest rank: a share that some node has.
    func percentile(_ percent: Double) -> Double { sorted[max(Int((count * percent / 100).rounded(.up)) - 1, 0)] }
    return Spread(
      resource: resource, mean: mean, standardDeviation: variance.squareRoot(), percentile10: percentile(10),
      percentile90: percentile(90))
  }
}
