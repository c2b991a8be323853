import Glibc
import NIOCore
import TestSupport
import Testing

@testable import Transport

/// Bodies large and small, on loopback.
@Suite struct BodyTests {
  /// What a default kube-scheduler may send, and more: 30 MB in, and all of it out again.
  @Test(.timeLimit(.minutes(3)), arguments: ["--http1.1", "--http2"])
  func thirtyMegabytesGoBothWays(_ version: String) async throws {
    try await TestServer.run { server in
      let file = try TemporaryFile(bytes: 30_000_000)
      let answer = file.path + ".out"
      let result = try await server.curl(
        "/echo", [version, "--data-binary", "@" + file.path, "-H", "content-type: application/json", "-o", answer])
      #expect(result.isSuccess, "\(result.errors)")
      #expect(file.equals(answer))
      _ = unsafe unlink(answer)
      try await eventually("everything is given back") { server.server.bufferedBytes == 0 }
      let summary = try #require(server.observer.record.requests.first)
      #expect(summary.requestBytes == 30_000_000 && summary.responseBytes == 30_000_000)
    }
  }

  @Test(arguments: ["--http1.1", "--http2"])
  func bodiesOverTheLimitGet413(_ version: String) async throws {
    var limits = Limits()
    limits.maxBodyBytes = 1 << 20
    try await TestServer.run(limits: limits) { server in
      let file = try TemporaryFile(bytes: 5_000_000)
      // Declared, and sent only after "100 Continue"; then declared and sent at once; then of unknown length.
      for arguments in [
        ["-d", "@" + file.path], ["-d", "@" + file.path, "-H", "expect:"],
        ["-d", "@" + file.path, "-H", "transfer-encoding: chunked", "-H", "content-length:", "-H", "expect:"],
      ] {
        let result = try await server.curl(
          "/length",
          [version, "-H", "content-type: application/json", "-w", "%{http_code}", "-o", "/dev/null"]
            + arguments.map { $0 == "-d" ? "--data-binary" : $0 })
        #expect(result.output == "413", "\(arguments.prefix(1)) \(result.errors)")
      }
      #expect(server.observer.limits == [.bodySize, .bodySize, .bodySize])
      try await eventually("everything is given back") { server.server.bufferedBytes == 0 }
    }
  }

  @Test func manyLargeBodiesAtATimeStayWithinTheBudget() async throws {
    var limits = Limits()
    limits.maxBufferedBytes = 12 << 20
    try await TestServer.run(limits: limits) { server in
      let file = try TemporaryFile(bytes: 5_000_000)
      let result = try await Tool.run(
        "h2load", ["-n", "24", "-c", "4", "-m", "3", "-d", file.path, server.secureURL + "/length"])
      // Some are answered, the rest is told to come again; none hangs.
      #expect(result.output.contains("24 done"), "\(result.output)")
      #expect(result.output.contains("0 errored, 0 timeout"), "\(result.output)")
      #expect(server.observer.limits.allSatisfy { $0 == .bufferedBytes })
      #expect(server.observer.record.requests.contains { $0.status == 200 })
      try await eventually("everything is given back") { server.server.bufferedBytes == 0 }
    }
  }

  @Test func otherClientsOfHTTP2AreServed() async throws {
    try await TestServer.run { server in
      let load = try await Tool.run("h2load", ["-n", "5000", "-c", "8", "-m", "10", server.secureURL + "/bytes/3000"])
      #expect(load.output.contains("5000 succeeded, 0 failed, 0 errored, 0 timeout"), "\(load.output)")
      let file = try TemporaryFile(bytes: 300_000)
      let nghttp = try await Tool.run(
        "nghttp", ["-nv", "--expect-continue", "-d", file.path, server.secureURL + "/length"])
      #expect(nghttp.isSuccess && nghttp.output.contains(":status: 200"), "\(nghttp.output)")
      let http1 = try await Tool.run(
        "h2load", ["--h1", "-n", "3000", "-c", "4", "-d", file.path, server.secureURL + "/length"])
      #expect(http1.output.contains("3000 succeeded, 0 failed, 0 errored, 0 timeout"), "\(http1.output)")
    }
  }

  @Test func thePlainListenerServesToo() async throws {
    try await TestServer.run { server in
      let result = try await Tool.run("curl", ["-sS", "--max-time", "20", "--http2", server.plainURL + "/headers"])
      #expect(result.output == "GET /headers - - */* - http1 false", "\(result.errors)")
    }
  }

  @Test func aPeerThatLeavesMidwayCostsNothing() async throws {
    try await TestServer.run { server in
      for _ in 0..<5 {
        let client = try await RawClient.connect(port: server.plainPort)
        await client.send("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        await client.send([UInt8](repeating: 65, count: 500_000))
        try await eventually("the body arrives") { server.server.bufferedBytes == 500_000 }
        await client.close()
        try await eventually("it is given back") { server.server.bufferedBytes == 0 }
      }
      #expect(server.observer.record.abandoned == 5)
    }
  }
}
