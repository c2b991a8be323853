import Foundation
import TestSupport
import Testing

@testable import CurlClient

/// Against `nghttpd`, an independent HTTP/2 server.
@Suite struct EngineHTTP2Tests {
  private func withHTTP2Server(
    files: [String: [UInt8]], _ body: @escaping @Sendable (CurlEngine, HTTPRequest) async throws -> Void
  ) async throws {
    try await withStubDirectory { directory in
      let certificates = try await StubServerCertificates(in: directory + "/pki")
      try FileManager.default.createDirectory(atPath: directory + "/pages", withIntermediateDirectories: true)
      for (name, bytes) in files {
        try Data(bytes).write(to: URL(fileURLWithPath: directory + "/pages/" + name))
      }
      try await withStubServerProcess(
        "nghttpd",
        arguments: { port in
          ["-a", "127.0.0.1", "-d", directory + "/pages", "--echo-upload", "\(port)", certificates.serverKeyPath]
            + [certificates.serverCertificatePath]
        },
        body: { port in
          var request = HTTPRequest(url: "https://127.0.0.1:\(port)/", timeoutMilliseconds: 20_000)
          request.tls.certificateAuthorityPEM = try certificates.read(certificates.authorityPath)
          try await withEngine { engine in try await body(engine, request) }
        })
    }
  }

  @Test func speaksHTTP2WhereItIsOffered() async throws {
    try await withHTTP2Server(files: ["a": Array("hello".utf8)]) { engine, base in
      var request = base
      request.url += "a"
      let response = try await engine.send(request)
      #expect(response.version == .http2)
      #expect(response.status == 200)
      #expect(response.body == Array("hello".utf8))
      request.url += "/missing"
      let missing = try await engine.send(request)
      #expect(missing.status == 404)
    }
  }

  @Test func uploadsArriveWholeBelowAndAboveTheLimitForHTTP2() async throws {
    try await withHTTP2Server(files: [:]) { engine, base in
      var request = base
      request.method = "POST"
      request.body = (0..<60_000).map { UInt8(truncatingIfNeeded: $0) }
      let response = try await engine.send(request)
      #expect(response.version == .http2)
      #expect(response.body == request.body)
      // nghttpd speaks nothing but HTTP/2, so that a refusal shows that HTTP/1.1 was chosen.
      request.body += request.body
      #expect(await failure { try await engine.send(request) } != nil)
    }
  }

  @Test func manyParallelLargeResponsesAreComplete() async throws {
    let large = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try await withHTTP2Server(files: ["large": large]) { engine, base in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<20 {
          group.addTask {
            var request = base
            request.url += "large"
            return try await engine.send(request).body == large
          }
        }
        for try await isComplete in group { #expect(isComplete) }
      }
    }
  }

  @Test func cancelledTransfersDoNotStarveTheConnection() async throws {
    let large = [UInt8](repeating: 1, count: 8_000_000)
    try await withHTTP2Server(files: ["large": large]) { engine, base in
      var request = base
      request.url += "large"
      let bounded = {
        var request = request
        request.maximumResponseBytes = 100_000
        return request
      }()
      // Each leaves bytes behind that count against the connection's window of 32 MiB.
      for _ in 0..<20 {
        #expect(await failure { try await engine.send(bounded) }?.kind == .tooLarge)
        let task = Task { [request] in await failure { try await engine.send(request) } }
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
      }
      let response = try await engine.send(request)
      #expect(response.body.count == large.count)
      #expect(engine.pendingTransfers == 0)
    }
  }

  @Test func connectionsThatWereRetiredAreReplaced() async throws {
    try await withHTTP2Server(files: ["a": [1]]) { engine, base in
      var request = base
      request.url += "a"
      for _ in 0..<3 {
        let response = try await engine.send(request)
        #expect(response.status == 200)
        engine.retireConnections()
      }
    }
  }
}

@Suite struct EngineCompressionTests {
  private func gzip(_ bytes: [UInt8]) async throws -> [UInt8] {
    try await withStubDirectory { directory in
      try Data(bytes).write(to: URL(fileURLWithPath: directory + "/x"))
      try await runStubTool("gzip", [directory + "/x"])
      return Array(try Data(contentsOf: URL(fileURLWithPath: directory + "/x.gz")))
    }
  }

  private func response(to change: (inout HTTPRequest) -> Void, sending body: [UInt8]) async throws -> HTTPResponse {
    try await withStub { request, connection in
      let isWanted = request.headers["accept-encoding"] == "gzip"
      connection.respond(headers: isWanted ? ["Content-Encoding: gzip"] : [], body: body)
    } _: { server in
      try await withEngine { engine in
        var request = plain(server)
        change(&request)
        return try await engine.send(request)
      }
    }
  }

  @Test func unpacksWhereItWasAskedFor() async throws {
    let packed = try await gzip(Array(String(repeating: "hello ", count: 10_000).utf8))
    let response = try await response(to: { $0.acceptsGzip = true }, sending: packed)
    #expect(response.body == Array(String(repeating: "hello ", count: 10_000).utf8))
    let plain = try await self.response(to: { _ in }, sending: packed)
    #expect(plain.body == packed)
  }

  @Test func theLimitCountsUnpackedBytes() async throws {
    let bomb = try await gzip([UInt8](repeating: 0, count: 20_000_000))
    #expect(bomb.count < 100_000)
    let failure = await failure {
      try await response(
        to: {
          $0.acceptsGzip = true
          $0.maximumResponseBytes = 1_000_000
        }, sending: bomb)
    }
    #expect(failure?.kind == .tooLarge)
  }

  @Test func rubbishInsteadOfGzipIsAFailure() async throws {
    let failure = await failure { try await response(to: { $0.acceptsGzip = true }, sending: Array("hunter2".utf8)) }
    #expect(failure?.kind == .malformedResponse)
  }
}
