import NIOCore
import Observability
import Transport

/// Answers every route: the place where the transport meets the scheduler, the metrics and the health checks.
final class Responder: RequestResponder {
  private let admission: Admission
  private let health: Health
  private let registry: MetricsRegistry

  init(admission: Admission, health: Health, registry: MetricsRegistry) {
    self.admission = admission
    self.health = health
    self.registry = registry
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
    case .filter, .prioritize, .preempt: return .text(501, "not yet", operation: route.rawValue)
    case .explain: return .text(501, "not yet", operation: route.rawValue)
    case .prices: return .text(501, "not yet", operation: route.rawValue)
    case .metrics: return metrics()
    case .healthz, .livez: return health.live(route, query: request.query)
    case .readyz: return health.ready(query: request.query)
    case .version: return Self.version
    }
  }

  private func metrics() -> ServerResponse {
    ServerResponse(
      status: 200, contentType: ExpositionWriter.contentType, body: [ByteBuffer(bytes: registry.exposition())],
      operation: Route.metrics.rawValue)
  }

  private static let version = ServerResponse(
    status: 200, body: [ByteBuffer(string: BuildInformation.current.json)], operation: Route.version.rawValue)
}
