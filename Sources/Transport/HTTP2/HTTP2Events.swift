import NIOCore

/// What nghttp2's callbacks leave behind: streams, bytes to send, and a list of what the handler has to do once the
/// library has returned. nghttp2 may not be re-entered from a callback, so nothing here calls it, nor the pipeline.
/// Confined to the connection's event loop; the session that calls back holds it and ends before it.
final class HTTP2Events {
  enum Event {
    /// A request is refused before it is complete.
    case refuse(HTTP2Stream, ServerResponse)
    /// The peer waits for "100 Continue".
    case sendContinue(HTTP2Stream)
    /// A request is complete and wants its answer.
    case answer(HTTP2Stream)
    /// The last frame of a response is in `output`.
    case responseSent(HTTP2Stream)
    /// A stream is closed and no longer in `streams`.
    case streamClosed(HTTP2Stream)
    /// The peer exceeds `Limits.maxAbusiveFrames`.
    case abuse(LimitKind)
    /// A stream was refused for `Limits.maxConcurrentStreams`.
    case streamRefused
    case settingsAcknowledged
    case pingAcknowledged
  }

  /// How many bytes one write to the pipeline holds at most, about.
  static let outputBytes = 64 << 10
  /// The largest payload of a DATA frame: with its header and a response's HEADERS it fills three TLS records, so that an
  /// ordinary answer is one frame and one write.
  static let dataBytes = 3 * TLSSession.maxRecordBytes - 256

  private let connection: Connection
  private let limits: Limits
  var streams: [Int32: HTTP2Stream] = [:]
  var events: [Event] = []
  /// Frames made by nghttp2 and by `sendData`, in order.
  var output = FrameOutput()
  /// Whether a frame waits because `output` has no room for it.
  var isOutputFull = false
  /// The time at which the input being processed came.
  var now: NIODeadline
  /// The stream whose header block arrives; blocks do not interleave (RFC 9113 §4.3).
  private var openBlock: HTTP2Stream?
  private var trailerBytes = 0
  private var rates: [LimitKind: FrameRate] = [:]
  private var bodyCredit: BodyCredit
  /// Flow-control credit to give back, by stream; in all.
  private var streamCredit: [(id: Int32, bytes: Int)] = []
  private var connectionCredit = 0

  init(connection: Connection, now: NIODeadline) {
    self.connection = connection
    self.limits = connection.limits
    self.now = now
    // Whether it is a body's turn is known before it outgrows the memory that every body gets.
    bodyCredit = BodyCredit(freeBytes: RequestBody.provenBytes / 2, limit: limits.maxLargeBodies)
  }

  // MARK: Headers

  func beginRequestHeaders(_ id: Int32) {
    let stream = HTTP2Stream(id: id, openedAt: now)
    streams[id] = stream
    openBlock = stream
  }

  func beginTrailers() {
    openBlock = nil
    trailerBytes = 0
  }

  /// False resets the stream: the block is beyond what deserves an answer.
  func addHeader(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let stream = openBlock else {
      // Trailers are counted and dropped.
      trailerBytes += name.count + value.count + 32
      return trailerBytes <= limits.maxHeaderListBytes
    }
    unsafe stream.headers.add(name: name, value: value, limits: limits)
    guard stream.headers.listBytes > 2 * limits.maxHeaderListBytes else { return true }
    connection.limitHit(.headers)
    return false
  }

  func endRequestHeaders(_ id: Int32) {
    openBlock = nil
    guard let stream = streams[id], case .headers = stream.stage else { return }
    let target = RequestTarget(stream.headers.target, isOptions: stream.headers.method == "OPTIONS")
    let exchange = makeExchange(stream.headers, target)
    stream.exchange = exchange
    if stream.headers.exceeds(limits) {
      connection.limitHit(.headers)
      refuse(stream, TransportResponse.headersTooLarge)
    } else if target == nil {
      let isConnect = stream.headers.method == "CONNECT"
      refuse(stream, isConnect ? TransportResponse.notImplemented : TransportResponse.badRequest)
    } else if exchange.body.declaresTooMuch {
      connection.limitHit(.bodySize)
      refuse(stream, TransportResponse.bodyTooLarge)
    } else if let refusal = connection.responder.admit(exchange.head) {
      refuse(stream, refusal)
    } else {
      stream.stage = .body
      if stream.headers.expectsContinue { events.append(.sendContinue(stream)) }
    }
  }

  private func makeExchange(_ headers: HTTP2HeaderBlock, _ target: RequestTarget?) -> Exchange {
    let head = ServerRequestHead(
      method: headers.method, path: target?.path ?? "", query: target?.query, contentType: headers.contentType,
      accept: headers.accept, contentEncoding: headers.contentEncoding,
      authorization: headers.authorization, contentLength: headers.contentLength, httpVersion: .http2,
      peer: connection.peer, isSecure: connection.isSecure,
      remoteAddress: connection.remoteAddress)
    let exchange = Exchange(head: head, core: connection.core, now: now)
    exchange.body.mayComeWhole = false
    return exchange
  }

  private func refuse(_ stream: HTTP2Stream, _ response: ServerResponse) {
    stream.stage = .answering
    stream.exchange?.body.discard()
    endBody(stream.id)
    events.append(.refuse(stream, response))
  }

  // MARK: Body

  /// Room in the body of a request that is still wanted, for what comes next of it.
  func bodyRoom(_ id: Int32, for count: Int) -> UnsafeMutableRawBufferPointer? {
    guard let stream = streams[id], case .body = stream.stage, let exchange = stream.exchange else { return nil }
    return unsafe exchange.body.room(for: count)
  }

  /// Stores a chunk of a request that is still wanted.
  func addData(_ id: Int32, _ bytes: UnsafeRawBufferPointer) {
    connectionCredit += bytes.count
    guard let stream = streams[id], case .body = stream.stage, let exchange = stream.exchange else {
      return giveBack(bytes.count, to: id)
    }
    switch unsafe exchange.body.append(bytes) {
    case .stored:
      giveBack(bodyCredit.received(id, bytes.count, total: exchange.body.receivedBytes), to: id)
      exchange.body.mayComeWhole = bodyCredit.isAdmitted(id)
      return
    case .tooLarge:
      connection.limitHit(.bodySize)
      refuse(stream, TransportResponse.bodyTooLarge)
    case .overBudget:
      connection.limitHit(.bufferedBytes)
      refuse(stream, TransportResponse.overloaded)
    }
    giveBack(bytes.count, to: id)
  }

  private func giveBack(_ bytes: Int, to id: Int32) {
    guard bytes > 0 else { return }
    if let last = streamCredit.indices.last, streamCredit[last].id == id {
      streamCredit[last].bytes += bytes
    } else {
      streamCredit.append((id, bytes))
    }
  }

  /// A stream's body takes no more memory, or is not wanted: another one's turn.
  private func endBody(_ id: Int32) {
    guard let next = bodyCredit.ended(id) else { return }
    giveBack(next.bytes, to: next.id)
    streams[next.id]?.exchange?.body.mayComeWhole = true
  }

  /// Hands over the credit that has gathered.
  func takeCredit(_ connection: (Int) -> Void, _ stream: (Int32, Int) -> Void) {
    if connectionCredit > 0 { connection(connectionCredit) }
    for (id, bytes) in streamCredit { stream(id, bytes) }
    connectionCredit = 0
    streamCredit.removeAll(keepingCapacity: true)
  }

  func endRequest(_ id: Int32) {
    guard let stream = streams[id] else { return }
    stream.isRequestComplete = true
    guard case .body = stream.stage else { return }
    stream.stage = .answering
    events.append(.answer(stream))
  }

  /// At most `length` bytes may go in the next DATA frame of the stream; nil where there is no such stream.
  func dataAvailable(_ id: Int32, upTo length: Int) -> (bytes: Int, isLast: Bool)? {
    guard let stream = streams[id] else { return nil }
    let bytes = min(length, stream.remainingBytes)
    return (bytes, bytes == stream.remainingBytes)
  }

  enum SendOutcome {
    case sent
    /// `output` is full; to be asked again when it has been taken.
    case full
    case unknownStream
  }

  /// Puts one whole DATA frame into `output`.
  func sendData(_ id: Int32, frameHeader: UnsafeRawBufferPointer, length: Int) -> SendOutcome {
    guard let stream = streams[id] else { return .unknownStream }
    let frameBytes = frameHeader.count + length
    guard output.byteCount == 0 || output.byteCount + frameBytes <= Self.outputBytes else {
      isOutputFull = true
      return .full
    }
    unsafe output.append(frameHeader)
    stream.moveBody(length, to: &output)
    return .sent
  }

  func endResponse(_ id: Int32) {
    guard let stream = streams[id] else { return }
    stream.stage = .sent
    endBody(id)
    events.append(.responseSent(stream))
  }

  func closeStream(_ id: Int32) {
    guard let stream = streams.removeValue(forKey: id) else { return }
    if openBlock === stream { openBlock = nil }
    endBody(id)
    events.append(.streamClosed(stream))
  }

  // MARK: Abuse

  /// Counts a frame of a kind that costs us more than the peer.
  func countAbuse(_ kind: LimitKind) {
    if rates[kind, default: FrameRate()].record(
      now: now, limit: limits.maxAbusiveFrames, window: limits.abuseWindow)
    {
      events.append(.abuse(kind))
    }
  }

  /// The peer reset a stream: abuse only while it has not got its response.
  func countReset(by id: Int32) {
    guard let stream = streams[id] else { return }
    if case .sent = stream.stage { return }
    countAbuse(.streamResets)
  }
}
