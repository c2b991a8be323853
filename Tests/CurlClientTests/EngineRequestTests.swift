import Glibc
import TestSupport
import Testing

@testable import CurlClient

/// An engine for one test, shut down (and its thread joined) at the end.
func withEngine<Result>(
  _ configuration: CurlEngine.Configuration = .init(), _ body: (CurlEngine) async throws -> Result
) async throws -> Result {
  let engine = try CurlEngine(configuration)
  defer { engine.shutdown() }
  return try await body(engine)
}

func withStub<Result>(
  _ handler: @escaping StubServer.Handler, _ body: (StubServer) async throws -> Result
) async throws -> Result {
  let server = try StubServer(handler: handler)
  defer { server.stop() }
  return try await body(server)
}

/// A request in clear text, as the stub takes it.
func plain(_ server: StubServer, _ path: String = "/") -> HTTPRequest {
  HTTPRequest(url: server.url + path, allowsPlaintext: true)
}

/// Runs the operation and returns the failure that it must end in.
func failure<Value: Sendable>(_ operation: () async throws -> Value) async -> CurlFailure? {
  do {
    _ = try await operation()
    return nil
  } catch {
    return error as? CurlFailure
  }
}

@Suite struct EngineRequestTests {
  @Test func sendsMethodHeadersAndBodyAndReturnsTheResponse() async throws {
    try await withStub { request, connection in
      connection.respond(201, headers: ["X-Seen: \(request.headers["x-test"] ?? "")"], body: request.body)
    } _: { server in
      try await withEngine { engine in
        var request = plain(server, "/a%20b?c=d")
        request.method = "PATCH"
        request.headers = [("X-Test", "1"), ("Content-Type", "application/json")]
        request.body = Array("{\"x\":1}".utf8)
        let response = try await engine.send(request)
        #expect(response.status == 201)
        #expect(response.headers["x-seen"] == "1")
        #expect(response.body == request.body)
        #expect(response.version == .http1_1)
        let seen = try #require(server.requests.first)
        #expect(seen.method == "PATCH")
        #expect(seen.target == "/a%20b?c=d")
        #expect(seen.headers["content-type"] == "application/json")
        #expect(seen.headers["expect"] == nil)
      }
    }
  }

  @Test(arguments: ["GET", "HEAD", "DELETE", "POST", "PUT", "OPTIONS"])
  func sendsEveryMethodWithoutContent(method: String) async throws {
    try await withStub { _, connection in
      connection.respond(200, headers: [])
    } _: { server in
      try await withEngine { engine in
        var request = plain(server)
        request.method = method
        let response = try await engine.send(request)
        #expect(response.status == 200)
        #expect(server.requests.first?.method == method)
        #expect(server.requests.first?.body == [])
      }
    }
  }

  @Test func keepsConnectionsAlive() async throws {
    try await withStub { _, connection in
      connection.respond(body: "x")
    } _: { server in
      try await withEngine { engine in
        for _ in 0..<5 { _ = try await engine.send(plain(server)) }
        #expect(server.acceptedConnections == 1)
      }
    }
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"items\":[",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    "HTTP/1.1 200 OK\r\nContent-Le",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
    "",
  ])
  func cutResponsesAreFailures(bytes: String) async throws {
    try await withStub { _, connection in
      connection.send(bytes)
      connection.close()
    } _: { server in
      try await withEngine { engine in
        let failure = await failure { try await engine.send(plain(server)) }
        #expect(failure?.kind == .truncated, "\(failure.map(\.description) ?? "no failure")")
      }
    }
  }

  @Test func takesAResponseByteByByte() async throws {
    try await withStub { _, connection in
      for byte in Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n".utf8) {
        connection.send([byte])
      }
    } _: { server in
      try await withEngine { engine in
        let response = try await engine.send(plain(server))
        #expect(response.body == Array("hello!".utf8))
      }
    }
  }

  @Test func contentBeyondTheLimitIsRefusedWithoutBeingStored() async throws {
    try await withStub { _, connection in
      connection.beginChunked()
      while connection.chunk([UInt8](repeating: 120, count: 10_000)) {}
      connection.close()
    } _: { server in
      try await withEngine { engine in
        var request = plain(server)
        request.maximumResponseBytes = 50_000
        let failure = await failure { try await engine.send(request) }
        #expect(failure?.kind == .tooLarge)
        #expect(failure?.detail.contains("50000") == true)
      }
    }
  }

  @Test func headersBeyondTheLimitAreRefused() async throws {
    try await withStub { _, connection in
      connection.send("HTTP/1.1 200 OK\r\n")
      for index in 0..<1000 { connection.send("X-\(index): y\r\n") }
      connection.send("\r\n")
    } _: { server in
      try await withEngine { engine in
        let failure = await failure { try await engine.send(plain(server)) }
        #expect(failure?.kind == .tooLarge)
      }
    }
  }

  @Test func aSilentPeerEndsInATimeout() async throws {
    try await withStub { _, connection in
      connection.waitForPeerToClose()
    } _: { server in
      try await withEngine { engine in
        var request = plain(server)
        request.timeoutMilliseconds = 200
        let failure = await failure { try await engine.send(request) }
        #expect(failure?.kind == .timeout)
        #expect(await stubPoll { server.openConnections == 0 })
      }
    }
  }

  @Test func aBodyThatDripsEndsInATimeout() async throws {
    try await withStub { _, connection in
      connection.beginChunked()
      while connection.chunk("x") { usleep(20_000) }
      connection.close()
    } _: { server in
      try await withEngine { engine in
        var request = plain(server)
        request.timeoutMilliseconds = 300
        let failure = await failure { try await engine.send(request) }
        #expect(failure?.kind == .timeout)
      }
    }
  }

  @Test func redirectsAreReturnedNotFollowed() async throws {
    try await withStub { request, connection in
      connection.respond(302, headers: ["Location: http://127.0.0.1:1/stolen"])
    } _: { server in
      try await withEngine { engine in
        let response = try await engine.send(plain(server))
        #expect(response.status == 302)
        #expect(server.requests.count == 1)
      }
    }
  }

  @Test func aRefusedConnectionAndAnUnknownNameAreToldApart() async throws {
    let server = try StubServer { _, _ in }
    server.stop()
    #expect(await stubPoll { server.openConnections == 0 })
    try await withEngine { engine in
      let refused = await failure { try await engine.send(plain(server)) }
      #expect(refused?.kind == .connect)
      let unknown = await failure {
        try await engine.send(HTTPRequest(url: "https://no-such-host.invalid/"))
      }
      #expect(unknown?.kind == .nameResolution)
    }
  }

  @Test func cancellationClosesTheConnectionAndLeavesTheEngineUsable() async throws {
    try await withStub { request, connection in
      if request.path == "/slow" { connection.waitForPeerToClose() } else { connection.respond(body: "x") }
    } _: { server in
      try await withEngine { engine in
        let task = Task { await failure { try await engine.send(plain(server, "/slow")) } }
        #expect(await stubPoll { server.requests.count == 1 })
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
        #expect(await stubPoll { server.openConnections == 0 })
        let response = try await engine.send(plain(server))
        #expect(response.status == 200)
        #expect(engine.pendingTransfers == 0)
      }
    }
  }

  @Test func aTaskThatWasCancelledBeforehandSendsNothing() async throws {
    try await withStub { _, connection in
      connection.waitForPeerToClose()
    } _: { server in
      try await withEngine { engine in
        let task = Task {
          while !Task.isCancelled { await Task.yield() }
          return await failure { try await engine.send(plain(server)) }
        }
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
      }
    }
  }

  @Test func shutdownEndsWhatIsUnderWayAndRefusesTheRest() async throws {
    try await withStub { _, connection in
      connection.waitForPeerToClose()
    } _: { server in
      let engine = try CurlEngine()
      let tasks = (0..<5).map { _ in
        Task { await failure { try await engine.send(plain(server)) } }
      }
      #expect(await stubPoll { server.requests.count == 5 })
      engine.shutdown()
      engine.shutdown()
      for task in tasks { #expect(await task.value?.kind == .unavailable) }
      let late = await failure { try await engine.send(plain(server)) }
      #expect(late?.kind == .unavailable)
    }
  }

  @Test func theNumberOfTransfersIsBounded() async throws {
    try await withStub { _, connection in
      connection.waitForPeerToClose()
    } _: { server in
      try await withEngine(.init(maximumTransfers: 2)) { engine in
        let tasks = (0..<2).map { _ in
          Task { await failure { try await engine.send(plain(server)) } }
        }
        #expect(await stubPoll { engine.pendingTransfers == 2 })
        let third = await failure { try await engine.send(plain(server)) }
        #expect(third?.kind == .unavailable)
        for task in tasks {
          task.cancel()
          #expect(await task.value?.kind == .cancelled)
        }
      }
    }
  }

  @Test func manyConcurrentRequestsAllGetTheirOwnAnswer() async throws {
    try await withStub { request, connection in
      connection.respond(body: request.target)
    } _: { server in
      try await withEngine { engine in
        try await withThrowingTaskGroup(of: Bool.self) { group in
          for index in 0..<200 {
            group.addTask {
              let response = try await engine.send(plain(server, "/\(index)"))
              return response.body == Array("/\(index)".utf8)
            }
          }
          for try await isRight in group { #expect(isRight) }
        }
      }
    }
  }
}
