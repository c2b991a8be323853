import NIOCore
import NIOPosix
import Synchronization

/// A TCP client that sends what it is told and keeps what it gets: for peers that break the rules.
final class RawClient: Sendable {
  private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let client: RawClient

    init(_ client: RawClient) { self.client = client }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = unwrapInboundIn(data)
      client.state.withLock { $0.received += Array(bytes.readableBytesView) }
    }

    func channelInactive(context: ChannelHandlerContext) { client.state.withLock { $0.isClosed = true } }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }

  private struct State {
    var received: [UInt8] = []
    var isClosed = false
    var channel: (any Channel)?
  }

  private let state = Mutex(State())

  private init() {}

  static func connect(port: Int) async throws -> RawClient {
    let client = RawClient()
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Collector(client)) }
      }
      .connect(host: "127.0.0.1", port: port).get()
    client.state.withLock { $0.channel = channel }
    return client
  }

  /// A peer that has gone away is no failure here.
  func send(_ bytes: [UInt8]) async {
    guard let channel = state.withLock({ $0.channel }) else { return }
    try? await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
  }

  func send(_ text: String) async { await send(Array(text.utf8)) }

  func close() async {
    guard let channel = state.withLock({ $0.channel }) else { return }
    try? await channel.close().get()
  }

  var received: [UInt8] { state.withLock { $0.received } }
  var receivedText: String { String(decoding: received, as: UTF8.self) }
  /// Whether the server has closed.
  var isClosed: Bool { state.withLock { $0.isClosed } }
}
