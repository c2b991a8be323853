import Testing

@testable import WireFormat

/// Serialized, since what is kept is the process's.
@Suite(.serialized) struct LargeIndexTests {
  private func countElements(_ bytes: [UInt8]) throws -> Int {
    try JSONIndex.read(unsafe bytes.span.bytes) { reader throws(WireFormatError) in
      var count = 0
      var isFirst = true
      guard try reader.beginArray() else { return 0 }
      while try reader.nextElement(&isFirst) {
        try reader.skipValue()
        count += 1
      }
      return count
    }
  }

  /// An array of so many ones, at two tokens each.
  private func text(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = Array("[1".utf8)
    bytes.reserveCapacity(2 * count + 2)
    for _ in 1..<count { bytes += ",1".utf8 }
    return bytes + "]".utf8
  }

  @Test func `a large text's index serves the next one until it is dropped`() throws {
    JSONIndex.keepLargeIndex()
    let large = text(WireLimits.largeTextBytes / 2 + 10)
    for _ in 0..<2 {
      #expect(try countElements(large) == WireLimits.largeTextBytes / 2 + 10)
      #expect(JSONIndex.holdsLargeIndex)
      #expect(try countElements(text(3)) == 3)
    }
    JSONIndex.dropLargeIndex()
    #expect(!JSONIndex.holdsLargeIndex)
    #expect(try countElements(large) == WireLimits.largeTextBytes / 2 + 10)
    JSONIndex.dropLargeIndex()
  }

  @Test func `an index beyond the limit is not kept`() throws {
    JSONIndex.keepLargeIndex()
    JSONIndex.dropLargeIndex()
    let count = WireLimits.keptLargeTokens / 2 + 10
    #expect(try countElements(text(count)) == count)
    #expect(!JSONIndex.holdsLargeIndex)
  }
}
