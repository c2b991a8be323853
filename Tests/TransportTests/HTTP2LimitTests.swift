import NIOCore
import Testing

@testable import Transport

/// Each limit of HTTP/2 as a frame script.
@Suite struct HTTP2LimitTests {
  private static let calm: UInt32 = 11

  private func opened(_ limits: Limits = Limits()) throws -> EmbeddedConnection {
    let client = try EmbeddedConnection(.http2, limits: limits)
    client.open()
    _ = client.written()
    return client
  }

  @Test func aBodyOverTheLimitIsRefusedOnArrival() throws {
    var limits = Limits()
    limits.maxBodyBytes = 1000
    let client = try opened(limits)
    client.receive([.request(1, "/length"), .data(1, [UInt8](repeating: 1, count: 600))])
    #expect(client.writtenFrames().isEmpty)
    client.receive([.data(1, [UInt8](repeating: 1, count: 600))])
    let frames = client.writtenFrames()
    #expect(frames.first?.status == 413)
    #expect(client.observer.limits == [.bodySize])
    #expect(client.core.budget.usedBytes == 0)
  }

  @Test func bodiesTogetherStayWithinTheBudget() throws {
    var limits = Limits()
    limits.maxBufferedBytes = 10_000
    let client = try opened(limits)
    client.receive([.request(1, "/length"), .data(1, [UInt8](repeating: 1, count: 6000))])
    client.receive([.request(3, "/length"), .data(3, [UInt8](repeating: 1, count: 6000))])
    #expect(client.writtenFrames().first { $0.isKind(.headers) }?.status == 503)
    #expect(client.observer.limits == [.bufferedBytes])
    #expect(client.core.budget.usedBytes == 6000)
    // The first is not disturbed, and its end makes room.
    client.receive([.data(1, [], isLast: true)])
    #expect(client.writtenFrames().first?.status == 200)
    #expect(client.core.budget.usedBytes == 0)
    client.receive([.request(5, "/length"), .data(5, [UInt8](repeating: 1, count: 6000), isLast: true)])
    #expect(client.writtenFrames().first?.status == 200)
  }

  /// The second of two large bodies stops at the end of its window until the first is gone; small ones go on.
  @Test func largeBodiesTakeTurns() throws {
    var limits = Limits()
    limits.maxLargeBodies = 1
    limits.streamWindowBytes = 1_100_000
    let client = try opened(limits)
    let part = [UInt8](repeating: 1, count: 600_000)
    func grown(_ frames: [Frame]) -> [UInt32: Int] {
      var result: [UInt32: Int] = [:]
      for frame in frames where frame.isKind(.windowUpdate) && frame.stream > 0 {
        result[frame.stream, default: 0] += frame.payload.reduce(0) { $0 << 8 | Int($1) }
      }
      return result
    }
    client.receive([.request(1, "/length"), .data(1, part)])
    #expect(grown(client.writtenFrames())[1] != nil)
    client.receive([.request(3, "/length"), .data(3, part), .request(5, "/length"), .data(5, part)])
    #expect(grown(client.writtenFrames()).isEmpty)
    client.receive([.request(7, "/length"), .data(7, [UInt8](repeating: 1, count: 500_000), isLast: true)])
    #expect(client.writtenFrames().contains { $0.isKind(.headers) && $0.stream == 7 })
    client.receive([.reset(1)])
    #expect(Array(grown(client.writtenFrames()).keys) == [3])
    client.receive([.reset(3)])
    #expect(Array(grown(client.writtenFrames()).keys) == [5])
    #expect(client.observer.limits.isEmpty)
  }

  @Test func headersOverTheLimitGet431() throws {
    let client = try opened()
    client.receive([.request(1, "/length", isLast: true, fields: [("x-large", String(repeating: "a", count: 16_300))])])
    #expect(client.writtenFrames().first?.status == 431)
    #expect(client.observer.limits == [.headers])
    client.receive([.request(3, "/length", isLast: true)])
    #expect(client.writtenFrames().first?.status == 200)
  }

  @Test func moreHeadersThanTheLimitGet431() throws {
    let client = try opened()
    client.receive([.request(1, "/length", isLast: true, fields: (0..<101).map { ("x-\($0)", "1") })])
    #expect(client.writtenFrames().first?.status == 431)
    #expect(client.observer.limits == [.headers])
  }

  @Test func headersFarOverTheLimitResetTheStream() throws {
    let client = try opened()
    let block = Frame.request(1, "/length").payload + Frame.literal("x-large", String(repeating: "a", count: 40_000))
    client.receive([
      Frame(.headers, flags: Frame.endStream, stream: 1, payload: Array(block[..<16_000])),
      Frame(.continuation, stream: 1, payload: Array(block[16_000..<32_000])),
      Frame(.continuation, flags: Frame.endHeaders, stream: 1, payload: Array(block[32_000...])),
    ])
    #expect(client.writtenFrames().map(\.errorCode) == [2])
    #expect(client.observer.limits == [.headers])
  }

  @Test func endlessContinuationsEndTheConnection() throws {
    let client = try opened()
    var frames = [Frame(.headers, stream: 1, payload: Frame.request(1, "/length").payload)]
    for _ in 0..<20 { frames.append(Frame(.continuation, stream: 1, payload: Frame.literal("x", "1"))) }
    client.receive(frames)
    #expect(client.writtenFrames().contains { $0.isKind(.goAway) })
  }

  @Test func streamsOverTheLimitAreRefused() throws {
    var limits = Limits()
    limits.maxConcurrentStreams = 3
    // Not acknowledged yet: the peer may not know the limit, and only the stream is refused.
    let client = try EmbeddedConnection(.http2, limits: limits)
    client.receive(Frame.preface + Frame.settings.bytes)
    _ = client.written()
    client.receive((0..<5).map { .request(UInt32($0) * 2 + 1, "/length") })
    #expect(client.writtenFrames().map(\.errorCode) == [7, 7])
    #expect(client.observer.limits == [.concurrentStreams, .concurrentStreams])
  }

  @Test(arguments: [
    (LimitKind.pings, Frame.ping()), (.settings, .settings),
    (.priorities, Frame(.priority, stream: 1, payload: [0, 0, 0, 0, 1])), (.emptyData, .data(1, [])),
  ])
  func floodsEndTheConnection(_ kind: LimitKind, _ frame: Frame) throws {
    let client = try opened()
    client.receive([.request(1, "/length")])
    // The client's own SETTINGS at the start counts.
    let allowed = kind == .settings ? 199 : 200
    for _ in 0..<allowed { client.receive([frame]) }
    #expect(!client.writtenFrames().contains { $0.isKind(.goAway) })
    client.receive([frame])
    #expect(client.writtenFrames().contains { $0.isKind(.goAway) && $0.errorCode == Self.calm })
    #expect(client.observer.limits == [kind])
  }

  @Test func aSlowDripIsNoFlood() throws {
    let client = try opened()
    for _ in 0..<100 {
      client.receive([.ping(), .ping(), .ping(), .ping(), .ping()])
      client.pass(.seconds(1))
    }
    #expect(!client.writtenFrames().contains { $0.isKind(.goAway) })
  }

  @Test func rapidResetEndsTheConnection() throws {
    let client = try opened()
    var id: UInt32 = 1
    while client.observer.limits.isEmpty, id < 2000 {
      client.receive([.request(id, "/length"), .reset(id)])
      id += 2
    }
    #expect(client.observer.limits == [.streamResets])
    #expect(id / 2 == 201)
    #expect(client.writtenFrames().contains { $0.isKind(.goAway) && $0.errorCode == Self.calm })
    #expect(client.observer.record.abandoned > 150)
  }

  /// A benign client once fell to a limit that counted these.
  @Test func resettingAnsweredStreamsIsNoAbuse() throws {
    let client = try opened()
    for id in stride(from: UInt32(1), to: 1001, by: 2) {
      client.receive([.request(id, "/missing"), .reset(id)])
    }
    // 404 comes before the reset is looked at only where they come in different reads; here they come together.
    let other = try opened()
    for id in stride(from: UInt32(1), to: 1001, by: 2) {
      other.receive([.request(id, "/length", isLast: true)])
      other.receive([.reset(id)])
    }
    #expect(other.observer.limits.isEmpty)
    #expect(other.observer.record.requests.count == 500)
  }

  /// CVE-2025-8671: the peer breaks the rules so that we do the resetting.
  @Test func provokedResetsEndTheConnection() throws {
    let client = try opened()
    var id: UInt32 = 1
    while client.observer.limits.isEmpty, id < 2000 {
      client.receive([.request(id, "/length"), .windowUpdate(id, 0x7fff_ffff)])
      id += 2
    }
    let expected: Set<LimitKind> = [.provokedResets, .invalidFrames]
    #expect(expected.contains(try #require(client.observer.limits.first)))
    #expect(client.writtenFrames().contains { $0.isKind(.goAway) && $0.errorCode == Self.calm })
  }

  // MARK: Time

  @Test func aSlowBodyGets408() throws {
    let client = try opened()
    client.receive([.request(1, "/length"), .data(1, [1])])
    client.pass(.seconds(29))
    #expect(client.writtenFrames().isEmpty)
    client.pass(.seconds(2))
    #expect(client.writtenFrames().first?.status == 408)
    #expect(client.observer.limits == [.requestTimeout])
    #expect(client.core.budget.usedBytes == 0)
  }

  @Test func aSlowHeaderBlockIsReset() throws {
    let client = try opened()
    client.receive([Frame(.headers, stream: 1, payload: Frame.request(1, "/length").payload)])
    client.pass(.seconds(31))
    #expect(client.observer.limits.contains(.requestTimeout))
  }

  @Test func aPeerThatDoesNotTakeItsResponseLosesIt() throws {
    let client = try opened()
    client.receive([.request(1, "/bytes/100000", isLast: true)])
    _ = client.written()
    client.pass(.seconds(31))
    #expect(client.writtenFrames().contains { $0.isKind(.reset) && $0.errorCode == 8 })
    #expect(client.observer.limits == [.responseTimeout])
    #expect(client.observer.record.abandoned == 1)
    #expect(client.core.budget.usedBytes == 0)
  }

  @Test func anIdleConnectionIsClosedGracefully() throws {
    let client = try opened()
    client.receive([.request(1, "/length", isLast: true)])
    _ = client.written()
    client.pass(.seconds(119))
    #expect(client.writtenFrames().isEmpty)
    client.pass(.seconds(2))
    #expect(client.observer.limits == [.idleTimeout])
    let frames = client.writtenFrames()
    #expect(frames.first { $0.isKind(.goAway) }?.lastStream == 0x7fff_ffff)
    client.receive([Frame(.ping, flags: Frame.acknowledgement, payload: [UInt8](repeating: 0, count: 8))])
    #expect(client.writtenFrames().first { $0.isKind(.goAway) }?.lastStream == 1)
  }

  @Test func pingsDoNotKeepAnIdleConnection() throws {
    let client = try opened()
    for _ in 0..<5 {
      client.pass(.seconds(29))
      client.receive([.ping()])
    }
    #expect(client.observer.limits == [.idleTimeout])
  }

  @Test func settingsMustBeAcknowledged() throws {
    let client = try EmbeddedConnection(.http2)
    client.receive(Frame.preface + Frame.settings.bytes)
    client.pass(.seconds(11))
    #expect(client.writtenFrames().contains { $0.isKind(.goAway) && $0.errorCode == 4 })
    #expect(client.observer.limits == [.settingsTimeout])
  }

  @Test func anOldConnectionIsClosedGracefully() throws {
    let client = try opened()
    for id in 0..<20 {
      client.pass(.seconds(110))
      client.receive([.request(UInt32(id) * 2 + 1, "/length", isLast: true)])
    }
    #expect(client.writtenFrames().contains { $0.isKind(.goAway) && $0.errorCode == 0 })
    #expect(client.observer.limits.isEmpty)
  }

  // MARK: Graceful close

  @Test func requestsInProgressAreFinishedBeforeClosing() throws {
    let client = try opened()
    client.receive([.request(1, "/length"), .data(1, [1, 2])])
    client.closeGracefully()
    var frames = client.writtenFrames()
    #expect(frames.map(\.kind) == [Frame.Kind.goAway.rawValue, Frame.Kind.ping.rawValue])
    // A request that crosses the notice on the wire is still taken.
    client.receive([.request(3, "/length", isLast: true)])
    #expect(client.writtenFrames().first?.status == 200)
    client.receive([Frame(.ping, flags: Frame.acknowledgement, payload: [UInt8](repeating: 0, count: 8))])
    frames = client.writtenFrames()
    #expect(frames.first?.isKind(.goAway) == true && frames.first?.lastStream == 3)
    // A new one no more; that in progress is answered.
    client.receive([.request(5, "/length", isLast: true), .data(1, [3], isLast: true)])
    frames = client.writtenFrames()
    #expect(frames.filter { $0.stream == 1 }.last?.payload == Array("3".utf8))
    #expect(!frames.contains { $0.stream == 5 && $0.isKind(.headers) })
  }
}
