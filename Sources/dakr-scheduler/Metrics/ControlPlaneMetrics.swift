import NodeCost
import Observability

/// Exports what the refresh of control-plane prices has counted. Registered with and without a control plane, so that
/// the set of metrics does not depend on the configuration.
enum ControlPlaneMetrics {
  /// `refresher` is nil where no control plane is configured.
  static func register(in registry: MetricsRegistry, refresher: ControlPlaneRefresher?) {
    registry.collected(
      .counter, metricPrefix + "control_plane_calls_total", help: "Calls made to the control plane, by method.",
      labels: ["method"]
    ) { emit in
      for (method, count) in refresher?.status.calls ?? [:] { emit([method], Double(count)) }
    }
    registry.collected(
      .counter, metricPrefix + "control_plane_failures_total",
      help: "Calls to the control plane that failed, by Connect code.", labels: ["code"]
    ) { emit in
      for (code, count) in refresher?.status.failures ?? [:] { emit([code.rawValue], Double(count)) }
    }
    registry.collected(
      .counter, metricPrefix + "control_plane_refreshes_total",
      help: "Refreshes of the control plane's prices: ok brought prices, failed were given up.", labels: ["result"]
    ) { emit in
      guard let status = refresher?.status else { return }
      emit(["ok"], Double(status.refreshes))
      emit(["failed"], Double(status.failedRefreshes))
    }
    registry.collected(
      .gauge, metricPrefix + "control_plane_price_age_seconds",
      help: "Since the control plane's prices arrived; beyond nodeCost.maximumPriceAge they are not used."
    ) { emit in
      if let age = refresher?.ageNanoseconds { emit([], Double(age) / 1e9) }
    }
    registry.collected(
      .gauge, metricPrefix + "control_plane_nodes_priced", help: "Nodes that the control plane's last answer priced."
    ) { emit in
      if let status = refresher?.status { emit([], Double(status.nodesPriced)) }
    }
    registry.collected(
      .gauge, metricPrefix + "control_plane_nodes_odd",
      help: "Nodes without a usable price in the control plane's last answer, by reason.", labels: ["reason"]
    ) { emit in
      for (reason, count) in refresher?.status.odd ?? [:] { emit([reason.rawValue], Double(count)) }
    }
  }
}
