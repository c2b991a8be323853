import NIOCore
import Testing

@testable import Transport

/// Each limit of HTTP/1.1.
@Suite struct HTTP1LimitTests {
  private func status(_ text: String) -> Int? { text.split(separator: " ").dropFirst().first.flatMap { Int($0) } }

  @Test func aDeclaredBodyOverTheLimitIsRefusedAtOnce() throws {
    let client = try EmbeddedConnection(.http1)
    client.receive("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 67108865\r\n\r\n")
    let text = client.writtenText()
    #expect(status(text) == 413 && text.contains("connection: close"))
    #expect(client.observer.limits == [.bodySize])
  }

  @Test func chunksOverTheLimitAreRefusedOnArrival() throws {
    var limits = Limits()
    limits.maxBodyBytes = 10
    let client = try EmbeddedConnection(.http1, limits: limits)
    client.receive("POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n")
    #expect(client.written().isEmpty)
    client.receive("6\r\nabcdef\r\n")
    #expect(status(client.writtenText()) == 413)
    #expect(client.observer.limits == [.bodySize])
    #expect(client.core.budget.usedBytes == 0)
  }

  @Test func bodiesTogetherStayWithinTheBudget() throws {
    var limits = Limits()
    limits.maxBufferedBytes = 8
    let client = try EmbeddedConnection(.http1, limits: limits)
    client.receive("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nabcdefghi")
    #expect(status(client.writtenText()) == 503)
    #expect(client.observer.limits == [.bufferedBytes])
    #expect(client.core.budget.usedBytes == 0)
  }

  @Test(arguments: [
    "X: " + String(repeating: "a", count: 9000) + "\r\n",
    (0..<5).map { "X\($0): " + String(repeating: "a", count: 4000) + "\r\n" }.joined(),
    (0..<101).map { "X\($0): 1\r\n" }.joined(),
  ])
  func headersOverTheLimitGet431(_ fields: String) throws {
    let client = try EmbeddedConnection(.http1)
    client.receive("GET /length HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n")
    #expect(status(client.writtenText()) == 431)
    #expect(client.observer.limits == [.headers])
  }

  @Test func anEndlessTargetGets431() throws {
    let client = try EmbeddedConnection(.http1)
    client.receive("GET /" + String(repeating: "a", count: 9000))
    #expect(status(client.writtenText()) == 431)
  }

  @Test func aSlowHeadGets408() throws {
    let client = try EmbeddedConnection(.http1)
    client.pass(.seconds(60))
    client.receive("GET /length HTTP/1.1\r\n")
    client.pass(.seconds(6))
    client.receive("Host: a\r\n")
    #expect(client.written().isEmpty)
    client.pass(.seconds(5))
    #expect(status(client.writtenText()) == 408)
    #expect(client.observer.limits == [.headTimeout])
  }

  @Test func aSlowBodyGets408() throws {
    let client = try EmbeddedConnection(.http1)
    client.receive("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nabc")
    for _ in 0..<5 {
      client.pass(.seconds(7))
      client.receive("d")
    }
    #expect(status(client.writtenText()) == 408)
    #expect(client.observer.limits == [.requestTimeout])
    #expect(client.core.budget.usedBytes == 0)
  }

  @Test func anIdleConnectionIsClosed() throws {
    let client = try EmbeddedConnection(.http1)
    client.receive("GET /length HTTP/1.1\r\nHost: a\r\n\r\n")
    _ = client.written()
    client.pass(.seconds(119))
    #expect(client.isOpen)
    client.pass(.seconds(2))
    #expect(!client.isOpen)
    #expect(client.observer.limits == [.idleTimeout])
  }

  /// A busy client learns with its next response that the connection ends; an idle one is closed a moment later.
  @Test func aGracefulCloseDoesNotCrossARequest() throws {
    let busy = try EmbeddedConnection(.http1)
    busy.closeGracefully()
    #expect(busy.isOpen)
    busy.receive("GET /length HTTP/1.1\r\nHost: a\r\n\r\n")
    let text = busy.writtenText()
    #expect(status(text) == 200 && text.contains("connection: close\r\n"))
    let idle = try EmbeddedConnection(.http1)
    idle.closeGracefully()
    idle.pass(.milliseconds(1100))
    #expect(!idle.isOpen)
  }

  @Test func aRequestInProgressIsAnsweredBeforeAGracefulClose() throws {
    let client = try EmbeddedConnection(.http1)
    client.receive("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
    client.closeGracefully()
    client.pass(.seconds(2))
    #expect(client.isOpen)
    client.receive("def")
    let text = client.writtenText()
    #expect(status(text) == 200 && text.contains("connection: close\r\n") && text.hasSuffix("6"))
  }
}
