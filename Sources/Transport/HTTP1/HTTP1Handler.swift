import NIOCore
import NIOHTTP1

/// Answers the requests of one HTTP/1.1 connection, one after the other.
///
/// 1. Checks each head, asks the responder whether the request may go on, answers `Expect: 100-continue`.
/// 2. Gathers the body within its limits, and has the complete request answered.
/// 3. Holds pipelined requests and further reads back until the response is written.
/// 4. Ends connections that are idle, too slow, malformed, or asked to close, in a way that lets the peer read the last
///    response.
final class HTTP1Handler: ChannelDuplexHandler, ConnectionDriver {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = Never
  typealias OutboundIn = Never
  typealias OutboundOut = ByteBuffer

  private enum Stage {
    /// Between requests, since the given time.
    case idle(since: NIODeadline)
    /// A body arrives.
    case reading(Exchange, isKeepAlive: Bool)
    /// The complete request is with the responder.
    case answering(Exchange, isKeepAlive: Bool)
    /// The response is being written.
    case writing(Exchange, next: AfterResponse, since: NIODeadline)
    /// The response is written; the rest of a small body is read and dropped, then the connection serves on.
    case skippingBody(since: NIODeadline)
    /// The last response is written and our direction closed; the peer's is read and dropped until it closes, too.
    case lingering(since: NIODeadline)
    case closed
  }

  private enum AfterResponse {
    case nextRequest
    case skipBody
    case close
  }

  /// A pipelined part, or the error that followed it.
  private enum Held {
    case part(HTTPServerRequestPart)
    case failure(HTTPParserError)
  }

  /// Bodies up to this size are read to the end when a request is refused early, as a new connection costs more.
  private static let skippableBodyBytes = 256 << 10
  /// Bodies up to this size go out in one buffer with the head.
  private static let joinableBodyBytes = 4 << 10

  private let connection: Connection
  private let meter: HTTP1InputMeter
  private var context: ChannelHandlerContext?
  private var stage: Stage
  private var held = CircularBuffer<Held>(initialCapacity: 0)
  private var isServingHeld = false
  private var isReadHeld = false
  private var needsFlush = false
  /// Whether the body of the current request has ended.
  private var isBodyComplete = true
  /// When an idle connection that is asked to close does so; see `closeGracefully`.
  private var closeIdleAt = NIODeadline.distantFuture

  private init(connection: Connection, meter: HTTP1InputMeter) {
    self.connection = connection
    self.meter = meter
    stage = .idle(since: connection.channel.eventLoop.now)
  }

  /// Puts parser and handler at the end of the pipeline. On the event loop.
  static func install(on connection: Connection, _ pipeline: ChannelPipeline.SynchronousOperations) throws {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = connection.limits.maxHeaderFieldBytes
    limits.maxHeaderListSize = connection.limits.maxHeaderListBytes
    limits.maxHeaderFieldCount = connection.limits.maxHeaderCount
    let meter = HTTP1InputMeter()
    let handler = HTTP1Handler(connection: connection, meter: meter)
    try pipeline.addHandler(meter)
    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: limits)))
    try pipeline.addHandler(handler)
  }

  // MARK: Pipeline

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    connection.driver = self
    if connection.isClosing { closeGracefully(now: context.eventLoop.now) }
  }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    if awaitsResponse || !held.isEmpty { held.append(.part(part)) } else { receive(part, context) }
  }

  func channelReadComplete(context: ChannelHandlerContext) { flushIfNeeded(context) }

  func channelInactive(context: ChannelHandlerContext) {
    switch stage {
    case .reading(let exchange, _), .answering(let exchange, _):
      exchange.cancel()
      connection.core.observer.requestAbandoned(httpVersion: .http1)
    default: break
    }
    stage = .closed
    held.removeAll()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let failure = error as? HTTPParserError else { return }
    if awaitsResponse || !held.isEmpty { held.append(.failure(failure)) } else { receive(failure, context) }
  }

  func read(context: ChannelHandlerContext) {
    if awaitsResponse { isReadHeld = true } else { context.read() }
  }

  // MARK: Receiving

  private func receive(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
    switch part {
    case .head(let head): receiveHead(head, context)
    case .body(let bytes): receiveBody(bytes, context)
    case .end: receiveEnd(context)
    }
  }

  private func receiveHead(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    guard case .idle = stage else { return }
    meter.awaitsHead = false
    isBodyComplete = false
    let checked: HTTP1Head
    do {
      checked = try HTTP1Head(head)
    } catch {
      let response = error == .notImplemented ? TransportResponse.notImplemented : TransportResponse.badRequest
      return send(response, for: makeNamelessExchange(context), next: .close, context)
    }
    let exchange = makeExchange(head, checked, now: context.eventLoop.now)
    let isKeepAlive = checked.isKeepAlive && !connection.isClosing
    if exchange.body.declaresTooMuch {
      connection.limitHit(.bodySize)
      return send(TransportResponse.bodyTooLarge, for: exchange, next: .close, context)
    }
    if let refusal = connection.responder.admit(exchange.head) {
      // Whether a peer that waits for "100 Continue" sends its body after a final response is up to the peer.
      let isSkippable = isKeepAlive && !checked.expectsContinue && head.headers["transfer-encoding"].isEmpty
      let isSmall = (checked.contentLength ?? 0) <= Self.skippableBodyBytes
      return send(refusal, for: exchange, next: isSkippable && isSmall ? .skipBody : .close, context)
    }
    stage = .reading(exchange, isKeepAlive: isKeepAlive)
    if checked.expectsContinue, head.version == .http1_1 {
      context.writeAndFlush(wrapOutboundOut(HTTP1ResponseHead.continueBytes), promise: nil)
    }
  }

  private func makeExchange(_ head: HTTPRequestHead, _ checked: HTTP1Head, now: NIODeadline) -> Exchange {
    let requestHead = ServerRequestHead(
      method: head.method.rawValue, path: checked.target.path, query: checked.target.query,
      contentType: checked.contentType, accept: checked.accept, contentEncoding: checked.contentEncoding,
      authorization: checked.authorization, contentLength: checked.contentLength, httpVersion: .http1,
      peer: connection.peer, isSecure: connection.isSecure,
      remoteAddress: connection.remoteAddress)
    return Exchange(head: requestHead, core: connection.core, isVersion10: head.version == .http1_0, now: now)
  }

  /// For a request whose head could not be read.
  private func makeNamelessExchange(_ context: ChannelHandlerContext) -> Exchange {
    let head = ServerRequestHead(
      method: "", path: "", isSecure: connection.isSecure, remoteAddress: connection.remoteAddress)
    return Exchange(head: head, core: connection.core, now: context.eventLoop.now)
  }

  private func receiveBody(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
    guard case .reading(let exchange, _) = stage else { return }
    let outcome = unsafe bytes.withUnsafeReadableBytes { unsafe exchange.body.append($0) }
    switch outcome {
    case .stored: break
    case .tooLarge:
      connection.limitHit(.bodySize)
      exchange.body.discard()
      send(TransportResponse.bodyTooLarge, for: exchange, next: .close, context)
    case .overBudget:
      connection.limitHit(.bufferedBytes)
      exchange.body.discard()
      send(TransportResponse.overloaded, for: exchange, next: .close, context)
    }
  }

  private func receiveEnd(_ context: ChannelHandlerContext) {
    isBodyComplete = true
    switch stage {
    case .reading(let exchange, let isKeepAlive):
      stage = .answering(exchange, isKeepAlive: isKeepAlive)
      let answer = exchange.respond(
        on: connection,
        completion: NIOLoopBound({ [weak self] in self?.finishAnswer($0) }, eventLoop: context.eventLoop))
      if let answer { send(answer, for: exchange, next: isKeepAlive ? .nextRequest : .close, context) }
    case .skippingBody:
      becomeIdle(context)
    default: break
    }
  }

  /// The thread pool's answer has come back to the event loop.
  private func finishAnswer(_ response: ServerResponse) {
    guard let context, case .answering(let exchange, let isKeepAlive) = stage else { return }
    send(response, for: exchange, next: isKeepAlive ? .nextRequest : .close, context)
    flushIfNeeded(context)
  }

  private func receive(_ failure: HTTPParserError, _ context: ChannelHandlerContext) {
    // Whatever follows cannot be told apart any more.
    meter.dropsInput = true
    switch stage {
    case .idle, .reading:
      let exchange = currentExchange ?? makeNamelessExchange(context)
      exchange.body.discard()
      if failure == .headerOverflow { connection.limitHit(.headers) }
      let response = failure == .headerOverflow ? TransportResponse.headersTooLarge : TransportResponse.badRequest
      // A connection that ends within a request fails likewise, and there is nobody to tell.
      if context.channel.isActive { send(response, for: exchange, next: .close, context) }
      flushIfNeeded(context)
    case .skippingBody: close(context)
    case .answering, .writing, .lingering, .closed: break
    }
  }

  /// The request whose body arrives.
  private var currentExchange: Exchange? {
    if case .reading(let exchange, _) = stage { exchange } else { nil }
  }

  // MARK: Sending

  private func send(
    _ response: ServerResponse, for exchange: Exchange, next: AfterResponse, _ context: ChannelHandlerContext
  ) {
    let now = context.eventLoop.now
    let next = connection.isClosing ? .close : next
    let bodyBytes = response.bodyBytes
    let isHead = exchange.head.method == "HEAD"
    exchange.willSend(response, bytes: isHead ? 0 : bodyBytes)
    stage = .writing(exchange, next: next, since: now)
    if next == .close, !isBodyComplete { meter.dropsInput = true }
    let persistence: HTTP1ResponseHead.Persistence =
      next == .close ? .close : exchange.isVersion10 ? .explicitKeepAlive : .keepAlive
    var buffer = context.channel.allocator.buffer(capacity: 256 + min(bodyBytes, Self.joinableBodyBytes))
    HTTP1ResponseHead.write(response, bodyBytes: bodyBytes, persistence, to: &buffer)
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { [weak self] result in
      if case .success = result { self?.finishResponse() }
    }
    needsFlush = true
    if isHead || bodyBytes == 0 {
      context.write(wrapOutboundOut(buffer), promise: promise)
    } else if bodyBytes <= Self.joinableBodyBytes {
      for segment in response.body { buffer.writeImmutableBuffer(segment) }
      context.write(wrapOutboundOut(buffer), promise: promise)
    } else {
      context.write(wrapOutboundOut(buffer), promise: nil)
      let last = response.body.lastIndex { $0.readableBytes > 0 }
      for (index, segment) in response.body.enumerated() where segment.readableBytes > 0 {
        context.write(wrapOutboundOut(segment), promise: index == last ? promise : nil)
      }
    }
  }

  /// The last byte of a response is with the socket.
  private func finishResponse() {
    guard let context, case .writing(let exchange, let next, _) = stage else { return }
    connection.finished(exchange, now: context.eventLoop.now)
    switch next {
    case .close: linger(context)
    case .skipBody where !isBodyComplete:
      stage = .skippingBody(since: context.eventLoop.now)
      releaseRead(context)
    case .nextRequest, .skipBody: becomeIdle(context)
    }
  }

  private func becomeIdle(_ context: ChannelHandlerContext) {
    stage = .idle(since: context.eventLoop.now)
    meter.awaitsHead = true
    if connection.isClosing { return close(context) }
    serveHeld(context)
    releaseRead(context)
  }

  /// Takes up pipelined requests. A response that is written at once leads back here; the flag turns what would be one
  /// level of the stack per request into a loop.
  private func serveHeld(_ context: ChannelHandlerContext) {
    guard !isServingHeld else { return }
    isServingHeld = true
    defer { isServingHeld = false }
    while !awaitsResponse, let next = held.popFirst() {
      switch next {
      case .part(let part): receive(part, context)
      case .failure(let failure): receive(failure, context)
      }
      flushIfNeeded(context)
    }
  }

  /// Whether what comes next has to wait for the response to what came before.
  private var awaitsResponse: Bool {
    switch stage {
    case .answering: true
    case .writing: isBodyComplete
    default: false
    }
  }

  private func releaseRead(_ context: ChannelHandlerContext) {
    guard isReadHeld, !awaitsResponse else { return }
    isReadHeld = false
    context.read()
  }

  private func flushIfNeeded(_ context: ChannelHandlerContext) {
    guard needsFlush else { return }
    needsFlush = false
    context.flush()
  }

  // MARK: Ending

  func sweep(now: NIODeadline) {
    guard let context else { return }
    let limits = connection.limits
    switch stage {
    case .idle(let since):
      if let began = meter.headBeganAt, now - began > limits.headTimeout {
        connection.limitHit(.headTimeout)
        giveUp(on: makeNamelessExchange(context), context)
      } else if now >= closeIdleAt {
        close(context)
      } else if now - since > limits.idleTimeout {
        connection.limitHit(.idleTimeout)
        close(context)
      }
    case .reading(let exchange, _) where now > exchange.deadline:
      connection.limitHit(.requestTimeout)
      giveUp(on: exchange, context)
    case .writing(_, _, let since) where now - since > limits.responseTimeout:
      connection.limitHit(.responseTimeout)
      close(context)
    case .skippingBody(let since) where now - since > limits.lingerTimeout: close(context)
    case .lingering(let since) where now - since > limits.lingerTimeout: close(context)
    default: break
    }
  }

  /// A busy client sends its next request within a moment of the last, and is told to go with the response to that: a
  /// close at this instant could cross the request on the wire. An idle one is closed a moment later.
  func closeGracefully(now: NIODeadline) {
    closeIdleAt = now + connection.limits.goAwayNoticeTimeout
  }

  private func giveUp(on exchange: Exchange, _ context: ChannelHandlerContext) {
    exchange.body.discard()
    meter.dropsInput = true
    send(TransportResponse.requestTimeout, for: exchange, next: .close, context)
    flushIfNeeded(context)
  }

  /// Closes our direction only: closing both while input is unread would make the kernel reset the connection, and the
  /// peer lose the response (RFC 9112 §9.6).
  private func linger(_ context: ChannelHandlerContext) {
    meter.dropsInput = true
    stage = .lingering(since: context.eventLoop.now)
    held.removeAll()
    context.close(mode: .output, promise: nil)
    if isReadHeld {
      isReadHeld = false
      context.read()
    }
  }

  private func close(_ context: ChannelHandlerContext) {
    stage = .closed
    context.close(promise: nil)
  }
}
