import NIOCore

/// Stands before the HTTP/1.1 parser and notes when bytes came that no complete request head has accounted for yet:
/// the parser keeps a partial head to itself. Once the connection is being given up, it keeps all input from the parser.
final class HTTP1InputMeter: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  /// When the first byte of the head in progress came; nil between requests.
  private(set) var headBeganAt: NIODeadline?
  /// Whether a head is awaited; while a body is read or a response is written, bytes are no head.
  var awaitsHead = true {
    didSet { headBeganAt = nil }
  }
  /// Drops everything from now on.
  var dropsInput = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if dropsInput { return }
    if awaitsHead, headBeganAt == nil { headBeganAt = context.eventLoop.now }
    context.fireChannelRead(data)
  }
}
