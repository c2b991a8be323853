import NIOCore
import TestSupport
import Testing

@testable import Transport

@Suite struct LoopbackTests {
  @Test(arguments: [["--http1.1"], ["--http2"], ["--http1.1", "--tls-max", "1.2"], ["--http2", "--tls-max", "1.2"]])
  func curlGetsAnAnswer(_ arguments: [String]) async throws {
    try await TestServer.run { server in
      let result = try await server.curl(
        "/headers?a=b%20c",
        arguments + ["-X", "POST", "-H", "content-type: application/json", "-H", "accept: text/x", "-d", "{}", "-i"])
      #expect(result.isSuccess, "\(result.errors)")
      let version = arguments.contains("--http2") ? "http2" : "http1"
      #expect(result.output.contains("POST /headers a=b%20c application/json text/x - \(version) true"))
      #expect(result.output.contains(version == "http2" ? "HTTP/2 200" : "HTTP/1.1 200 OK"))
    }
  }
}
