import Logging
import NIOCore
import ServiceLifecycle
import Transport

/// The server as a service: listens until the process is told to stop, then stops in the order that loses no request.
///
/// 1. Readiness says no, requests are still answered: Services and load balancers turn away.
/// 2. The transport stops listening, tells its peers to go (GOAWAY in two steps, `Connection: close`) and finishes what
///    is in flight.
/// 3. What is left after the grace period is cut off.
struct ServerService: Service, CustomStringConvertible {
  var description: String { "server" }

  let server: Server
  let listeners: [Listener]
  let health: Health
  let readinessDelay: Duration
  let gracePeriod: TimeAmount
  let logger: Logger
  /// Called once, when every listener is up.
  let announce: @Sendable ([BoundListener]) throws -> Void

  func run() async throws {
    let bound = try await server.start(listeners)
    for listener in bound {
      logger.info("listening", metadata: ["name": "\(listener.name)", "address": "\(listener.host):\(listener.port)"])
    }
    do {
      try announce(bound)
    } catch {
      _ = await server.shutdown(gracePeriod: .zero)
      throw error
    }
    // Returns normally at SIGTERM; throws only where the task is cancelled, after which there is nothing to wait for.
    try? await gracefulShutdown()
    health.beginStopping()
    logger.info("stopping: not ready any more", metadata: ["delay": "\(readinessDelay)"])
    try? await Task.sleep(for: readinessDelay)
    let drained = await server.shutdown(gracePeriod: gracePeriod)
    if drained {
      logger.info("stopped: every request was answered")
    } else {
      logger.warning("stopped: requests that took longer than shutdown.gracePeriod were cut off")
    }
  }
}
