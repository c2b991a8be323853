import Logging
import NIOCore

/// Answers the requests of one HTTP/2 connection.
///
/// 1. Feeds input to nghttp2 and acts on what its callbacks noted, once the library has returned.
/// 2. Has complete requests answered, here or on the thread pool, and submits the responses.
/// 3. Writes what nghttp2 has to send while the socket takes it, flushed once for each read.
/// 4. Ends streams and connections that are too slow, idle or abusive.
/// 5. Closes gracefully with two GOAWAY frames around a PING (RFC 9113 §6.8).
final class HTTP2Handler: ChannelInboundHandler, ConnectionDriver, PlaintextReceiver {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = Never
  typealias OutboundOut = ByteBuffer

  private enum Stage {
    case open
    /// The first GOAWAY is sent; the second follows the PING's acknowledgement, or this time.
    case closing(noticeUntil: NIODeadline)
    /// The last GOAWAY is submitted; streams in progress are finished.
    case finishing
    /// Everything is sent and our direction closed; input is dropped until the peer closes, too.
    case lingering(since: NIODeadline)
    case closed
  }

  /// Enough for the headers of a request, which are the most that is read at a time and is not a body.
  private static let smallBytes = 1 << 10
  /// Bytes handed down between two looks at whether the socket still takes them.
  private static let flushBytes = 256 << 10

  private let connection: Connection
  private let events: HTTP2Events
  private let session: HTTP2Session
  private var context: ChannelHandlerContext?
  private var cursor = FrameCursor()
  /// Room for what is not a body: a frame's header, the payload of control frames.
  private var small = ByteBuffer()
  private var inputFailure: HTTP2Failure?
  private var stage = Stage.open
  private var isSending = false
  private var hasUnflushed = false
  private var lastActivity: NIODeadline
  private let startedAt: NIODeadline
  private var areSettingsAcknowledged = false
  private var isTerminated = false
  /// Responses whose last byte was written since the last flush.
  private var finished: [Exchange] = []

  init(connection: Connection) throws {
    self.connection = connection
    startedAt = connection.channel.eventLoop.now
    lastActivity = startedAt
    events = HTTP2Events(connection: connection, now: startedAt)
    session = try HTTP2Session(events: events, limits: connection.limits)
  }

  // MARK: Pipeline

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    connection.driver = self
    connection.receiver = self
    if connection.isClosing { closeGracefully(now: context.eventLoop.now) }
    send(context)
  }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  /// What comes through the pipeline takes the same way as what TLS brings.
  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    inputBegins()
    while bytes.readableBytes > 0 {
      unsafe receive { room in
        unsafe bytes.readWithUnsafeReadableBytes { source in
          let count = min(source.count, room.count)
          unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<count]))
          return count
        }
      }
    }
    inputEnds()
  }

  func inputBegins() {
    guard let context else { return }
    events.now = context.eventLoop.now
  }

  func receive(_ fill: (UnsafeMutableRawBufferPointer) -> Int) {
    if case .data(let id) = cursor.part, let room = unsafe events.bodyRoom(id, for: cursor.remainingBytes) {
      return unsafe receive(UnsafeRawBufferPointer(rebasing: room[..<fill(room)]))
    }
    small.clear()
    let wanted = min(cursor.remainingBytes, Self.smallBytes)
    unsafe small.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.smallBytes) { room in
      unsafe fill(UnsafeMutableRawBufferPointer(rebasing: room[..<wanted]))
    }
    unsafe small.withUnsafeReadableBytes { unsafe receive($0) }
  }

  func inputEnds() {
    guard let context, isReceiving else { return }
    if let failure = inputFailure {
      inputFailure = nil
      connection.core.logger.debug("HTTP/2 connection broken: \(failure)")
      if failure.isHeaderFlood { connection.limitHit(.headers) }
      isTerminated = true
      session.terminate(failure.isHeaderFlood ? HTTP2ErrorCode.enhanceYourCalm : HTTP2ErrorCode.protocolError)
    }
    process(context)
    if session.queuedFrames > connection.limits.maxQueuedFrames {
      connection.limitHit(.queuedFrames)
      return close(context)
    }
    // A response on the way out makes room for the next; otherwise the flush is left to the end of the read.
    if events.output.byteCount >= HTTP2Events.outputBytes { send(context) }
  }

  private var isReceiving: Bool {
    switch stage {
    case .lingering, .closed: false
    default: true
    }
  }

  private func receive(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count > 0, isReceiving, inputFailure == nil else { return }
    unsafe cursor.advance(over: bytes)
    do throws(HTTP2Failure) { try unsafe session.receive(bytes) } catch { inputFailure = error }
  }

  func channelReadComplete(context: ChannelHandlerContext) { send(context) }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { send(context) }
    context.fireChannelWritabilityChanged()
  }

  func channelInactive(context: ChannelHandlerContext) {
    stage = .closed
    for stream in events.streams.values { abandon(stream) }
    events.streams.removeAll()
    context.fireChannelInactive()
  }

  // MARK: Requests

  /// Acts on what the callbacks noted.
  private func process(_ context: ChannelHandlerContext) {
    guard !events.events.isEmpty else { return }
    var batch: [HTTP2Events.Event] = []
    swap(&batch, &events.events)
    for event in batch {
      switch event {
      case .refuse(let stream, let response):
        respond(to: stream, response)
      case .sendContinue(let stream):
        if case .body = stream.stage, !stream.isRequestComplete { session.submitContinue(stream) }
      case .answer(let stream):
        answer(stream, context)
      case .responseSent(let stream):
        finish(stream)
      case .streamClosed(let stream):
        lastActivity = events.now
        abandon(stream)
      case .abuse(let kind):
        terminate(kind, HTTP2ErrorCode.enhanceYourCalm)
      case .streamRefused:
        connection.limitHit(.concurrentStreams)
      case .settingsAcknowledged:
        areSettingsAcknowledged = true
      case .pingAcknowledged:
        if case .closing = stage { submitLastGoAway() }
      }
    }
    // The array's memory serves the next batch.
    batch.removeAll(keepingCapacity: true)
    if events.events.isEmpty { swap(&batch, &events.events) }
  }

  private func answer(_ stream: HTTP2Stream, _ context: ChannelHandlerContext) {
    // A stream may have been reset within the same read.
    guard let exchange = stream.exchange, isOpen(stream) else { return }
    let id = stream.id
    let answer = exchange.respond(
      on: connection,
      completion: NIOLoopBound({ [weak self] in self?.finishAnswer(id, $0) }, eventLoop: context.eventLoop))
    if let answer { respond(to: stream, answer) }
  }

  /// The thread pool's answer has come back to the event loop. Stream numbers are not used twice on a connection.
  private func finishAnswer(_ id: Int32, _ response: ServerResponse) {
    guard let context, let stream = events.streams[id] else { return }
    events.now = context.eventLoop.now
    respond(to: stream, response)
    send(context)
  }

  private func respond(to stream: HTTP2Stream, _ response: ServerResponse) {
    guard case .answering = stream.stage, let exchange = stream.exchange, isOpen(stream) else { return }
    let bodyBytes = response.bodyBytes
    let hasBody = bodyBytes > 0 && exchange.head.method != "HEAD"
    var fields = HTTP2FieldList(status: response.sentStatus)
    fields.add("content-length", String(bodyBytes))
    if !response.contentType.isEmpty { fields.add("content-type", response.contentType) }
    for (name, value) in response.sendableExtraHeaders { fields.add(name, value) }
    exchange.willSend(response, bytes: hasBody ? bodyBytes : 0)
    stream.setBody(hasBody ? response.body : [], bytes: hasBody ? bodyBytes : 0)
    stream.stage = .sending
    stream.sendingSince = events.now
    do {
      try session.submitResponse(stream, fields: fields, hasBody: hasBody)
    } catch {
      connection.core.logger.debug("cannot answer a stream: \(error)")
      session.reset(stream.id, HTTP2ErrorCode.cancel)
    }
  }

  /// A response is out. A request that is still coming has its answer; the rest of it is read and dropped for
  /// `Limits.lingerTimeout`, as curl takes being told to stop (RFC 9113 §8.1) for a failure.
  private func finish(_ stream: HTTP2Stream) {
    guard let exchange = stream.exchange else { return }
    finished.append(exchange)
    stream.exchange = nil
  }

  /// A stream is gone. Where its response was not out, nobody waits for it any more.
  private func abandon(_ stream: HTTP2Stream) {
    guard let exchange = stream.exchange else { return }
    stream.exchange = nil
    stream.dropBody()
    exchange.cancel()
    connection.core.observer.requestAbandoned(httpVersion: .http2)
  }

  private func isOpen(_ stream: HTTP2Stream) -> Bool { events.streams[stream.id] === stream }

  // MARK: Output

  /// Writes what there is to send, as far as the socket takes it, and closes when the session is over.
  private func send(_ context: ChannelHandlerContext) {
    // Flushing may report a change of writability, which leads back here.
    guard !isSending else { return }
    switch stage {
    case .lingering, .closed: return
    default: break
    }
    isSending = true
    var unflushedBytes = 0
    var hasMore = true
    while hasMore, context.channel.isWritable {
      hasMore = pull()
      process(context)
      unflushedBytes += write(context)
      if unflushedBytes >= Self.flushBytes || !hasMore {
        unflushedBytes = 0
        flush(context)
      }
    }
    flush(context)
    isSending = false
    if isTerminated || session.isFinished, !hasMore { linger(context) }
  }

  /// Fills `events.output`; false when nghttp2 has nothing more to send.
  private func pull() -> Bool {
    events.isOutputFull = false
    events.takeCredit({ session.consume($0) }, { session.consume($1, of: $0) })
    do {
      while events.output.byteCount < HTTP2Events.outputBytes, !events.isOutputFull {
        guard try session.pullOutput() else { return events.isOutputFull || !events.events.isEmpty }
      }
      return true
    } catch {
      connection.core.logger.debug("HTTP/2 connection broken: \(error)")
      isTerminated = true
      return false
    }
  }

  private func write(_ context: ChannelHandlerContext) -> Int {
    let count = events.output.byteCount
    guard count > 0 else { return 0 }
    hasUnflushed = true
    events.output.takeAll { context.write(wrapOutboundOut($0), promise: nil) }
    return count
  }

  private func flush(_ context: ChannelHandlerContext) {
    if hasUnflushed {
      hasUnflushed = false
      context.flush()
    }
    guard !finished.isEmpty else { return }
    let now = context.eventLoop.now
    let reported = finished
    finished.removeAll(keepingCapacity: true)
    for exchange in reported { connection.finished(exchange, now: now) }
  }

  // MARK: Ending

  func sweep(now: NIODeadline) {
    guard let context else { return }
    events.now = now
    switch stage {
    case .closed: return
    case .lingering(let since):
      if now - since > connection.limits.lingerTimeout { close(context) }
      return
    case .closing(let noticeUntil):
      if now >= noticeUntil { submitLastGoAway() }
    case .open, .finishing: break
    }
    sweepStreams(now)
    if !areSettingsAcknowledged, now - startedAt > connection.limits.settingsTimeout {
      terminate(.settingsTimeout, HTTP2ErrorCode.settingsTimeout)
    } else if events.streams.isEmpty, now - lastActivity > connection.limits.idleTimeout, case .open = stage {
      connection.limitHit(.idleTimeout)
      closeGracefully(now: now)
    }
    process(context)
    send(context)
    // A peer that does not even take our GOAWAY.
    if isTerminated, !context.channel.isWritable { close(context) }
  }

  private func sweepStreams(_ now: NIODeadline) {
    let limits = connection.limits
    for stream in Array(events.streams.values) {
      switch stream.stage {
      case .headers where now - stream.openedAt > limits.requestTimeout:
        connection.limitHit(.requestTimeout)
        session.reset(stream.id, HTTP2ErrorCode.cancel)
      case .body where now - stream.openedAt > limits.requestTimeout:
        connection.limitHit(.requestTimeout)
        stream.exchange?.body.discard()
        stream.stage = .answering
        respond(to: stream, TransportResponse.requestTimeout)
      case .sending where now - stream.sendingSince > limits.responseTimeout:
        connection.limitHit(.responseTimeout)
        stream.sendingSince = .distantFuture
        session.reset(stream.id, HTTP2ErrorCode.cancel)
      case .sent where now - stream.sendingSince > limits.lingerTimeout:
        stream.sendingSince = .distantFuture
        session.reset(stream.id, HTTP2ErrorCode.noError)
      default: break
      }
    }
  }

  func closeGracefully(now: NIODeadline) {
    guard case .open = stage else { return }
    stage = .closing(noticeUntil: now + connection.limits.goAwayNoticeTimeout)
    session.submitShutdownNotice()
    if let context { send(context) }
    session.submitPing()
    if let context { send(context) }
  }

  private func submitLastGoAway() {
    stage = .finishing
    session.submitGoAway()
  }

  private func terminate(_ kind: LimitKind, _ code: UInt32) {
    guard !isTerminated else { return }
    isTerminated = true
    connection.limitHit(kind)
    session.terminate(code)
  }

  /// Closes our direction only: closing both while input is unread would make the kernel reset the connection, and the
  /// peer lose the GOAWAY.
  private func linger(_ context: ChannelHandlerContext) {
    for stream in events.streams.values { abandon(stream) }
    events.streams.removeAll()
    stage = .lingering(since: context.eventLoop.now)
    context.close(mode: .output, promise: nil)
  }

  private func close(_ context: ChannelHandlerContext) {
    stage = .closed
    context.close(promise: nil)
  }
}
