import ArgumentParser
import Glibc
import Logging
import NIOCore
import Transport

/// A server on an ephemeral port of the loopback address, which runs until the process is killed.
struct HTTPSListener: ParsableArguments {
  @Option(help: "PEM file of the server's certificate.")
  var certificate: String

  @Option(help: "PEM file of its key.")
  var key: String

  /// Serves, and prints where. Never returns.
  func run(_ responder: any RequestResponder) {
    var limits = Limits()
    limits.maxBodyBytes = 256 << 20
    limits.maxBufferedBytes = 2 << 30
    var logger = Logger(label: "benchmark")
    logger.logLevel = .error
    let server = Server(limits: limits, eventLoopCount: 1, offloadThreadCount: 1, logger: logger)
    let tls = TLSConfiguration(certificateFile: certificate, privateKeyFile: key)
    let listener = Listener(name: "https", host: "127.0.0.1", port: 0, tls: tls, responder: responder)
    Task {
      do {
        for bound in try await server.start([listener]) {
          StandardOutput.printLine("listening on \(bound.host):\(bound.port)")
        }
      } catch {
        StandardOutput.printLine("cannot serve: \(error)")
        Glibc.exit(1)
      }
    }
    while true { sleep(3600) }
  }
}
