import Logging
import NIOCore
import TestSupport

@testable import Transport

/// A server on loopback, with a certificate authority of its own, for the time of one test.
struct TestServer {
  let server: Server
  let observer: RecordingObserver
  let authority: CertificateAuthority
  let securePort: Int
  let plainPort: Int

  var secureURL: String { "https://localhost:\(securePort)" }
  var plainURL: String { "http://127.0.0.1:\(plainPort)" }

  /// Runs `body` against a fresh server, and shuts that down afterwards.
  static func run(
    limits: Limits = Limits(), asksForClientCertificate: Bool = false, minimumVersion: TLSMinimumVersion = .tls12,
    pair: (CertificateAuthority) async throws -> CertificatePair = { try await $0.issueServer() },
    reloadInterval: TimeAmount = .milliseconds(50), responder: any RequestResponder = EchoResponder(),
    _ body: (TestServer) async throws -> Void
  ) async throws {
    let authority = try await CertificateAuthority.make()
    defer { authority.remove() }
    let certificates = try await pair(authority)
    let observer = RecordingObserver()
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let server = Server(limits: limits, observer: observer, logger: logger)
    let tls = TLSConfiguration(
      certificateFile: certificates.certificateFile, privateKeyFile: certificates.privateKeyFile,
      clientCAFile: asksForClientCertificate ? authority.certificateFile : nil, minimumVersion: minimumVersion,
      reloadInterval: reloadInterval)
    do {
      let bound = try await server.start([
        Listener(name: "https", host: "127.0.0.1", port: 0, tls: tls, responder: responder),
        Listener(name: "http", host: "127.0.0.1", port: 0, responder: responder),
      ])
      let running = TestServer(
        server: server, observer: observer, authority: authority, securePort: bound[0].port, plainPort: bound[1].port)
      try await body(running)
    } catch {
      _ = await server.shutdown(gracePeriod: .seconds(1))
      throw error
    }
    _ = await server.shutdown(gracePeriod: .seconds(5))
  }

  /// curl against the HTTPS listener, verifying by the test's CA.
  func curl(_ path: String, _ arguments: [String] = []) async throws -> ToolResult {
    try await Tool.run(
      "curl", ["-sS", "--max-time", "60", "--cacert", authority.certificateFile] + arguments + [secureURL + path])
  }
}
