import NIOCore
import Testing

@testable import Transport

/// Requests as frame scripts, on a connection without a socket.
@Suite struct HTTP2RequestTests {
  @Test func settingsComeFirstAndSayTheLimits() throws {
    let client = try EmbeddedConnection(.http2)
    let first = try #require(client.writtenFrames().first)
    #expect(first.isKind(.settings))
    // MAX_CONCURRENT_STREAMS 100, INITIAL_WINDOW_SIZE 4 MiB, MAX_FRAME_SIZE 1 MiB, MAX_HEADER_LIST_SIZE 16 KiB,
    // NO_RFC7540_PRIORITIES 1.
    #expect(
      first.payload == [
        0, 3, 0, 0, 0, 100, 0, 4, 0, 0x40, 0, 0, 0, 5, 0, 0x10, 0, 0, 0, 6, 0, 0, 0x40, 0, 0, 9, 0, 0, 0, 1,
      ])
  }

  @Test func aRequestIsAnswered() throws {
    let client = try EmbeddedConnection(.http2)
    client.open()
    _ = client.written()
    client.receive([.request(1, "/echo"), .data(1, Array("hello ".utf8)), .data(1, Array("world".utf8), isLast: true)])
    let frames = client.writtenFrames()
    #expect(frames.map(\.status).first == 200)
    let body = frames.filter { $0.isKind(.data) }
    #expect(body.flatMap(\.payload) == Array("hello world".utf8))
    #expect(body.last?.flags == Frame.endStream)
    let summary = try #require(client.observer.record.requests.first)
    #expect(summary.path == "/echo" && summary.operation == "echo" && summary.status == 200)
    #expect(summary.requestBytes == 11 && summary.responseBytes == 11)
    #expect(client.core.budget.usedBytes == 0)
  }

  /// As Go's client does once it is allowed to; whatever the sizes of the pieces that they come in.
  @Test(arguments: [1 << 20, 70_000, 16_393, 100])
  func framesOfHalfAMegabyteAreTaken(_ pieceBytes: Int) throws {
    let client = try EmbeddedConnection(.http2)
    client.open()
    _ = client.written()
    let body = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
    let frames: [Frame] = [
      .request(1, "/length", fields: [("content-length", "600000")]), .data(1, Array(body[..<524_288])),
      .data(1, Array(body[524_288...]), isLast: true),
    ]
    let bytes = frames.flatMap(\.bytes)
    for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
      client.receive(Array(bytes[start..<min(bytes.count, start + pieceBytes)]))
    }
    let answer = client.writtenFrames().filter { $0.isKind(.data) }.flatMap(\.payload)
    #expect(String(decoding: answer, as: UTF8.self) == "600000")
  }

  @Test func twoBodiesInTurnsAndPaddingKeepTheirBytesApart() throws {
    let client = try EmbeddedConnection(.http2)
    client.open()
    _ = client.written()
    let padded = Frame(.data, flags: 0x8, stream: 3, payload: [4] + Array("two ".utf8) + [0, 0, 0, 0])
    client.receive([
      .request(1, "/echo"), .request(3, "/echo"), .data(1, Array("one ".utf8)), padded, .data(1, Array("a".utf8)),
      .ping(), .data(3, Array("b".utf8), isLast: true), .data(1, Array("c".utf8), isLast: true),
    ])
    let frames = client.writtenFrames().filter { $0.isKind(.data) }
    #expect(frames.filter { $0.stream == 1 }.flatMap(\.payload) == Array("one ac".utf8))
    #expect(frames.filter { $0.stream == 3 }.flatMap(\.payload) == Array("two b".utf8))
  }

  @Test func headHasTheLengthAndNoBody() throws {
    let client = try EmbeddedConnection(.http2)
    client.open()
    _ = client.written()
    client.receive([.request(1, "/bytes/12345", method: "HEAD", isLast: true)])
    let frames = client.writtenFrames()
    #expect(frames.count == 1)
    #expect(frames.first?.flags == Frame.endHeaders | Frame.endStream)
    #expect(client.observer.record.requests.first?.responseBytes == 0)
  }

  @Test func aBodyLongerThanTheWindowWaitsForTheWindow() throws {
    let client = try EmbeddedConnection(.http2)
    client.open()
    _ = client.written()
    client.receive([.request(1, "/bytes/100000", isLast: true)])
    #expect(client.writtenFrames().filter { $0.isKind(.data) }.map(\.payload.count).reduce(0, +) == 65_535)
    #expect(client.observer.record.requests.isEmpty)
    client.receive([.windowUpdate(0, 100_000), .windowUpdate(1, 100_000)])
    #expect(client.writtenFrames().filter { $0.isKind(.data) }.map(\.payload.count).reduce(0, +) == 100_000 - 65_535)
    #expect(client.observer.record.requests.count == 1)
  }

  @Test(arguments: [
    ("/missing", "POST", [], 404), ("/secret", "POST", [], 403),
    ("/echo", "POST", [("content-length", "99999999999")], 413), ("nonsense", "OPTIONS", [], 400),
  ])
  func aRefusedRequestIsAnsweredBeforeItsBody(
    _ path: String, _ method: String, _ fields: [(String, String)], _ status: Int
  ) throws {
    let client = try EmbeddedConnection(.http2)
    client.open()
    _ = client.written()
    client.receive([.request(1, path, method: method, fields: fields)])
    let frames = client.writtenFrames()
    if path == "nonsense" {
      // nghttp2 itself refuses a path that is no path.
      #expect(frames.map(\.errorCode) == [1])
      return
    }
    #expect(frames.first?.status == status)
    // What is still coming of it is dropped, and the connection lives on.
    client.receive([.data(1, [1, 2, 3]), .request(3, "/length", isLast: true)])
    #expect(client.writtenFrames().contains { $0.stream == 3 && $0.status == 200 })
    // A peer that does not stop is told to, without an error (RFC 9113 §8.1).
    client.pass(.seconds(6))
    #expect(client.writtenFrames().map(\.errorCode) == [0])
    #expect(client.observer.record.abandoned == 0)
  }

  @Test func continueIsSentWhereItIsWaitedFor() throws {
    let client = try EmbeddedConnection(.http2)
    client.open()
    _ = client.written()
    client.receive([.request(1, "/length", fields: [("expect", "100-continue")])])
    #expect(client.writtenFrames().map(\.status) == [100])
    client.receive([.data(1, [1, 2, 3], isLast: true)])
    #expect(client.writtenFrames().first?.status == 200)
  }

  @Test func trailersAreDropped() throws {
    let client = try EmbeddedConnection(.http2)
    client.open()
    _ = client.written()
    let trailers = Frame(
      .headers, flags: Frame.endHeaders | Frame.endStream, stream: 1, payload: Frame.literal("x-sum", "1"))
    client.receive([.request(1, "/length"), .data(1, [1, 2, 3]), trailers])
    let frames = client.writtenFrames()
    #expect(frames.first?.status == 200)
    #expect(frames.last?.payload == Array("3".utf8))
  }

  /// Every script must mean the same however the network cuts it.
  @Test(arguments: [0, 1, 2, 3, 4])
  func cuttingDoesNotMatter(_ seed: UInt64) throws {
    let body = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let frames: [Frame] = [
      .settings, .request(1, "/echo", fields: [("content-length", "5000")]), .ping(7),
      .data(1, Array(body[..<2000])), .request(3, "/missing"), .data(3, [1, 2, 3], isLast: true),
      .data(1, Array(body[2000...]), isLast: true), .settingsAcknowledgement,
      .request(5, "/bytes/10", isLast: true),
    ]
    let script = Frame.preface + frames.flatMap(\.bytes)
    let client = try EmbeddedConnection(.http2)
    var rest = script[...]
    var state = seed
    while !rest.isEmpty {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // Seed 0 is byte by byte.
      let count = seed == 0 ? 1 : Int(state >> 33) % 700 + 1
      client.receive(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    let answers = client.writtenFrames()
    #expect(answers.filter { $0.stream == 1 && $0.isKind(.data) }.flatMap(\.payload) == body)
    #expect(answers.first { $0.stream == 3 }?.status == 404)
    #expect(answers.filter { $0.stream == 5 && $0.isKind(.data) }.flatMap(\.payload).count == 10)
    #expect(answers.contains { $0.isKind(.ping) && $0.flags == Frame.acknowledgement && $0.payload[0] == 7 })
    #expect(client.isOpen)
  }

  @Test func aPeerThatIsNotHTTP2IsToldSo() throws {
    let client = try EmbeddedConnection(.http2)
    _ = client.written()
    client.receive("GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    #expect(client.writtenFrames().contains { $0.isKind(.goAway) && $0.errorCode == 1 } || !client.isOpen)
  }

  /// A connection field made an old wrapper of nghttp2 crash: the library closes a stream that was never announced.
  @Test func aConnectionFieldResetsTheStream() throws {
    let client = try EmbeddedConnection(.http2)
    client.open()
    _ = client.written()
    client.receive([.request(1, "/echo", isLast: true, fields: [("connection", "close")])])
    #expect(client.writtenFrames().map(\.errorCode) == [1])
    client.receive([.request(3, "/length", isLast: true)])
    #expect(client.writtenFrames().first?.status == 200)
  }
}
