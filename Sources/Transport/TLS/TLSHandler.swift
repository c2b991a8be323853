import Logging
import NIOCore

/// Speaks TLS below HTTP.
///
/// 1. Shakes hands, within `Limits.handshakeTimeout` and `maxHandshakeBytes`, and learns the peer's identity.
/// 2. Installs the HTTP version that ALPN chose behind itself.
/// 3. Decrypts what comes; encrypts what goes, only while the socket takes it.
/// 4. Reads nothing while the socket takes nothing, so that a peer that asks and does not listen costs no memory.
/// 5. Ends with close_notify, and flushes the alert of a failure.
final class TLSHandler: ChannelDuplexHandler, ConnectionDriver {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private enum State {
    case shakingHands
    case open
    /// close_notify is sent; the peer may still speak.
    case outputClosed
    case closed
  }

  /// What became of libssl's record buffers since the last sweep.
  private enum Buffers {
    case used, unused, released
  }

  /// Plaintext passed on at a time, and at least one record.
  private static let plaintextBytes = 64 << 10

  private let session: TLSSession
  private let connection: Connection
  private let installHTTP: (ChannelHandlerContext, HTTPProtocol, Connection) throws -> Void
  private var state = State.shakingHands
  private var handshakeBytes = 0
  private var outgoing = PlaintextQueue()
  private var isEncrypting = false
  private var isReadHeld = false
  private var buffers = Buffers.used
  private var owesWritability = false
  /// Set while closing our direction waits for what is written; the promise of whoever asked.
  private var pendingOutputClose: EventLoopPromise<Void>??
  private var context: ChannelHandlerContext?

  init(
    session: consuming TLSSession, connection: Connection,
    installHTTP: @escaping (ChannelHandlerContext, HTTPProtocol, Connection) throws -> Void
  ) {
    self.session = session
    self.connection = connection
    self.installHTTP = installHTTP
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    connection.driver = self
    connection.tls = self
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    failOutgoing()
    self.context = nil
  }

  func sweep(now: NIODeadline) {
    guard state == .shakingHands, now - connection.acceptedAt > connection.limits.handshakeTimeout,
      let context
    else { return }
    connection.limitHit(.handshakeTimeout)
    failHandshake(context, .timeout)
  }

  func closeGracefully(now: NIODeadline) {}

  /// Called at each sweep: gives libssl's buffers back when there was no traffic since the last one, so that a busy
  /// connection keeps them and an idle one costs little.
  func releaseUnusedBuffers() {
    guard buffers != .released else { return }
    if buffers == .unused { session.releaseBuffers() }
    buffers = buffers == .used ? .unused : .released
  }

  // MARK: Inbound

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let ciphertext = unwrapInboundIn(data)
    guard state != .closed else { return }
    if state == .shakingHands {
      handshakeBytes += ciphertext.readableBytes
      guard handshakeBytes <= connection.limits.maxHandshakeBytes else {
        connection.limitHit(.handshakeBytes)
        return failHandshake(context, .limit)
      }
    }
    buffers = .used
    session.bio.inbound = ciphertext
    if state == .shakingHands { shakeHands(context) }
    decrypt(context, expecting: ciphertext.readableBytes)
  }

  func channelInactive(context: ChannelHandlerContext) {
    if state == .shakingHands {
      connection.core.observer.handshakeFailed(.peerClosed)
      connection.handshakeEnded()
    }
    state = .closed
    failOutgoing()
    context.fireChannelInactive()
  }

  /// HTTP learns that it may write only when nothing of what it has written is left here: `isWritable` knows of
  /// ciphertext alone.
  func channelWritabilityChanged(context: ChannelHandlerContext) {
    guard context.channel.isWritable else { return context.fireChannelWritabilityChanged() }
    owesWritability = true
    encrypt(context)
    reportWritability(context)
  }

  private func reportWritability(_ context: ChannelHandlerContext) {
    guard owesWritability, !isEncrypting, !outgoing.hasFlushed, context.channel.isWritable else { return }
    owesWritability = false
    if isReadHeld {
      isReadHeld = false
      context.read()
    }
    context.fireChannelWritabilityChanged()
  }

  private func shakeHands(_ context: ChannelHandlerContext) {
    switch session.shakeHands() {
    case .wantsInput:
      flushTransport(context)
    case .failed(let failure):
      failHandshake(context, Self.reason(for: failure))
    case .complete:
      flushTransport(context)
      finishHandshake(context)
    }
  }

  private func finishHandshake(_ context: ChannelHandlerContext) {
    do {
      connection.peer = try session.peerIdentity()
    } catch {
      return failHandshake(context, .clientCertificate)
    }
    state = .open
    connection.handshakeEnded()
    let negotiated = session.negotiated
    connection.core.observer.handshakeFinished(
      negotiated: negotiated, tlsVersion: session.version,
      durationNanoseconds: (context.eventLoop.now - connection.acceptedAt).nanoseconds)
    do {
      try installHTTP(context, negotiated, connection)
    } catch {
      connection.core.logger.error("cannot set up HTTP on a connection: \(error)")
      close(context)
    }
  }

  private func failHandshake(_ context: ChannelHandlerContext, _ reason: HandshakeFailure) {
    guard state == .shakingHands else { return }
    connection.core.observer.handshakeFailed(reason)
    connection.handshakeEnded()
    if reason == .notTLS, session.bio.outbound.readableBytes == 0 {
      // What Go's server says in the same case; harmless to whatever else is not TLS.
      session.bio.outbound.writeString(
        "HTTP/1.0 400 Bad Request\r\nconnection: close\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
    }
    close(context)
  }

  /// Passes on what the transport holds, in as few buffers as is reasonable.
  private func decrypt(_ context: ChannelHandlerContext, expecting ciphertextBytes: Int) {
    guard state == .open || state == .outputClosed else { return }
    if let receiver = connection.receiver { return decrypt(context, for: receiver) }
    let isBulk = ciphertextBytes > TLSSession.maxRecordBytes
    var plaintext = context.channel.allocator.buffer(
      capacity: isBulk ? Self.plaintextBytes : TLSSession.maxRecordBytes)
    while state == .open || state == .outputClosed {
      let outcome = session.read(into: &plaintext)
      let isEnough = plaintext.readableBytes > Self.plaintextBytes - TLSSession.maxRecordBytes
      if case .bytes = outcome, !isEnough { continue }
      if plaintext.readableBytes > 0 {
        let full = plaintext
        plaintext = ByteBuffer()
        context.fireChannelRead(wrapInboundOut(full))
      }
      guard case .bytes = outcome else { return finishReading(context, outcome) }
      plaintext = context.channel.allocator.buffer(capacity: Self.plaintextBytes)
    }
  }

  private func decrypt(_ context: ChannelHandlerContext, for receiver: any PlaintextReceiver) {
    var outcome = TLSSession.ReadOutcome.bytes
    receiver.inputBegins()
    while case .bytes = outcome {
      unsafe receiver.receive { room in
        var count = 0
        outcome = unsafe session.read(into: room, count: &count)
        return count
      }
    }
    receiver.inputEnds()
    finishReading(context, outcome)
  }

  /// Acts on why there is no more plaintext.
  private func finishReading(_ context: ChannelHandlerContext, _ outcome: TLSSession.ReadOutcome) {
    guard state == .open || state == .outputClosed else { return }
    switch outcome {
    case .bytes: break
    case .wantsInput:
      // Reading may have produced an answer, a TLS 1.3 KeyUpdate for example.
      flushTransport(context)
    case .closed:
      close(context)
    case .failed(let failure):
      connection.core.logger.debug("TLS connection broken: \(failure)")
      abort(context)
    }
  }

  // MARK: Outbound

  func read(context: ChannelHandlerContext) {
    if context.channel.isWritable {
      context.read()
    } else {
      isReadHeld = true
    }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard state == .open else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    outgoing.append(unwrapOutboundIn(data), promise)
  }

  func flush(context: ChannelHandlerContext) {
    outgoing.markFlush()
    encrypt(context)
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    if mode == .output, state == .open {
      // What is written goes out first, however long the peer takes.
      pendingOutputClose = .some(promise)
      return encrypt(context)
    }
    if state == .open, mode == .all {
      session.sendCloseNotify()
      state = .closed
      flushTransport(context)
    }
    if mode == .all { failOutgoing() }
    context.close(mode: mode, promise: promise)
  }

  private func closeOutputIfDue(_ context: ChannelHandlerContext) {
    guard let promise = pendingOutputClose, state == .open, !isEncrypting, !outgoing.hasFlushed else { return }
    pendingOutputClose = nil
    session.sendCloseNotify()
    state = .outputClosed
    flushTransport(context)
    context.close(mode: .output, promise: promise)
  }

  private func encrypt(_ context: ChannelHandlerContext) {
    // Flushing may report a change of writability, which leads back here.
    guard state == .open, !isEncrypting else { return }
    isEncrypting = true
    buffers = .used
    defer {
      isEncrypting = false
      reportWritability(context)
      closeOutputIfDue(context)
    }
    while state == .open, outgoing.hasFlushed, context.channel.isWritable {
      do {
        while outgoing.hasFlushed, context.channel.isWritable {
          let promise = try outgoing.encryptBatch(by: session, allocator: context.channel.allocator)
          writeTransport(context, promise)
        }
      } catch {
        connection.core.logger.debug("TLS connection broken: \(error)")
        return abort(context)
      }
      context.flush()
    }
  }

  private func writeTransport(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
    let ciphertext = session.bio.outbound
    session.bio.outbound = ByteBuffer()
    context.write(wrapOutboundOut(ciphertext), promise: promise)
  }

  private func flushTransport(_ context: ChannelHandlerContext) {
    guard session.bio.outbound.readableBytes > 0 else { return }
    writeTransport(context, nil)
    context.flush()
  }

  /// Says goodbye where that is possible, and closes.
  private func close(_ context: ChannelHandlerContext) {
    if state == .open {
      close(context: context, mode: .all, promise: nil)
    } else {
      abort(context)
    }
  }

  /// Sends what libssl has to say of a failure (the alert), and closes.
  private func abort(_ context: ChannelHandlerContext) {
    state = .closed
    flushTransport(context)
    failOutgoing()
    context.close(promise: nil)
  }

  private func failOutgoing() {
    outgoing.failAll()
    pendingOutputClose??.fail(ChannelError.ioOnClosedChannel)
    pendingOutputClose = nil
  }
}
