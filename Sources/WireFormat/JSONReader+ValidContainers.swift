extension JSONReader {
  /// Containers inside of each other that are followed here; what is deeper is left to ``skipValue()``.
  private static let followedDepth = 60

  /// The position in the index after the object or array that is the next token, or nil where anything in it is not as
  /// JSON's grammar wants it: whoever walks it again finds out what and where.
  ///
  /// Nearly all of a request is skipped, and nearly all of it is valid. This walk keeps one bit a level and reads one byte
  /// a token.
  func endOfValidContainer() -> Int? {
    var index = cursor
    var depth = 0
    // One bit a level, the innermost lowest: whether it is an object.
    var objects: UInt64 = 0
    while true {
      let token = self.token(index)
      switch token {
      case UInt8(ascii: "\""): index += 1
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard depth < Self.followedDepth else { return nil }
        let isObject = token == UInt8(ascii: "{")
        index += 1
        if self.token(index) == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
          index += 1
          break
        }
        depth += 1
        objects = objects << 1 | (isObject ? 1 : 0)
        if isObject { guard isKey(index) else { return nil } }
        index += isObject ? 2 : 0
        continue
      default:
        guard isScalar(index) else { return nil }
        index += 1
      }
      while depth > 0 {
        let isObject = objects & 1 == 1
        let next = self.token(index)
        index += 1
        if next == UInt8(ascii: ",") {
          guard isObject else { break }
          guard isKey(index) else { return nil }
          index += 2
          break
        }
        guard next == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { return nil }
        depth -= 1
        objects >>= 1
        if depth == 0 { return index }
      }
      if depth == 0 { return index }
    }
  }

  /// The first byte of a token, or 0 beyond the last one.
  @inline(__always)
  private func token(_ index: Int) -> UInt8 {
    // SAFETY: the position is checked here, and the index holds offsets inside the text only.
    unsafe index < structurals.count ? bytes[Int(structurals[index])] : 0
  }

  /// Whether a key and its colon stand at a position in the index.
  @inline(__always)
  private func isKey(_ index: Int) -> Bool {
    token(index) == UInt8(ascii: "\"") && token(index + 1) == UInt8(ascii: ":")
  }

  /// Whether a whole number without sign, or any other number, `true`, `false` or `null`, stands at a position.
  private func isScalar(_ index: Int) -> Bool {
    guard index < tokenCount else { return false }
    let start = offset(ofToken: index)
    let limit = offset(ofToken: index + 1)
    var end = start
    // SAFETY: `end` stays below the limit, which is at most the text's length.
    while end < limit, unsafe bytes[end] &- UInt8(ascii: "0") < 10 { end += 1 }
    let isWhole = unsafe end > start && (bytes[start] != UInt8(ascii: "0") || end == start + 1)
    if isWhole, end == limit { return true }
    var reader = self
    reader.cursor = index
    return (try? reader.checkScalar()) != nil
  }
}
