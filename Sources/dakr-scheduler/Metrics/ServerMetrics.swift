import NodeCost
import Observability

/// Every metric of `serve`, in one registry.
struct ServerMetrics: Sendable {
  let registry: MetricsRegistry
  let transport: TransportMetrics
  let verbs: VerbMetrics

  init(
    in registry: MetricsRegistry, keeper: ViewKeeper, refresher: ControlPlaneRefresher?,
    informers: [ClusterWatch.Informer], nodePriceSeries: Int
  ) {
    self.registry = registry
    ProcessMetrics.register(in: registry)
    BuildInformation.current.register(in: registry)
    transport = TransportMetrics(in: registry)
    verbs = VerbMetrics(in: registry)
    StateMetrics.register(in: registry, keeper: keeper, nodePriceSeries: nodePriceSeries)
    InformerMetrics.register(in: registry, informers: informers)
    ControlPlaneMetrics.register(in: registry, refresher: refresher)
  }
}
