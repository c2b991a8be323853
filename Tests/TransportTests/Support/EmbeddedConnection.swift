import Logging
import NIOCore
import NIOEmbedded
import NIOPosix

@testable import Transport

/// One connection without a socket, without TLS and with a clock that the test moves.
final class EmbeddedConnection {
  let channel: EmbeddedChannel
  let connection: Connection
  let observer = RecordingObserver()
  let core: ServerCore

  init(
    _ version: HTTPProtocol, limits: Limits = Limits(), responder: any RequestResponder = EchoResponder()
  ) throws {
    channel = EmbeddedChannel()
    core = ServerCore(
      limits: limits, observer: observer, offloadPool: NIOThreadPool.singleton, logger: Logger(label: "test"))
    connection = Connection(core: core, responder: responder, channel: channel, isSecure: false, group: nil)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    switch version {
    case .http1: try HTTP1Handler.install(on: connection, channel.pipeline.syncOperations)
    case .http2: try channel.pipeline.syncOperations.addHandler(HTTP2Handler(connection: connection))
    }
  }

  deinit { _ = try? channel.finish(acceptAlreadyClosed: true) }

  /// Delivers bytes as one read.
  func receive(_ bytes: [UInt8]) {
    _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
  }

  func receive(_ text: String) { receive(Array(text.utf8)) }

  func receive(_ frames: [Frame]) { receive(frames.flatMap(\.bytes)) }

  /// An HTTP/2 client's first bytes.
  func open() {
    receive(Frame.preface + Frame.settings.bytes + Frame.settingsAcknowledgement.bytes)
  }

  /// Everything written since the last call.
  func written() -> [UInt8] {
    var bytes: [UInt8] = []
    while let buffer = try? channel.readOutbound(as: ByteBuffer.self) { bytes += Array(buffer.readableBytesView) }
    return bytes
  }

  func writtenText() -> String { String(decoding: written(), as: UTF8.self) }

  func writtenFrames() -> [Frame] { Frame.parse(written()) }

  /// Moves the clock, and lets the connection look at its deadlines as a server would.
  func pass(_ time: TimeAmount) {
    channel.embeddedEventLoop.advanceTime(by: time)
    connection.sweep(now: channel.embeddedEventLoop.now)
  }

  func closeGracefully() { connection.closeGracefully(now: channel.embeddedEventLoop.now) }

  var isOpen: Bool { channel.isActive }
}
