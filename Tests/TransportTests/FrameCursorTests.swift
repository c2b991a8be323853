import Testing

@testable import Transport

/// Where in a client's stream of frames the next byte belongs.
@Suite struct FrameCursorTests {
  /// The parts that a client's bytes are split into, each with its length.
  private func parts(of bytes: [UInt8], inPiecesOf pieceBytes: Int) -> [(FrameCursor.Part, Int)] {
    var cursor = FrameCursor()
    var parts: [(FrameCursor.Part, Int)] = []
    var position = 0
    while position < bytes.count {
      let count = min(pieceBytes, cursor.remainingBytes, bytes.count - position)
      if let last = parts.last, last.0 == cursor.part, cursor.part != .header || last.1 < FrameCursor.headerBytes {
        parts[parts.count - 1].1 += count
      } else {
        parts.append((cursor.part, count))
      }
      unsafe bytes[position..<position + count].withUnsafeBytes { unsafe cursor.advance(over: $0) }
      position += count
    }
    return parts
  }

  @Test(arguments: [1, 2, 5, 9, 10, 1000])
  func everyFrameIsAHeaderAndItsPayload(_ pieceBytes: Int) {
    let padded = Frame(.data, flags: 0x8, stream: 5, payload: [1, 7, 0])
    let frames: [Frame] = [
      .settings, .ping(), .request(5, "/a"), .data(5, [1, 2, 3]), padded, .data(0x7fff_ffff, [9]), .data(5, []),
      .ping(),
    ]
    let found = parts(of: Frame.preface + frames.flatMap(\.bytes), inPiecesOf: pieceBytes)
    let expected: [(FrameCursor.Part, Int)] = [
      (.preface, 24), (.header, 9), (.header, 9), (.payload, 8), (.header, 9), (.payload, frames[2].payload.count),
      (.header, 9), (.data(stream: 5), 3), (.header, 9), (.payload, 3), (.header, 9), (.data(stream: 0x7fff_ffff), 1),
      (.header, 9), (.header, 9), (.payload, 8),
    ]
    #expect(found.map(\.0) == expected.map(\.0))
    #expect(found.map(\.1) == expected.map(\.1))
  }

  @Test func theReservedBitOfAStreamIsIgnored() {
    var cursor = FrameCursor()
    unsafe Frame.preface.withUnsafeBytes { unsafe cursor.advance(over: $0) }
    unsafe ([0, 0x10, 0, 0, 0, 0x80, 0, 0, 7] as [UInt8]).withUnsafeBytes { unsafe cursor.advance(over: $0) }
    #expect(cursor.part == .data(stream: 7) && cursor.remainingBytes == 4096)
  }
}
