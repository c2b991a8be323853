import NIOCore
import Testing

@testable import Transport

/// The parts that need no connection.
@Suite struct PartsTests {
  @Test(
    arguments: [
      ("/a", "/a", nil), ("/a?b=c?d", "/a", "b=c?d"), ("/?", "/", ""), ("//a", "//a", nil),
      ("http://h:1/p?q", "/p", "q"), ("HTTPS://h", "/", nil), ("http://h?q", "/", "q"), ("/ä%20", "/ä%20", nil),
    ] as [(String, String, String?)])
  func targetsAreSplit(_ target: String, _ path: String, _ query: String?) throws {
    let parsed = try #require(RequestTarget(target))
    #expect(parsed.path == path && parsed.query == query)
  }

  @Test(arguments: ["", "a", "ftp://h/", "http://", "http:///p", "*", "h:443"])
  func otherTargetsAreRefused(_ target: String) {
    #expect(RequestTarget(target) == nil)
  }

  @Test func theProtocolIsChosenByOurPreference() {
    func list(_ names: [String]) -> [UInt8] { names.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } }
    #expect(ApplicationProtocol.select(from: list(["http/1.1", "h2"])) == 10..<12)
    #expect(ApplicationProtocol.select(from: list(["h2", "http/1.1"])) == 1..<3)
    #expect(ApplicationProtocol.select(from: list(["spdy/3", "http/1.1"])) == 8..<16)
    #expect(ApplicationProtocol.select(from: list(["h2c", "http/1.0"])) == nil)
    #expect(ApplicationProtocol.select(from: [200, 1, 2]) == nil)
    #expect(ApplicationProtocol.select(from: []) == nil)
  }

  @Test func aRateForgetsByAndBy() {
    var rate = FrameRate()
    let start = NIODeadline.uptimeNanoseconds(100_000_000_000)
    func exceeds(_ seconds: Int64) -> Bool {
      rate.record(now: start + .seconds(seconds), limit: 10, window: .seconds(30))
    }
    for _ in 0..<10 { #expect(!exceeds(29)) }
    #expect(exceeds(29))
    // Right after the window's edge the old ones still count, half a window later half of them.
    #expect(exceeds(60))
    var later = FrameRate()
    for _ in 0..<10 { _ = later.record(now: start, limit: 10, window: .seconds(30)) }
    let half = later.record(now: start + .seconds(45), limit: 10, window: .seconds(30))
    let after = later.record(now: start + .seconds(200), limit: 10, window: .seconds(30))
    #expect(!half && !after)
  }

  @Test func aBudgetIsNeverExceededAndAlwaysGivenBack() {
    let budget = BufferBudget(limitBytes: 100)
    do {
      var first = BudgetShare(of: budget)
      var second = BudgetShare(of: budget)
      let outcomes = [first.grow(by: 60), second.grow(by: 41), second.grow(by: 40)]
      #expect(outcomes == [true, false, true])
      #expect(budget.usedBytes == 100)
      // A response counts by what it exceeds its request.
      first.raise(to: 50)
      #expect(budget.usedBytes == 100)
      first.raise(to: 70)
      #expect(budget.usedBytes == 110)
      second.release()
      #expect(budget.usedBytes == 70)
    }
    #expect(budget.usedBytes == 0)
  }

  @Test(arguments: [1, 64, 4096 - 64, 4096, 65_536 - 64, 65_536, 100_000])
  func aBodyHasPaddingBehindIt(_ count: Int) {
    var body = RequestBody(
      declaredBytes: count, limitBytes: 1 << 20, budget: BufferBudget(limitBytes: 1 << 20),
      warm: WarmMemory(limitBytes: 0))
    let bytes = [UInt8](repeating: 7, count: count)
    let outcome = unsafe bytes.withUnsafeBytes { unsafe body.append($0) }
    #expect(outcome == .stored)
    #expect(body.takeBuffer().writableBytes >= ServerRequest.bodyPaddingBytes)
  }

  @Test(arguments: [0..<0, 0..<10, 5..<8, 8..<20, 20..<30])
  func segmentsAreCutToWhatThereIs(_ range: Range<Int>) {
    var buffer = ByteBuffer(bytes: Array(0..<12))
    buffer.moveReaderIndex(forwardBy: 2)
    let expected = Array(buffer.readableBytesView).enumerated().filter { range.contains($0.offset) }.map(\.element)
    #expect(Array(ServerResponse.segment(of: buffer, range).readableBytesView) == expected)
  }

  /// A slice by NIO would be a copy here.
  @Test func segmentsShareStorageEverywhere() {
    var buffer = ByteBuffer(repeating: 1, count: 20 << 20)
    let segment = ServerResponse.segment(of: buffer, (18 << 20)..<(19 << 20))
    let shared = unsafe buffer.withUnsafeReadableBytes { whole in
      unsafe segment.withUnsafeReadableBytes { part in
        unsafe part.baseAddress == whole.baseAddress.map { unsafe $0 + (18 << 20) }
      }
    }
    #expect(shared)
    buffer.clear()
    #expect(segment.readableBytes == 1 << 20)
  }

  @Test func fieldsThatWouldBreakTheResponseAreLeftOut() {
    let response = ServerResponse(
      status: 200,
      extraHeaders: [
        ("retry-after", "1"), ("content-length", "7"), ("x", "a\r\nset-cookie: b"), ("X-Upper", "1"), ("", "1"),
        ("connection", "close"), ("x-y", "tab\tok"),
      ])
    #expect(response.sendableExtraHeaders.map(\.name) == ["retry-after", "x-y"])
  }
}
