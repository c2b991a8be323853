import CurlClient
import KubernetesAPI
import Logging
import NodeCost
import PlannerInput
import WireFormat

/// Reads what a plan is made from: the cluster, from files or from its API server, and prices.
struct PlanInputs {
  let settings: ResolvedSettings
  let environment: [String: String]
  /// Files; none reads the API server.
  let paths: [String]

  /// What was read.
  struct Cluster {
    var input = ClusterInput()
    var prices: PriceBook
    var notes: [String] = []
  }

  /// How long a control plane may take to name its prices before the plan goes on without them.
  private static let priceWait = Duration.seconds(20)

  func read(_ progress: PlanningProgressLine) async throws -> Cluster {
    defer { progress.finish() }
    let engines = (requests: try CurlEngine(), watches: try CurlEngine())
    // libssl cleans up at exit, so no thread of libcurl may be left by then.
    defer {
      engines.watches.shutdown()
      engines.requests.shutdown()
    }
    let client = try paths.isEmpty ? client(engines) : nil
    let token = ClusterToken(settings)
    if case .watched(let object, let value)? = token { try await Self.fill(value, from: object, client) }
    let sources = try PriceSources(settings, token: token, engine: engines.requests)
    var cluster = Cluster(prices: sources.keeper.book)
    if let client {
      var live = LiveCluster(client: client)
      try await live.read(into: &cluster.input) { progress.reading($0) }
      cluster.notes = live.notes
    } else {
      progress.reading("files")
      try ClusterFiles(paths: paths).read { cluster.input.add($0) }
    }
    if let refresher = sources.refresher {
      progress.reading("prices")
      if let failure = await Self.refresh(refresher) {
        cluster.notes.append("no prices from the control plane, those of other sources are used: \(failure)")
      }
      cluster.prices = sources.keeper.book
    }
    return cluster
  }

  private func client(_ engines: (requests: CurlEngine, watches: CurlEngine)) throws -> KubernetesClient {
    guard let configuration = try ClusterAccess.configuration(settings, environment: environment) else {
      throw CommandFailure("--kubeconfig none leaves nothing to plan for; give files with --from, or a kubeconfig")
    }
    return try KubernetesClient(
      configuration: configuration, requests: engines.requests, watches: engines.watches,
      userAgent: "dakr-scheduler/\(BuildInformation.current.version)", logger: Logger(label: "kubernetes"))
  }

  /// Reads the token's Secret or ConfigMap once.
  private static func fill(_ value: WatchedToken, from object: TokenObject, _ client: KubernetesClient?) async throws {
    guard let client else {
      throw CommandFailure(
        "nodeCost.tokenFromSecret and tokenFromConfigMap need the Kubernetes API; with --from give --control-plane-token-file"
      )
    }
    let namespace = object.namespace ?? client.configuration.namespace ?? "default"
    let path = ResourcePath(resource: object.kind.rawValue, namespace: namespace)
    let found = try await client.list(
      path, selector: .named(object.name), codec: object.kind == .secrets ? .secrets : .configMaps)
    value.set(
      found.items.first { $0.name == object.name }?.data[object.key].map { String(decoding: $0, as: UTF8.self) })
  }

  /// Waits for the first prices; returns why there are none.
  private static func refresh(_ refresher: ControlPlaneRefresher) async -> String? {
    let work = Task { await refresher.run() }
    defer { work.cancel() }
    let start = ContinuousClock.now
    while ContinuousClock.now - start < priceWait {
      let status = refresher.status
      if status.refreshes > 0 { return nil }
      if let failure = status.lastFailure { return "\(failure)" }
      try? await Task.sleep(for: .milliseconds(20))
    }
    return "no answer in \(priceWait)"
  }
}
