import Testing

@testable import CurlClient

/// A small generator with a fixed seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

@Suite struct LineAssemblerTests {
  private func lines(_ chunks: [[UInt8]], limit: Int = 1000) throws -> (lines: [String], pending: Int) {
    var assembler = LineAssembler(maximumLineBytes: limit)
    var lines: [String] = []
    for chunk in chunks {
      guard let batch = try assembler.append(chunk) else { continue }
      for index in 0..<batch.count { lines.append(String(decoding: batch.line(index), as: UTF8.self)) }
    }
    return (lines, assembler.pendingByteCount)
  }

  @Test(
    arguments: [
      ([""], [], 0),
      (["a"], [], 1),
      (["a\n"], ["a"], 0),
      (["a", "\n"], ["a"], 0),
      (["a\nb\nc"], ["a", "b"], 1),
      (["\n\n\na\n\n"], ["a"], 0),
      (["a\r\n"], ["a\r"], 0),
      (["{\"a\":1", "2}\n{\"b", "\":2}\n"], ["{\"a\":12}", "{\"b\":2}"], 0),
    ] as [([String], [String], Int)])
  func cutsAtNewlines(chunks: [String], expected: [String], pending: Int) throws {
    let result = try lines(chunks.map { Array($0.utf8) })
    #expect(result.lines == expected)
    #expect(result.pending == pending)
  }

  @Test func anySplitOfAStreamGivesTheSameLines() throws {
    var random = SplitMix(state: 1)
    for _ in 0..<300 {
      let expected = (0..<Int.random(in: 1...20, using: &random)).map { _ in
        String(repeating: "x", count: Int.random(in: 1...60, using: &random))
      }
      var bytes = Array(expected.joined(separator: "\n").utf8) + [10]
      var chunks: [[UInt8]] = []
      while !bytes.isEmpty {
        let count = Int.random(in: 1...min(bytes.count, 25), using: &random)
        chunks.append(Array(bytes.prefix(count)))
        bytes.removeFirst(count)
      }
      let result = try lines(chunks)
      #expect(result.lines == expected)
      #expect(result.pending == 0)
    }
  }

  @Test func aLineBeyondTheLimitIsRefusedWhereverItsChunksEnd() {
    let line = [UInt8](repeating: 120, count: 11)
    #expect(throws: LineAssembler.LineTooLong.self) { try lines([line], limit: 10) }
    #expect(throws: LineAssembler.LineTooLong.self) { try lines([line + [10]], limit: 10) }
    #expect(throws: LineAssembler.LineTooLong.self) { try lines(line.map { [$0] }, limit: 10) }
    #expect(throws: LineAssembler.LineTooLong.self) { try lines([[10] + line], limit: 10) }
    #expect(throws: Never.self) { try lines([[UInt8](repeating: 120, count: 10) + [10]], limit: 10) }
  }

  @Test func mergedBatchesKeepTheirLines() throws {
    var assembler = LineAssembler(maximumLineBytes: 100)
    var batch = try #require(try assembler.append(Array("a\nbb\n".utf8)))
    batch.append(try #require(try assembler.append(Array("\nccc\n".utf8))))
    #expect((0..<batch.count).map { String(decoding: batch.line($0), as: UTF8.self) } == ["a", "bb", "ccc"])
    #expect(batch.withLine(2) { $0.byteCount } == 3)
  }
}

@Suite struct LineChannelTests {
  private func batch(_ text: String) throws -> LineBatch {
    var assembler = LineAssembler(maximumLineBytes: 1 << 20)
    return try #require(try assembler.append(Array(text.utf8)))
  }

  @Test func linesThatCameBeforeAFailureAreReadFirst() async throws {
    let channel = LineChannel(maximumQueuedBytes: 1000)
    #expect(channel.append(try batch("a\n")))
    #expect(channel.append(try batch("b\n")))
    channel.finish(CurlFailure(kind: .truncated, operation: "x", detail: "y"))
    channel.finish(nil)
    #expect(try await channel.next().get()?.count == 2)
    await #expect(throws: CurlFailure.self) { try await channel.next().get() }
    await #expect(throws: CurlFailure.self) { try await channel.next().get() }
  }

  @Test func aReaderThatIsTooFarBehindIsReported() throws {
    let channel = LineChannel(maximumQueuedBytes: 100)
    #expect(channel.append(try batch(String(repeating: "x", count: 60) + "\n")))
    #expect(!channel.append(try batch(String(repeating: "x", count: 60) + "\n")))
  }

  @Test func manyShortLinesCountWithWhatTheyCost() throws {
    let channel = LineChannel(maximumQueuedBytes: 1000)
    var accepted = 0
    while channel.append(try batch("x\n")), accepted < 10_000 { accepted += 1 }
    #expect(accepted < 100)
  }
}
