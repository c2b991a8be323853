package import ClusterModel
package import NodeCost
internal import Synchronization

/// Everything that a request is answered from: the cluster, prices and promises of one moment.
///
/// Immutable and shared by all threads. A new one is made whenever the snapshot, the prices or the reservations change.
package final class SchedulingView: Sendable {
  package let snapshot: ClusterSnapshot
  /// Prices nodes that a request carries itself.
  package let priceBook: PriceBook
  /// The price of each node by dense index; nil where nobody knows one.
  package let prices: [NodePrice?]
  /// Costs of the nodes by dense index.
  package let columns: CostColumns
  /// What is taken on the nodes by dense index; unknown until pods have been read.
  package let usage: UsageColumns
  package let reservations: Reservations
  /// Whether all nodes have been read.
  package let areNodesSynced: Bool
  /// Whether all pods have been read.
  package let arePodsSynced: Bool

  private init(
    snapshot: ClusterSnapshot, priceBook: PriceBook, prices: [NodePrice?], columns: CostColumns,
    reservations: Reservations, areNodesSynced: Bool, arePodsSynced: Bool
  ) {
    self.snapshot = snapshot
    self.priceBook = priceBook
    self.prices = prices
    self.columns = columns
    self.reservations = reservations
    self.areNodesSynced = areNodesSynced
    self.arePodsSynced = arePodsSynced
    usage =
      arePodsSynced
      ? UsageColumns(
        requestedMilliCPU: snapshot.columns.requestedMilliCPU,
        requestedMemoryBytes: snapshot.columns.requestedMemoryBytes,
        limitMilliCPU: snapshot.columns.limitMilliCPU, limitMemoryBytes: snapshot.columns.limitMemoryBytes)
      : .unknown
  }

  /// Makes a view. Nodes that `previous` has unchanged keep their price where the price book is the same one, so that a
  /// change of pods costs microseconds.
  ///
  /// - Parameters:
  ///   - snapshot: the cluster; ``ClusterSnapshot/empty`` where only full nodes are served.
  ///   - prices: the price book.
  ///   - reservations: what migrations under way have promised.
  ///   - nodesSynced: whether all nodes have been read.
  ///   - podsSynced: whether all pods have been read.
  ///   - previous: the view that this one replaces.
  package static func make(
    snapshot: ClusterSnapshot, prices: PriceBook, reservations: Reservations = .none, nodesSynced: Bool,
    podsSynced: Bool, replacing previous: SchedulingView? = nil
  ) -> SchedulingView {
    let reusable = previous.flatMap { $0.priceBook === prices ? $0 : nil }
    let nodePrices =
      if let reusable, reusable.snapshot.nodes == snapshot.nodes {
        reusable.prices
      } else {
        snapshot.nodes.indices.map { index in
          reusable?.price(ofUnchanged: snapshot.nodes[index], expectedAt: index)
            ?? prices.price(of: NodePricingFacts(snapshot.nodes[index]))
        }
      }
    return SchedulingView(
      snapshot: snapshot, priceBook: prices, prices: nodePrices,
      columns: reusable?.columns(ifOf: snapshot, nodePrices)
        ?? CostColumns(
          prices: nodePrices, allocatableMilliCPU: snapshot.columns.allocatableMilliCPU,
          allocatableMemoryBytes: snapshot.columns.allocatableMemoryBytes,
          gpuCount: snapshot.columns.allocatableGPUs),
      reservations: reservations, areNodesSynced: nodesSynced, arePodsSynced: podsSynced)
  }

  /// This view's columns, where those of `snapshot` at these prices would be equal.
  private func columns(ifOf other: ClusterSnapshot, _ prices: [NodePrice?]) -> CostColumns? {
    let (mine, theirs) = (snapshot.columns, other.columns)
    let isEqual =
      mine.allocatableMilliCPU == theirs.allocatableMilliCPU
      && mine.allocatableMemoryBytes == theirs.allocatableMemoryBytes && mine.allocatableGPUs == theirs.allocatableGPUs
      && self.prices == prices
    return isEqual ? columns : nil
  }

  /// The price of a node that this view has exactly as it is, or nil.
  private func price(ofUnchanged node: Node, expectedAt index: Int) -> NodePrice? {
    if index < snapshot.nodes.count, snapshot.nodes[index] == node { return prices[index] }
    guard let index = snapshot.names.index(of: node.name), snapshot.nodes[index] == node else { return nil }
    return prices[index]
  }

  /// The view of a process that has read nothing yet.
  package static func empty(prices: PriceBook) -> SchedulingView {
    make(snapshot: .empty, prices: prices, nodesSynced: false, podsSynced: false)
  }
}

/// Where the current view stands: requests load it, the snapshot's owner stores the next one. Usable by any thread; a
/// load or store takes about ten nanoseconds.
package final class SnapshotSlot: Sendable {
  private let current: Mutex<SchedulingView>

  package init(_ view: SchedulingView) {
    current = Mutex(view)
  }

  package func load() -> SchedulingView { current.withLock { $0 } }

  package func store(_ view: SchedulingView) { current.withLock { $0 = view } }
}
