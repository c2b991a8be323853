import ClusterModel
import NodeCost
import Observability
import Scheduler

/// Exports what the server knows at the moment of the scrape: the snapshot, prices and their ages.
enum StateMetrics {
  /// - Parameters:
  ///   - keeper: what requests are answered from.
  ///   - nodePriceSeries: how many nodes' prices are exported; 0 exports none.
  static func register(in registry: MetricsRegistry, keeper: ViewKeeper, nodePriceSeries: Int) {
    registry.collected(.counter, metricPrefix + "snapshots_total", help: "Cluster snapshots made.") {
      $0([], Double(keeper.publishedCount))
    }
    registry.collected(.gauge, metricPrefix + "snapshot_nodes", help: "Nodes in the snapshot in use.") {
      $0([], Double(keeper.slot.load().snapshot.nodes.count))
    }
    registry.collected(.gauge, metricPrefix + "snapshot_pods", help: "Pods in the snapshot in use.") {
      $0([], Double(keeper.slot.load().snapshot.podCount))
    }
    registry.collected(
      .gauge, metricPrefix + "nodes_by_price_source", help: "Nodes in the snapshot by the source of their price.",
      labels: ["source"]
    ) { emit in
      var counts: [PriceSource: Int] = [:]
      for price in keeper.slot.load().prices { counts[price?.source ?? .assumed, default: 0] += 1 }
      for source in PriceSource.allCases { emit([source.rawValue], Double(counts[source] ?? 0)) }
    }
    registry.collected(
      .gauge, metricPrefix + "prices_known", help: "Prices that a source has, where it has a list.", labels: ["source"]
    ) { emit in
      for source in PriceReport(book: keeper.book, controlPlaneAgeSeconds: nil).sources {
        if let prices = source.prices { emit([source.source], Double(prices)) }
      }
    }
    guard nodePriceSeries > 0 else { return }
    registry.collected(
      .gauge, metricPrefix + "node_price_dollars_per_hour",
      help: "Price of a node in US dollars per hour; nodes without a price are left out.", labels: ["node", "source"],
      maximumSeries: nodePriceSeries
    ) { emit in
      let view = keeper.slot.load()
      for (node, price) in zip(view.snapshot.nodes, view.prices) {
        guard let price else { continue }
        emit([node.name, price.source.rawValue], Double(price.nanodollarsPerHour.rawValue) / 1e9)
      }
    }
  }
}
