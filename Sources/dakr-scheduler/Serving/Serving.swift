import Glibc
import Logging
import NIOCore
import Observability
import ServiceLifecycle
import Transport
import UnixSignals

/// Puts the parts together and runs them until the process is told to stop.
struct Serving {
  let settings: ResolvedSettings
  let trial: TrialFolder?

  func run() async throws {
    let logger = Logger(label: "dakr-scheduler")
    logStart(logger)
    let registry = MetricsRegistry()
    ProcessMetrics.register(in: registry)
    BuildInformation.current.register(in: registry)
    let observer = TransportMetrics(in: registry)
    let server = Server(
      limits: Limits(settings), eventLoopCount: settings.integer(.eventLoops), observer: observer,
      logger: Logger(label: "transport"))
    let health = Health(checks: [])
    let responder = Responder(admission: try admission(), health: health, registry: registry)
    let service = ServerService(
      server: server, listeners: try listeners(responder), health: health,
      readinessDelay: .nanoseconds(settings.integer(.readinessDelay)),
      gracePeriod: .nanoseconds(Int64(settings.integer(.gracePeriod))), logger: logger, announce: announce)
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [ServiceGroupConfiguration.ServiceConfiguration(service: service)],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "lifecycle")))
    try await group.run()
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

  private func admission() throws -> Admission {
    let names = settings.list(.allowedClientNames)
    let hasAuthority = settings.text(.clientCA) != nil
    guard hasAuthority || names.isEmpty else {
      throw SettingsFailure(problems: ["tls.allowedClientNames needs tls.clientCA: without it no name is verified"])
    }
    return Admission(needsClientCertificate: hasAuthority, allowedNames: Set(names))
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
