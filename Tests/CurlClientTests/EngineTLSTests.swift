import Foundation
import TestSupport
import Testing

@testable import CurlClient

/// Against `openssl s_server`, an independent peer.
@Suite struct EngineTLSTests {
  /// Runs `openssl s_server -HTTP`, which serves `ok` (a complete HTTP response in a file).
  private func withTLSServer(
    _ extra: @Sendable (StubServerCertificates) -> [String] = { _ in [] },
    _ body: @escaping @Sendable (CurlEngine, StubServerCertificates, UInt16) async throws -> Void
  ) async throws {
    try await withStubDirectory { directory in
      let certificates = try await StubServerCertificates(in: directory + "/pki")
      // -HTTP serves files of the working directory, which hold whole responses with their heads.
      let page = directory + "/ok"
      try Data("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello".utf8)
        .write(to: URL(fileURLWithPath: page))
      try await withStubServerProcess(
        "openssl", workingDirectory: directory,
        arguments: { port in
          ["s_server", "-accept", "127.0.0.1:\(port)", "-HTTP", "-key", certificates.serverKeyPath]
            + ["-cert", certificates.serverCertificatePath] + extra(certificates)
        },
        body: { port in
          try await withEngine { engine in try await body(engine, certificates, port) }
        })
    }
  }

  private func expectPage(_ engine: CurlEngine, _ request: HTTPRequest) async throws {
    let response = try await engine.send(request)
    #expect(response.status == 200)
    #expect(response.body == Array("hello".utf8))
  }

  private func request(_ certificates: StubServerCertificates, _ host: String, _ port: UInt16) throws -> HTTPRequest {
    var request = HTTPRequest(url: "https://\(host):\(port)/ok", timeoutMilliseconds: 20_000)
    request.tls.certificateAuthorityPEM = try certificates.read(certificates.authorityPath)
    return request
  }

  @Test func verifiesAgainstTheGivenAuthorityAndOnlyIt() async throws {
    try await withTLSServer { engine, certificates, port in
      var good = try self.request(certificates, "127.0.0.1", port)
      try await expectPage(engine, good)
      good.tls.certificateAuthorityPEM = nil
      let system = await failure { try await engine.send(good) }
      #expect(system?.kind == .tls, "\(system.map(\.description) ?? "accepted")")
      let other = try await StubServerCertificates(in: certificates.directory + "/other")
      good.tls.certificateAuthorityPEM = try other.read(other.authorityPath)
      let wrong = await failure { try await engine.send(good) }
      #expect(wrong?.kind == .tls)
    }
  }

  @Test func aWrongHostNameIsRefusedAndAServerNameIsVerifiedInstead() async throws {
    try await withTLSServer { engine, certificates, port in
      var request = try self.request(certificates, "localhost", port)
      let wrong = await failure { try await engine.send(request) }
      #expect(wrong?.kind == .tls, "\(wrong.map(\.description) ?? "accepted")")
      request.tls.serverName = "stub.test"
      try await expectPage(engine, request)
      request = try self.request(certificates, "127.0.0.1", port)
      request.tls.serverName = "other.test"
      let other = await failure { try await engine.send(request) }
      #expect(other?.kind == .tls)
    }
  }

  @Test func verificationIsSkippedOnlyOnRequest() async throws {
    try await withTLSServer { engine, certificates, port in
      var request = HTTPRequest(url: "https://localhost:\(port)/ok", timeoutMilliseconds: 20_000)
      request.tls.skipsVerification = true
      try await expectPage(engine, request)
      // The connection of an unverified request must not serve a verified one.
      request.tls.skipsVerification = false
      #expect(await failure { try await engine.send(request) }?.kind == .tls)
    }
  }

  @Test func aClientCertificateIsSentFromMemory() async throws {
    let demands: @Sendable (StubServerCertificates) -> [String] = {
      ["-Verify", "2", "-verify_return_error", "-CAfile", $0.authorityPath]
    }
    try await withTLSServer(demands) { engine, certificates, port in
      var request = try self.request(certificates, "127.0.0.1", port)
      let without = await failure { try await engine.send(request) }
      #expect(without != nil)
      request.tls.clientCertificatePEM = try certificates.read(certificates.clientCertificatePath)
      request.tls.clientKeyPEM = try certificates.read(certificates.clientKeyPath)
      try await expectPage(engine, request)
      // A key of another pair must be noticed before anything is sent.
      request.tls.clientKeyPEM = try certificates.read(certificates.serverKeyPath)
      #expect(await failure { try await engine.send(request) }?.kind == .tls)
    }
  }

  @Test func rubbishInsteadOfCertificatesIsAFailureWithoutTheirText() async throws {
    try await withTLSServer { engine, certificates, port in
      var request = try self.request(certificates, "127.0.0.1", port)
      request.tls.certificateAuthorityPEM = Array("hunter2".utf8)
      let rubbish = await failure { try await engine.send(request) }
      #expect(rubbish?.kind == .tls)
      #expect(rubbish.map { !"\($0)".contains("hunter2") } == true)
      request.tls.certificateAuthorityPEM = []
      #expect(await failure { try await engine.send(request) } != nil)
    }
  }
}
