import NIOCore
import NIOEmbedded
import Testing

@testable import Transport

/// Valid exchanges with random bytes changed, dropped or repeated: whatever comes, nothing crashes, nothing is kept.
@Suite struct MutationTests {
  private struct Random {
    var state: UInt64

    mutating func next(below limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
  }

  private func mutated(_ script: [UInt8], _ random: inout Random) -> [UInt8] {
    var bytes = script
    for _ in 0..<random.next(below: 6) + 1 {
      let position = random.next(below: bytes.count)
      switch random.next(below: 4) {
      case 0: bytes[position] = UInt8(random.next(below: 256))
      case 1: bytes[position] ^= 1 << UInt8(random.next(below: 8))
      case 2: bytes.removeSubrange(position..<min(bytes.count, position + random.next(below: 30) + 1))
      default:
        let end = min(bytes.count, position + random.next(below: 200) + 1)
        bytes.insert(contentsOf: bytes[position..<end], at: position)
      }
      if bytes.isEmpty { return script }
    }
    return bytes
  }

  private func run(_ version: HTTPProtocol, _ script: [UInt8], seed: UInt64, rounds: Int) throws {
    var random = Random(state: seed)
    var answered = 0
    for _ in 0..<rounds {
      let client = try EmbeddedConnection(version)
      let core = client.core
      var rest = mutated(script, &random)[...]
      while !rest.isEmpty {
        let count = random.next(below: 400) + 1
        client.receive(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      client.pass(.seconds(40))
      client.pass(.seconds(200))
      answered += client.observer.record.requests.count
      _ = try? client.channel.finish(acceptAlreadyClosed: true)
      #expect(core.budget.usedBytes == 0)
    }
    // The mutations leave enough intact that requests are reached at all.
    #expect(answered > rounds / 4)
  }

  @Test(arguments: [1, 2, 3]) func http2(_ seed: UInt64) throws {
    let frames: [Frame] = [
      .settings, .settingsAcknowledgement, .request(1, "/echo", fields: [("content-type", "application/json")]),
      .data(1, [UInt8](repeating: 65, count: 900)), .ping(3), .request(3, "/bytes/70000", isLast: true),
      .windowUpdate(0, 100_000), .windowUpdate(3, 100_000), .data(1, [1, 2, 3], isLast: true), .request(5, "/length"),
      .reset(5), Frame(.priority, stream: 7, payload: [0, 0, 0, 0, 1]),
      .request(7, "/echo", fields: [("expect", "100-continue"), ("content-length", "4")]), .data(7, [1, 2, 3, 4]),
      Frame(.headers, flags: Frame.endHeaders | Frame.endStream, stream: 7, payload: Frame.literal("x-t", "1")),
      Frame(.goAway, payload: [0, 0, 0, 0, 0, 0, 0, 0]),
    ]
    try run(.http2, Frame.preface + frames.flatMap(\.bytes), seed: seed, rounds: 300)
  }

  @Test(arguments: [4, 5, 6]) func http1(_ seed: UInt64) throws {
    let script =
      "POST /echo?x=y HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\nhello world"
      + "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n3;x=1\r\nfgh\r\n0\r\nx: y\r\n\r\n"
      + "POST /missing HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc"
      + "HEAD /bytes/5000 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    try run(.http1, Array(script.utf8), seed: seed, rounds: 300)
  }
}
