import CurlClient
import Glibc
import KubernetesAPI
import Logging
import NIOCore
import NodeCost
import Observability
import Scheduler
import ServiceLifecycle
import Transport
import UnixSignals
import WireFormat

/// Puts the parts together and runs them until the process is told to stop.
struct Serving {
  let settings: ResolvedSettings
  let trial: TrialFolder?
  let environment: [String: String]

  func run() async throws {
    let logger = Logger(label: "dakr-scheduler")
    logStart(logger)
    // Before there are threads, which would get arenas of their own.
    ProcessMemory.tuneAllocator()
    JSONIndex.keepLargeIndex()
    ProcessMemory.whenUnused { JSONIndex.dropLargeIndex() }
    // Two, so that watches and requests share no connection: libcurl before 8.1 lets one HTTP/2 stream stall the others.
    let engines = (requests: try CurlEngine(), watches: try CurlEngine())
    // libssl cleans up at exit, so no thread of libcurl may be left by then.
    defer {
      engines.watches.shutdown()
      engines.requests.shutdown()
    }
    let token = ClusterToken(settings)
    let prices = try PriceSources(settings, token: token, engine: engines.requests)
    let watch = try clusterWatch(prices.keeper, token, engines, logger)
    let informers = watch?.informers ?? []
    let metrics = ServerMetrics(
      in: MetricsRegistry(), keeper: prices.keeper, refresher: prices.refresher, informers: informers,
      nodePriceSeries: settings.isTrue(.nodePriceMetric) ? settings.integer(.metricSeries) : 0)
    let health = Health(
      checks: ClusterWatch.healthChecks(of: informers, keeper: prices.keeper) + [
        metrics.transport.certificateCheck, prices.healthCheck,
      ])
    let responder = Responder(
      admission: try admission(), health: health, metrics: metrics,
      service: ExtenderService(configuration: try schedulerConfiguration()), keeper: prices.keeper,
      controlPlaneAgeSeconds: { [refresher = prices.refresher] in refresher?.ageNanoseconds.map { Double($0) / 1e9 } },
      logger: Logger(label: "decisions"))
    let server = try serverService(responder, health, metrics, logger)
    // The server comes last: services are stopped in reverse, so it stops first, on a cluster that is still watched.
    try await ServiceGroup(
      services: prices.services + (watch?.services ?? []) + [server], gracefulShutdownSignals: [.sigterm, .sigint],
      logger: Logger(label: "lifecycle")
    ).run()
  }

  private func logStart(_ logger: Logger) {
    let build = BuildInformation.current
    logger.info("starting", metadata: ["version": "\(build.version)", "configuration": "\(build.configuration)"])
    for entry in settings.chosen {
      logger.debug(
        "setting", metadata: ["name": "\(entry.path)", "value": "\(entry.value)", "from": "\(entry.origin.rawValue)"])
    }
    for name in settings.unknownVariables {
      logger.warning("this environment variable belongs to no setting", metadata: ["name": "\(name)"])
    }
  }

  /// The watches on the Kubernetes API; nil where it is not used.
  private func clusterWatch(
    _ keeper: ViewKeeper, _ token: ClusterToken?, _ engines: (requests: CurlEngine, watches: CurlEngine),
    _ logger: Logger
  ) throws -> ClusterWatch? {
    var object: (TokenObject, WatchedToken)?
    if case .watched(let source, let value) = token { object = (source, value) }
    guard let configuration = try ClusterAccess.configuration(settings, environment: environment) else {
      guard object == nil else {
        throw SettingsFailure(
          problems: [
            "nodeCost.tokenFromSecret and tokenFromConfigMap need the Kubernetes API; kubernetes.kubeconfig is none"
          ])
      }
      logger.info("serving without the Kubernetes API: kube-scheduler needs nodeCacheCapable: false")
      return nil
    }
    logger.info("watching the cluster", metadata: ["server": "\(configuration)"])
    let client = try KubernetesClient(
      configuration: configuration, requests: engines.requests, watches: engines.watches,
      userAgent: "dakr-scheduler/\(BuildInformation.current.version)", logger: Logger(label: "kubernetes"))
    return ClusterWatch(client: client, keeper: keeper, token: object)
  }

  private func schedulerConfiguration() throws -> SchedulerConfiguration {
    let weights: ScoreWeights
    do {
      weights = try ScoreWeights(
        cost: settings.integer(.costWeight), targetAllocated: settings.integer(.targetAllocatedWeight),
        limitOverProvision: settings.integer(.limitOverProvisionWeight),
        targetPercent: settings.integer(.targetAllocatedPercent),
        limitPercent: settings.integer(.limitOverProvisionPercent))
    } catch {
      throw SettingsFailure(problems: ["scheduling.weights: \(error.problem)"])
    }
    let strategy = ScoringStrategy(rawValue: settings.choice(.strategy)) ?? .marginal
    return SchedulerConfiguration(
      schedulerNames: settings.list(.schedulerNames),
      checkpointRuntimeClasses: settings.list(.checkpointRuntimeClasses),
      scorer: Scorer(strategy: strategy, weights: weights), explainedDecisions: settings.integer(.explainedDecisions),
      explainedBytes: settings.integer(.explainedBytes))
  }

  private func admission() throws -> Admission {
    let names = settings.list(.allowedClientNames)
    let hasAuthority = settings.text(.clientCA) != nil
    guard hasAuthority || names.isEmpty else {
      throw SettingsFailure(problems: ["tls.allowedClientNames needs tls.clientCA: without it no name is verified"])
    }
    return Admission(needsClientCertificate: hasAuthority, allowedNames: Set(names))
  }

  private func serverService(
    _ responder: Responder, _ health: Health, _ metrics: ServerMetrics, _ logger: Logger
  ) throws -> ServerService {
    ServerService(
      server: Server(
        limits: Limits(settings), eventLoopCount: settings.integer(.eventLoops), observer: metrics.transport,
        logger: Logger(label: "transport")),
      listeners: try listeners(responder), health: health,
      readinessDelay: .nanoseconds(settings.integer(.readinessDelay)),
      gracePeriod: .nanoseconds(Int64(settings.integer(.gracePeriod))), logger: logger, announce: announce)
  }

  private func listeners(_ responder: Responder) throws -> [Listener] {
    guard let certificate = settings.text(.tlsCertificate), let key = settings.text(.tlsKey) else {
      throw SettingsFailure(
        problems: [
          "a certificate is needed: set --tls-cert and --tls-key (`dakr-scheduler certificates DIR` makes a set), or use --trial"
        ])
    }
    var listeners: [Listener] = []
    if let address = settings.address(.httpsAddress) {
      let tls = TLSConfiguration(
        certificateFile: certificate, privateKeyFile: key, clientCAFile: settings.text(.clientCA),
        minimumVersion: TLSMinimumVersion(rawValue: settings.choice(.minimumTLSVersion)) ?? .tls12,
        reloadInterval: .nanoseconds(Int64(settings.integer(.reloadInterval))))
      listeners.append(
        Listener(name: "https", host: address.host, port: address.port, tls: tls, responder: responder))
    }
    if let address = settings.address(.metricsAddress) {
      listeners.append(Listener(name: "http", host: address.host, port: address.port, responder: responder))
    }
    return listeners
  }

  /// Once the listeners are up: the port file for scripts, the next steps of a trial for people.
  private func announce(_ bound: [BoundListener]) throws {
    if let path = settings.text(.portFile) { try PortFile(path: path).write(bound) }
    guard let trial, let https = bound.first(where: { $0.name == "https" }) else { return }
    let http = bound.first { $0.name == "http" }
    let usesCluster = settings.text(.kubeconfig) != "none"
    let steps = try trial.nextSteps(
      https: (https.host, https.port), http: http.map { ($0.host, $0.port) }, usesCluster: usesCluster)
    print(steps)
    // Standard output is block-buffered where it is no terminal, and this is meant to be seen now.
    fflush(nil)
  }
}
