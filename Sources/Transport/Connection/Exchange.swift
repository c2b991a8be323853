import NIOCore
import NIOPosix
import Synchronization

/// One request and what became of it, whatever the HTTP version. Confined to its event loop.
final class Exchange {
  let head: ServerRequestHead
  var body: RequestBody
  /// The end of the headers.
  let startedAt: NIODeadline
  /// See `ServerRequest.deadline`.
  let deadline: NIODeadline
  /// Set while the request is answered on the thread pool.
  private var offloaded: OffloadedWork?
  private var responseStatus = 0
  private var responseBytes = 0
  private var operation: String?

  /// Whether the peer speaks HTTP/1.0, which must be told that its connection is kept.
  let isVersion10: Bool

  init(head: ServerRequestHead, core: ServerCore, isVersion10: Bool = false, now: NIODeadline) {
    self.head = head
    self.isVersion10 = isVersion10
    self.startedAt = now
    self.deadline = now + core.limits.requestTimeout
    self.body = RequestBody(
      declaredBytes: head.contentLength, limitBytes: core.limits.maxBodyBytes, budget: core.budget,
      warm: core.warmMemory)
  }

  /// The complete request's response where the body is small; nil where it is answered on the thread pool, and
  /// `completion` is then called on the event loop, unless `cancel()` comes first.
  func respond(
    on connection: Connection, completion: @autoclosure () -> NIOLoopBound<(ServerResponse) -> Void>
  ) -> ServerResponse? {
    let request = ServerRequest(head: head, body: body.takeBuffer(), deadline: deadline)
    if request.body.readableBytes <= connection.limits.offloadBodyBytes {
      return connection.responder.respond(to: request)
    }
    let work = OffloadedWork()
    offloaded = work
    work.start(request, connection.responder, connection.core, connection.channel.eventLoop, completion())
    return nil
  }

  /// The peer is gone: work that has not begun does not begin.
  func cancel() {
    offloaded?.cancel()
    offloaded = nil
  }

  /// Keeps the response's measures for the summary and its bytes charged.
  func willSend(_ response: ServerResponse, bytes: Int) {
    offloaded = nil
    responseStatus = response.sentStatus
    responseBytes = bytes
    operation = response.operation
    body.coverResponse(bytes: bytes)
  }

  func summary(now: NIODeadline) -> RequestSummary {
    RequestSummary(
      method: head.method, path: head.path, operation: operation, status: responseStatus,
      httpVersion: head.httpVersion, isSecure: head.isSecure, requestBytes: body.receivedBytes,
      responseBytes: responseBytes, durationNanoseconds: (now - startedAt).nanoseconds)
  }
}

/// A request that is answered on the thread pool.
private final class OffloadedWork: Sendable {
  private let isCancelled = Atomic<Bool>(false)

  func cancel() { isCancelled.store(true, ordering: .relaxed) }

  func start(
    _ request: ServerRequest, _ responder: any RequestResponder, _ core: ServerCore, _ loop: any EventLoop,
    _ completion: NIOLoopBound<(ServerResponse) -> Void>
  ) {
    core.offloadPool.submit { [self] state in
      guard state == .active, !isCancelled.load(ordering: .relaxed) else { return }
      let response = responder.respond(to: request)
      loop.execute { [self] in
        guard !isCancelled.load(ordering: .relaxed) else { return }
        completion.value(response)
      }
    }
  }
}
