import Logging
import NIOCore
import TestSupport
import Testing

@testable import Transport

/// Ending a server that is at work.
@Suite struct ShutdownTests {
  @Test(.timeLimit(.minutes(2)), arguments: ["--http1.1", "--http2"])
  func aRequestInFlightIsAnswered(_ version: String) async throws {
    try await TestServer.run { server in
      async let answer = server.curl("/slow", [version, "-i"])
      try await eventually("the request is there") { server.observer.record.handshakes.count == 1 }
      let start = ContinuousClock.now
      let drained = await server.server.shutdown(gracePeriod: .seconds(20))
      #expect(drained)
      #expect(ContinuousClock.now - start < .seconds(15))
      let result = try await answer
      #expect(result.isSuccess && result.output.hasSuffix("slow"), "\(result.errors)")
      #expect(server.server.isShuttingDown)
      let isServed = try await server.curl("/length").isSuccess
      #expect(!isServed)
    }
  }

  @Test(.timeLimit(.minutes(2)))
  func aBodyStillArrivingIsAnswered() async throws {
    try await TestServer.run { server in
      let client = try await RawClient.connect(port: server.plainPort)
      await client.send("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
      try await eventually("the body arrives") { server.server.bufferedBytes == 3 }
      await server.server.beginShutdown()
      #expect(server.server.isShuttingDown)
      async let drained = server.server.shutdown(gracePeriod: .seconds(20))
      await client.send("def")
      let isDrained = await drained
      #expect(isDrained)
      #expect(client.receivedText.hasSuffix("\r\n\r\n6") && client.receivedText.contains("connection: close"))
    }
  }

  /// The end of a response lies in TLS and in the socket when HTTP is done with it.
  @Test(.timeLimit(.minutes(2)), arguments: ["--http1.1", "--http2"])
  func aSlowReaderGetsItsWholeResponse(_ version: String) async throws {
    try await TestServer.run { server in
      async let answer = server.curl(
        "/bytes/12000000", [version, "--limit-rate", "6M", "-o", "/dev/null", "-w", "%{size_download}"])
      try await eventually("the response is on its way") { server.server.bufferedBytes > 0 }
      let isDrained = await server.server.shutdown(gracePeriod: .seconds(30))
      #expect(isDrained)
      let result = try await answer
      #expect(result.isSuccess && result.output == "12000000", "\(result.output) \(result.errors)")
    }
  }

  @Test(.timeLimit(.minutes(2)))
  func underLoadNothingIsLost() async throws {
    try await TestServer.run { server in
      // h2load counts a stream that a GOAWAY leaves out as failed, hence curl: it opens a connection for each call.
      async let calls = withThrowingTaskGroup(of: (Bool, String).self) { group in
        for _ in 0..<12 {
          group.addTask {
            let result = try await server.curl("/slow", ["--http2"])
            return (result.isSuccess && result.output == "slow", result.errors)
          }
        }
        var outcomes: [(Bool, String)] = []
        for try await outcome in group { outcomes.append(outcome) }
        return outcomes
      }
      try await eventually("all are there") { server.observer.record.handshakes.count == 12 }
      let isDrained = await server.server.shutdown(gracePeriod: .seconds(30))
      #expect(isDrained)
      for (isAnswered, errors) in try await calls { #expect(isAnswered, "\(errors)") }
    }
  }

  @Test(.timeLimit(.minutes(2)))
  func aPeerThatDoesNotGoIsCutOff() async throws {
    try await TestServer.run { server in
      let client = try await RawClient.connect(port: server.plainPort)
      await client.send("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
      try await eventually("the body arrives") { server.server.bufferedBytes == 3 }
      let start = ContinuousClock.now
      let isDrained = await server.server.shutdown(gracePeriod: .milliseconds(300))
      #expect(!isDrained)
      #expect(ContinuousClock.now - start < .seconds(10))
      try await eventually("it is cut off") { client.isClosed }
      #expect(server.server.bufferedBytes == 0)
    }
  }

  @Test func anAddressInUseIsAClearError() async throws {
    try await TestServer.run { server in
      let other = Server(logger: .init(label: "test"))
      await #expect {
        _ = try await other.start([
          Listener(name: "metrics", host: "127.0.0.1", port: server.plainPort, responder: EchoResponder())
        ])
      } throws: { error in
        "\(error)".contains("cannot listen on 127.0.0.1:\(server.plainPort) for metrics")
      }
      _ = await other.shutdown(gracePeriod: .seconds(1))
    }
  }
}
