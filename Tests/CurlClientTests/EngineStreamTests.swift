import Synchronization
import TestSupport
import Testing

@testable import CurlClient

/// Opens a stream that must be accepted.
func openStream(_ engine: CurlEngine, _ request: HTTPRequest, limits: StreamLimits = .init()) async throws -> LineStream
{
  guard case .streaming(let stream) = try await engine.stream(request, limits: limits) else {
    throw Unexpected.refusal
  }
  return stream
}

enum Unexpected: Error { case refusal }

final class Counter: Sendable {
  private let count = Mutex(0)
  var value: Int { count.withLock { $0 } }
  func add(_ number: Int) { count.withLock { $0 += number } }
}

/// All lines up to the end of the stream, and how it ended.
func readAll(_ stream: LineStream) async -> (lines: [String], failure: CurlFailure?) {
  var lines: [String] = []
  do throws(CurlFailure) {
    while let batch = try await stream.next() {
      for index in 0..<batch.count { lines.append(String(decoding: batch.line(index), as: UTF8.self)) }
    }
    return (lines, nil)
  } catch {
    return (lines, error)
  }
}

@Suite struct EngineStreamTests {
  @Test func eventsLargerThanAChunkAndChunksOfOneByteGiveTheSameLines() async throws {
    let large = String(repeating: "x", count: 300_000)
    try await withStub { request, connection in
      connection.beginChunked()
      for byte in Array("{\"a\":1}\n{\"b\"".utf8) { connection.chunk([byte]) }
      connection.chunk(":2}\n" + large)
      connection.chunk("\nlast\n")
      connection.endChunked()
    } _: { server in
      try await withEngine { engine in
        let stream = try await openStream(engine, plain(server))
        #expect(stream.head.status == 200)
        let (lines, failure) = await readAll(stream)
        #expect(lines == ["{\"a\":1}", "{\"b\":2}", large, "last"])
        #expect(failure == nil)
      }
    }
  }

  @Test func theStreamBeginsBeforeItsFirstLine() async throws {
    try await withStub { _, connection in
      connection.beginChunked()
      connection.waitForPeerToClose()
    } _: { server in
      try await withEngine { engine in
        let stream = try await openStream(engine, plain(server))
        #expect(stream.head.status == 200)
      }
    }
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na\n\r\n3\r\nbcd\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na\n\r\n2\r\nb\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\na\nbcd",
    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\na\nb\n",
  ])
  func aStreamThatIsCutIsAFailureAfterItsCompleteLines(bytes: String) async throws {
    try await withStub { _, connection in
      connection.send(bytes)
      connection.close()
    } _: { server in
      try await withEngine { engine in
        let (lines, failure) = await readAll(try await openStream(engine, plain(server)))
        #expect(lines.first == "a")
        #expect(failure?.kind == .truncated)
      }
    }
  }

  @Test func aRefusalComesWithItsBody() async throws {
    try await withStub { _, connection in
      connection.respond(410, headers: ["Retry-After: 7"], body: "{\"code\":410}")
    } _: { server in
      try await withEngine { engine in
        guard case .refused(let response) = try await engine.stream(plain(server)) else {
          Issue.record("the stream was not refused")
          return
        }
        #expect(response.status == 410)
        #expect(response.headers["retry-after"] == "7")
        #expect(response.body == Array("{\"code\":410}".utf8))
      }
    }
  }

  @Test func theBodyOfARefusalIsBounded() async throws {
    try await withStub { _, connection in
      connection.beginChunked(500)
      while connection.chunk([UInt8](repeating: 120, count: 10_000)) {}
      connection.close()
    } _: { server in
      try await withEngine { engine in
        guard
          case .refused(let response) = try await engine.stream(
            plain(server), limits: StreamLimits(maximumRefusalBytes: 1000))
        else {
          Issue.record("the stream was not refused")
          return
        }
        #expect(response.status == 500)
        #expect(response.body.count == 1000)
      }
    }
  }

  @Test func aLineBeyondTheLimitEndsTheStream() async throws {
    try await withStub { _, connection in
      connection.beginChunked()
      connection.chunk("ok\n")
      while connection.chunk([UInt8](repeating: 120, count: 10_000)) {}
      connection.close()
    } _: { server in
      try await withEngine { engine in
        let stream = try await openStream(engine, plain(server), limits: StreamLimits(maximumLineBytes: 50_000))
        let (lines, failure) = await readAll(stream)
        #expect(lines == ["ok"])
        #expect(failure?.kind == .tooLarge)
        #expect(await stubPoll { server.openConnections == 0 })
      }
    }
  }

  @Test func aReaderThatNeverReadsEndsTheStreamInsteadOfGrowingMemory() async throws {
    try await withStub { _, connection in
      connection.beginChunked()
      let line = String(repeating: "x", count: 9_999) + "\n"
      while connection.chunk(line) {}
      connection.close()
    } _: { server in
      try await withEngine { engine in
        let stream = try await openStream(engine, plain(server), limits: StreamLimits(maximumQueuedBytes: 200_000))
        #expect(await stubPoll { engine.pendingTransfers == 0 })
        let (lines, failure) = await readAll(stream)
        #expect(lines.count > 0 && lines.count <= 20)
        #expect(failure?.kind == .overflow)
      }
    }
  }

  @Test func aDeadlineBoundsASilentStream() async throws {
    try await withStub { _, connection in
      connection.beginChunked()
      connection.waitForPeerToClose()
    } _: { server in
      try await withEngine { engine in
        var request = plain(server)
        request.timeoutMilliseconds = 300
        let (lines, failure) = await readAll(try await openStream(engine, request))
        #expect(lines.isEmpty)
        #expect(failure?.kind == .timeout)
      }
    }
  }

  @Test func everyStreamHasItsOwnConnectionWhichIsNotReused() async throws {
    try await withStub { _, connection in
      connection.beginChunked()
      connection.chunk("a\n")
      connection.endChunked()
    } _: { server in
      try await withEngine { engine in
        for _ in 0..<3 { _ = await readAll(try await openStream(engine, plain(server))) }
        #expect(server.acceptedConnections == 3)
        #expect(await stubPoll { server.openConnections == 0 })
      }
    }
  }

  @Test func aHundredCancelledStreamsLeaveNoSocket() async throws {
    try await withStub { _, connection in
      connection.beginChunked()
      connection.chunk("first\n")
      connection.waitForPeerToClose()
    } _: { server in
      try await withEngine { engine in
        let started = Counter()
        await withTaskGroup(of: CurlFailure?.self) { group in
          for _ in 0..<100 {
            group.addTask {
              await failure {
                let stream = try await openStream(engine, plain(server))
                while let batch = try await stream.next() { started.add(batch.count) }
                return true
              }
            }
          }
          #expect(await stubPoll { started.value == 100 })
          #expect(stubClientSockets(toPort: server.port) == 100)
          group.cancelAll()
          for await failure in group { #expect(failure?.kind == .cancelled) }
        }
        #expect(await stubPoll { server.openConnections == 0 && stubClientSockets(toPort: server.port) == 0 })
        #expect(engine.pendingTransfers == 0)
      }
    }
  }

  @Test func aStreamThatNobodyHoldsIsEnded() async throws {
    try await withStub { _, connection in
      connection.beginChunked()
      connection.waitForPeerToClose()
    } _: { server in
      try await withEngine { engine in
        _ = try await openStream(engine, plain(server))
        #expect(await stubPoll { server.openConnections == 0 && engine.pendingTransfers == 0 })
      }
    }
  }
}
