import Foundation
import NIOCore
import Testing

@testable import Transport

/// HTTP/1.1 as bytes, on a connection without a socket.
@Suite struct HTTP1RequestTests {
  @Test func theResponseIsExact() throws {
    let client = try EmbeddedConnection(.http1)
    client.receive("POST /length?x=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
    #expect(
      client.writtenText()
        == "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-type: text/plain; charset=utf-8\r\n\r\n5")
    let summary = try #require(client.observer.record.requests.first)
    #expect(summary.path == "/length" && summary.requestBytes == 5 && summary.responseBytes == 1)
    #expect(client.core.budget.usedBytes == 0)
    #expect(client.isOpen)
  }

  @Test func headHasTheLengthAndNoBody() throws {
    let client = try EmbeddedConnection(.http1)
    client.receive("HEAD /bytes/12345 HTTP/1.1\r\nHost: a\r\n\r\n")
    let text = client.writtenText()
    #expect(text.contains("content-length: 12345\r\n") && text.hasSuffix("\r\n\r\n"))
  }

  @Test func aLargeResponseIsComplete() throws {
    let client = try EmbeddedConnection(.http1)
    let body = String(repeating: "0123456789", count: 20_000)
    client.receive("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + body)
    #expect(client.writtenText().hasSuffix("content-type: application/json\r\n\r\n" + body))
  }

  @Test func chunksAreAccepted() throws {
    let client = try EmbeddedConnection(.http1)
    client.receive(
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    #expect(client.writtenText().hasSuffix("\r\n\r\nabcde"))
  }

  @Test func pipelinedRequestsAreAnsweredInOrder() throws {
    let client = try EmbeddedConnection(.http1)
    let requests = (0..<2000).map { "GET /bytes/\($0 % 7) HTTP/1.1\r\nHost: a\r\n\r\n" }
    client.receive(requests.joined())
    let lengths = client.writtenText().split(separator: "content-length: ").dropFirst().compactMap { $0.first }
    #expect(lengths.map(String.init) == (0..<2000).map { "\($0 % 7)" })
  }

  @Test(arguments: [0, 1, 2, 3])
  func cuttingDoesNotMatter(_ seed: UInt64) throws {
    let client = try EmbeddedConnection(.http1)
    let script =
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world"
      + "GET /missing HTTP/1.1\r\nHost: a\r\n\r\n"
      + "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nlast\r\n0\r\n\r\n"
    var rest = Array(script.utf8)[...]
    var state = seed
    while !rest.isEmpty {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let count = seed == 0 ? 1 : Int(state >> 33) % 40 + 1
      client.receive(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    let text = client.writtenText()
    #expect(text.contains("\r\n\r\nhello worldHTTP/1.1 404 Not Found\r\n"))
    #expect(text.hasSuffix("\r\n\r\nlast"))
  }

  @Test func continueIsSentWhereItIsWaitedFor() throws {
    let client = try EmbeddedConnection(.http1)
    client.receive("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
    #expect(client.writtenText() == "HTTP/1.1 100 Continue\r\n\r\n")
    client.receive("abc")
    #expect(client.writtenText().hasSuffix("\r\n\r\n3"))
  }

  @Test func aRefusedExpectationClosesTheConnection() throws {
    let client = try EmbeddedConnection(.http1)
    client.receive("POST /missing HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
    let text = client.writtenText()
    #expect(text.hasPrefix("HTTP/1.1 404 Not Found\r\n") && text.contains("connection: close\r\n"))
  }

  @Test func aRefusedRequestWithASmallBodyKeepsTheConnection() throws {
    let client = try EmbeddedConnection(.http1)
    client.receive("POST /missing HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
    let text = client.writtenText()
    #expect(text.hasPrefix("HTTP/1.1 404 Not Found\r\n") && !text.contains("connection: close"))
    client.receive("def")
    client.receive("GET /length HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.writtenText().hasPrefix("HTTP/1.1 200 OK\r\n"))
  }

  @Test func persistenceFollowsVersionAndRequest() throws {
    let old = try EmbeddedConnection(.http1)
    old.receive("GET /length HTTP/1.0\r\n\r\n")
    #expect(old.writtenText().contains("connection: close\r\n"))
    let kept = try EmbeddedConnection(.http1)
    kept.receive("GET /length HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    #expect(kept.writtenText().contains("connection: keep-alive\r\n"))
    let closing = try EmbeddedConnection(.http1)
    closing.receive("GET /length HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    #expect(closing.writtenText().contains("connection: close\r\n"))
  }

  /// Every known way to make two servers disagree about where a request ends.
  @Test(arguments: [
    "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nhello",
    "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello",
    "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\nhello",
    "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "POST /length HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /length HTTP/1.1\r\nHost: a\r\n Content-Length: 5\r\n\r\nhello",
    "POST /length HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n",
    "POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n",
    "GET /length HTTP/1.1\r\n\r\n",
    "GET /length HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "GET length HTTP/1.1\r\nHost: a\r\n\r\n",
    "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /length HTTP/2.0\r\nHost: a\r\n\r\n",
    "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}",
  ])
  func ambiguousRequestsAreRefused(_ request: String) throws {
    let client = try EmbeddedConnection(.http1)
    client.receive(request)
    // What follows must not be taken for a request.
    client.receive("GET /length HTTP/1.1\r\nHost: a\r\n\r\n")
    let text = client.writtenText()
    let status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    #expect(status.map { [400, 501].contains($0) } == true, "\(text)")
    #expect(text.contains("connection: close\r\n"))
    #expect(text.components(separatedBy: "HTTP/1.1").count == 2, "more than one response: \(text)")
    #expect(client.observer.record.requests.map(\.status) == [status])
  }

  @Test func absoluteFormIsAccepted() throws {
    let client = try EmbeddedConnection(.http1)
    client.receive("GET http://a:1/headers?q=1 HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.writtenText().contains("GET /headers q=1"))
  }

  @Test func anUpgradeIsIgnoredAndTheConnectionClosed() throws {
    let client = try EmbeddedConnection(.http1)
    client.receive("GET /length HTTP/1.1\r\nHost: a\r\nConnection: upgrade, http2-settings\r\nUpgrade: h2c\r\n\r\n")
    let text = client.writtenText()
    #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.contains("connection: close\r\n"))
  }
}
