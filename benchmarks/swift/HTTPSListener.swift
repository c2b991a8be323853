import ArgumentParser
import Logging
import NIOCore
import Transport

/// A server on an ephemeral port of the loopback address, which runs until the process is killed.
struct HTTPSListener: ParsableArguments {
  @Option(help: "PEM file of the server's certificate.")
  var certificate: String

  @Option(help: "PEM file of its key.")
  var key: String

  /// Serves, and prints where.
  func run(_ responder: any RequestResponder) async throws {
    var limits = Limits()
    limits.maxBodyBytes = 256 << 20
    limits.maxBufferedBytes = 2 << 30
    var logger = Logger(label: "benchmark")
    logger.logLevel = .error
    let server = Server(limits: limits, eventLoopCount: 1, offloadThreadCount: 1, logger: logger)
    let tls = TLSConfiguration(certificateFile: certificate, privateKeyFile: key)
    let bound = try await server.start([
      Listener(name: "https", host: "127.0.0.1", port: 0, tls: tls, responder: responder)
    ])
    for listener in bound { StandardOutput.printLine("listening on \(listener.host):\(listener.port)") }
    while true { try await Task.sleep(for: .seconds(3600)) }
  }
}
