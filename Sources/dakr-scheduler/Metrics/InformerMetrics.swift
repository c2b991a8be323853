import KubernetesAPI
import Observability

/// Exports how the watches on the Kubernetes API fare. Registered also where there are none.
enum InformerMetrics {
  static func register(in registry: MetricsRegistry, informers: [ClusterWatch.Informer]) {
    func each(
      _ type: MetricType, _ name: String, _ help: String, _ value: @escaping @Sendable (ReflectorStatus) -> Double?
    ) {
      registry.collected(type, metricPrefix + name, help: help, labels: ["kind"]) { emit in
        for informer in informers {
          if let number = value(informer.status()) { emit([informer.kind], number) }
        }
      }
    }
    each(.gauge, "informer_synced", "Whether all objects of a kind have been read at least once, 1 or 0.") {
      $0.isSynced ? 1 : 0
    }
    each(.gauge, "informer_watching", "Whether a watch of the kind is open now, 1 or 0.") { $0.isWatching ? 1 : 0 }
    each(.counter, "informer_lists_total", "Complete lists of a kind that were read.") { Double($0.lists) }
    each(.counter, "informer_events_total", "Changes of a kind's objects that came by its watch.") {
      Double($0.events)
    }
    each(.gauge, "informer_contact_age_seconds", "Since the API server last said anything about a kind.") {
      contactAge($0)
    }
    registry.collected(
      .counter, metricPrefix + "informer_failures_total", help: "Failed lists and watches of a kind, by reason.",
      labels: ["kind", "reason"]
    ) { emit in
      for informer in informers {
        for (reason, count) in informer.status().failures { emit([informer.kind, reason.rawValue], Double(count)) }
      }
    }
    registry.collected(
      .gauge, metricPrefix + "snapshot_age_seconds",
      help:
        "Age of the cluster snapshot: since the API server last said anything about nodes or about pods, whichever is longer ago."
    ) { emit in
      let ages = informers.filter { ["nodes", "pods"].contains($0.kind) }.map { contactAge($0.status()) }
      let known = ages.compactMap(\.self)
      if known.count == ages.count, let oldest = known.max() { emit([], oldest) }
    }
  }

  private static func contactAge(_ status: ReflectorStatus) -> Double? {
    status.contactAgeNanoseconds(nowNanoseconds: KubernetesClock.system.monotonicNanoseconds()).map { Double($0) / 1e9 }
  }
}
