import Logging
import NIOCore
import NodeCost
import Observability
import Scheduler
import Transport

/// Answers every route: the place where the transport meets the scheduler, the metrics and the health checks.
final class Responder: RequestResponder {
  private let admission: Admission
  private let health: Health
  private let metrics: ServerMetrics
  private let service: ExtenderService
  private let keeper: ViewKeeper
  private let controlPlaneAgeSeconds: @Sendable () -> Double?
  private let logger: Logger

  init(
    admission: Admission, health: Health, metrics: ServerMetrics, service: ExtenderService, keeper: ViewKeeper,
    controlPlaneAgeSeconds: @escaping @Sendable () -> Double?, logger: Logger
  ) {
    self.admission = admission
    self.health = health
    self.metrics = metrics
    self.service = service
    self.keeper = keeper
    self.controlPlaneAgeSeconds = controlPlaneAgeSeconds
    self.logger = logger
  }

  func admit(_ head: ServerRequestHead) -> ServerResponse? {
    switch admission.decide(head) {
    case .go: nil
    case .refuse(let response): response
    }
  }

  func respond(to request: ServerRequest) -> ServerResponse {
    guard let route = Route(path: request.path) else { return .text(404, "no such path", operation: "unknown") }
    switch route {
    case .filter: return decide(.filter, request)
    case .prioritize: return decide(.prioritize, request)
    case .preempt: return decide(.preempt, request)
    case .explain:
      return ExplainAnswer.respond(from: service.decisions, query: request.query, accept: request.accept)
    case .prices: return prices()
    case .metrics: return exposition()
    case .healthz, .livez: return health.live(route, query: request.query)
    case .readyz: return health.ready(query: request.query)
    case .version: return Self.version
    }
  }

  private func decide(_ verb: ExtenderVerb, _ request: ServerRequest) -> ServerResponse {
    let started = MonotonicClock.nanoseconds()
    var body = BodySegments(request: request.body)
    let view = keeper.slot.load()
    let outcome = service.respond(to: verb, body: request.body.readableBytesSpan, view: view, into: &body)
    metrics.verbs.count(outcome, durationNanoseconds: MonotonicClock.nanoseconds() &- started)
    log(outcome)
    return ServerResponse(status: outcome.status, body: body.segments, operation: verb.rawValue)
  }

  /// One line for each decision, at debug: the loggers' closures are not even run above it.
  private func log(_ outcome: ExtenderOutcome) {
    logger.debug(
      "decided",
      metadata: [
        "verb": "\(outcome.verb.rawValue)", "result": "\(outcome.result.rawValue)",
        "pod": "\(outcome.podNamespace)/\(outcome.podName)", "uid": "\(outcome.podUID)",
        "live_migratable": "\(outcome.isLiveMigratable)", "nodes": "\(outcome.nodesExamined)",
        "rejected": "\(outcome.nodesRejected)", "full_nodes": "\(outcome.carriedFullNodes)",
        "error": "\(outcome.errorMessage)",
      ])
  }

  private func prices() -> ServerResponse {
    let report = PriceReport(book: keeper.book, controlPlaneAgeSeconds: controlPlaneAgeSeconds())
    guard let json = try? report.json() else {
      return .text(500, "the report could not be written", operation: Route.prices.rawValue)
    }
    return ServerResponse(status: 200, body: [ByteBuffer(bytes: json)], operation: Route.prices.rawValue)
  }

  private func exposition() -> ServerResponse {
    ServerResponse(
      status: 200, contentType: ExpositionWriter.contentType, body: [ByteBuffer(bytes: metrics.registry.exposition())],
      operation: Route.metrics.rawValue)
  }

  private static let version = ServerResponse(
    status: 200, body: [ByteBuffer(string: BuildInformation.current.json)], operation: Route.version.rawValue)
}
