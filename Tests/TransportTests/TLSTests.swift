import Foundation
import NIOCore
import TestSupport
import Testing

@testable import Transport

/// TLS against other implementations' clients, on loopback.
@Suite struct TLSTests {
  @Test(arguments: [
    (["-alpn", "h2,http/1.1"], "ALPN protocol: h2"), (["-alpn", "http/1.1,h2"], "ALPN protocol: h2"),
    (["-alpn", "http/1.1"], "ALPN protocol: http/1.1"), ([], "No ALPN negotiated"),
    (["-tls1_2", "-alpn", "h2"], "Protocol  : TLSv1.2"), (["-tls1_3"], "TLSv1.3"),
  ])
  func theHandshakeIsAsConfigured(_ arguments: [String], _ expected: String) async throws {
    try await TestServer.run { server in
      let result = try await Tool.run(
        "openssl",
        [
          "s_client", "-connect", "127.0.0.1:\(server.securePort)", "-CAfile", server.authority.certificateFile,
          "-verify_return_error", "-servername", "localhost",
        ] + arguments)
      #expect(result.output.contains(expected), "\(result.output) \(result.errors)")
      #expect(result.output.contains("Verify return code: 0 (ok)"))
      // No resumption: a resumed session would not look at the client's certificate.
      #expect(!result.output.contains("Post-Handshake New Session Ticket"))
      #expect(!result.output.contains("TLS session ticket:"))
    }
  }

  @Test func oldVersionsAreRefused() async throws {
    try await TestServer.run { server in
      // Security level 0 lets the client itself offer what is no longer allowed.
      let result = try await Tool.run(
        "openssl",
        ["s_client", "-connect", "127.0.0.1:\(server.securePort)", "-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"])
      #expect(!result.isSuccess)
      #expect(result.errors.contains("alert protocol version") || result.output.contains("alert protocol version"))
      try await eventually("the failure is reported") {
        server.observer.record.handshakeFailures == [.protocolVersion]
      }
    }
  }

  @Test func theMinimumVersionIsConfigurable() async throws {
    try await TestServer.run(minimumVersion: .tls13) { server in
      let servesTLS12 = try await server.curl("/length", ["--tls-max", "1.2"]).isSuccess
      #expect(!servesTLS12)
      let servesTLS13 = try await server.curl("/length").isSuccess
      #expect(servesTLS13)
    }
  }

  @Test func unknownApplicationProtocolsAreRefused() async throws {
    try await TestServer.run { server in
      let result = try await Tool.run(
        "openssl", ["s_client", "-connect", "127.0.0.1:\(server.securePort)", "-alpn", "spdy/1"])
      #expect(result.errors.contains("no application protocol"))
      try await eventually("the failure is reported") {
        server.observer.record.handshakeFailures == [.applicationProtocol]
      }
    }
  }

  @Test func anUntrustedServerIsReportedAsSuch() async throws {
    try await TestServer.run { server in
      let result = try await Tool.run("curl", ["-sS", "--max-time", "20", server.secureURL + "/length"])
      #expect(!result.isSuccess)
      try await eventually("the client's alert is reported") {
        server.observer.record.handshakeFailures == [.certificateRefused]
      }
    }
  }

  // MARK: Client certificates

  @Test(arguments: ["--http1.1", "--http2"])
  func aGoodClientCertificateIsSeen(_ version: String) async throws {
    try await TestServer.run(asksForClientCertificate: true) { server in
      let client = try await server.authority.issueClient(
        "client", commonName: "system:kube-scheduler",
        alternativeNames: ["DNS:scheduler.local", "URI:spiffe://cluster/scheduler", "IP:10.0.0.1"])
      let result = try await server.curl(
        "/secret", [version, "--cert", client.certificateFile, "--key", client.privateKeyFile])
      #expect(
        result.output == #"system:kube-scheduler ["scheduler.local"] ["spiffe://cluster/scheduler"]"#,
        "\(result.errors)")
    }
  }

  @Test(arguments: ["--http1.1", "--http2"])
  func withoutAClientCertificateTheResponderDecides(_ version: String) async throws {
    try await TestServer.run(asksForClientCertificate: true) { server in
      let open = try await server.curl("/length", [version])
      #expect(open.output == "0", "\(open.errors)")
      let closed = try await server.curl("/secret", [version, "-w", "%{http_code}", "-o", "/dev/null"])
      #expect(closed.output == "403", "\(closed.errors)")
    }
  }

  @Test(arguments: [["--tls-max", "1.2"], ["--tlsv1.3"]])
  func aCertificateOfAnotherCAEndsTheHandshake(_ version: [String]) async throws {
    try await TestServer.run(asksForClientCertificate: true) { server in
      let other = try await CertificateAuthority.make(name: "other CA")
      defer { other.remove() }
      let client = try await other.issueClient("client")
      let result = try await server.curl(
        "/length", version + ["--cert", client.certificateFile, "--key", client.privateKeyFile])
      #expect(!result.isSuccess && result.output.isEmpty)
      try await eventually("the failure is reported") {
        server.observer.record.handshakeFailures == [.clientCertificate]
      }
    }
  }

  @Test func aServerCertificateIsNoClientCertificate() async throws {
    try await TestServer.run(asksForClientCertificate: true) { server in
      let wrong = try await server.authority.issueServer("other")
      let result = try await server.curl(
        "/length", ["--cert", wrong.certificateFile, "--key", wrong.privateKeyFile])
      #expect(!result.isSuccess)
    }
  }

  /// "a" NUL "b" as a DNS name: a reader of C strings would take it for "a".
  @Test func aForgedNameEndsTheConnection() async throws {
    try await TestServer.run(asksForClientCertificate: true) { server in
      let client = try await server.authority.issueClient("forged", alternativeNames: ["DER:30:05:82:03:61:00:62"])
      let result = try await server.curl(
        "/length", ["--cert", client.certificateFile, "--key", client.privateKeyFile])
      #expect(!result.isSuccess && result.output.isEmpty)
      try await eventually("the failure is reported") {
        server.observer.record.handshakeFailures == [.clientCertificate]
      }
    }
  }

  // MARK: Peers that do not speak TLS

  @Test func plainHTTPIsToldWhatIsWrong() async throws {
    try await TestServer.run { server in
      let result = try await Tool.run(
        "curl", ["-sS", "--max-time", "20", "-i", "http://127.0.0.1:\(server.securePort)/"])
      #expect(result.output.contains("400 Bad Request"))
      #expect(result.output.contains("Client sent an HTTP request to an HTTPS server."))
      try await eventually("the failure is reported") { server.observer.record.handshakeFailures == [.notTLS] }
    }
  }

  @Test func garbageEndsTheConnection() async throws {
    try await TestServer.run { server in
      let client = try await RawClient.connect(port: server.securePort)
      await client.send([UInt8](repeating: 0x5a, count: 3000))
      try await eventually("the server closes") { client.isClosed }
      try await eventually("the connection is gone") { server.observer.record.closed == 1 }
      #expect(server.observer.record.handshakeFailures.count == 1)
      let isServed = try await server.curl("/length").isSuccess
      #expect(isServed)
    }
  }

  @Test func slowHandshakesAreCutOffAndDoNotKeepOthersOut() async throws {
    var limits = Limits()
    limits.handshakeTimeout = .milliseconds(1500)
    limits.maxConcurrentHandshakes = 8
    limits.sweepInterval = .milliseconds(50)
    try await TestServer.run(limits: limits) { server in
      var clients: [RawClient] = []
      for _ in 0..<8 {
        let client = try await RawClient.connect(port: server.securePort)
        // The first bytes of a ClientHello record, and no more.
        await client.send([0x16, 3, 1, 2, 0, 1])
        clients.append(client)
      }
      // Each loop has room for four; once the slow ones have had a second, a new one takes a slot.
      try await eventually("a new client gets in") { try await server.curl("/length").isSuccess }
      let slow = clients
      try await eventually("the slow ones are closed") { slow.allSatisfy(\.isClosed) }
      let limits = Set(server.observer.limits)
      #expect(limits.contains(.handshakeTimeout) || limits.contains(.handshakeConcurrency))
      #expect(limits.isSubset(of: [.handshakeTimeout, .handshakeConcurrency]))
    }
  }

  @Test func connectionsOverTheLimitAreClosed() async throws {
    var limits = Limits()
    limits.maxConnections = 3
    try await TestServer.run(limits: limits) { server in
      var clients: [RawClient] = []
      for _ in 0..<3 { clients.append(try await RawClient.connect(port: server.plainPort)) }
      try await eventually("three are open") { server.observer.record.opened == 3 }
      let fourth = try await RawClient.connect(port: server.plainPort)
      try await eventually("the fourth is closed") { fourth.isClosed }
      #expect(server.observer.limits == [.connections])
      await clients[0].close()
      try await eventually("a slot is free") { server.observer.record.closed == 1 }
      let isServed = try await server.curl("/length").isSuccess
      #expect(isServed)
    }
  }
}
