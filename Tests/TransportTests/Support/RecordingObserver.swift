import Synchronization

@testable import Transport

/// Keeps everything that the transport reports.
final class RecordingObserver: TransportObserver {
  struct Record {
    var opened = 0
    var closed = 0
    var handshakes: [HTTPProtocol] = []
    var handshakeFailures: [HandshakeFailure] = []
    var limits: [LimitKind] = []
    var reloads: [Bool] = []
    var expiries: [Int64] = []
    var requests: [RequestSummary] = []
    var abandoned = 0
  }

  private let state = Mutex(Record())

  var record: Record { state.withLock { $0 } }
  var limits: [LimitKind] { record.limits }

  func connectionOpened(isSecure: Bool) { state.withLock { $0.opened += 1 } }
  func connectionClosed(isSecure: Bool) { state.withLock { $0.closed += 1 } }
  func handshakeFinished(negotiated: HTTPProtocol, tlsVersion: String, durationNanoseconds: Int64) {
    state.withLock { $0.handshakes.append(negotiated) }
  }
  func handshakeFailed(_ reason: HandshakeFailure) { state.withLock { $0.handshakeFailures.append(reason) } }
  func limitHit(_ kind: LimitKind) { state.withLock { $0.limits.append(kind) } }
  func certificateReloaded(success: Bool) { state.withLock { $0.reloads.append(success) } }
  func certificateExpiry(unixSeconds: Int64) { state.withLock { $0.expiries.append(unixSeconds) } }
  func requestFinished(_ summary: RequestSummary) { state.withLock { $0.requests.append(summary) } }
  func requestAbandoned(httpVersion: HTTPProtocol) { state.withLock { $0.abandoned += 1 } }
}
