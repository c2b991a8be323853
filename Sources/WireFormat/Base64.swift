/// Base64 with the standard alphabet and padding (RFC 4648 §4), as Go writes byte slices in JSON.
enum Base64 {
  /// The bytes that the text stands for, or nil where it is not base64. Line breaks are passed over, as in Go.
  static func decode(_ text: Span<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count / 4 * 3)
    var group: UInt32 = 0
    var digits = 0
    var padding = 0
    for index in text.indices {
      let byte = text[index]
      if byte == 0x0A || byte == 0x0D { continue }
      if byte == UInt8(ascii: "=") {
        padding += 1
        continue
      }
      guard padding == 0, let value = value(of: byte) else { return nil }
      group = group << 6 | value
      digits += 1
      if digits == 4 {
        append(group, count: 3, to: &result)
        group = 0
        digits = 0
      }
    }
    switch (digits, padding) {
    case (0, 0): break
    case (2, 2): append(group << 12, count: 1, to: &result)
    case (3, 1): append(group << 6, count: 2, to: &result)
    default: return nil
    }
    return result
  }

  private static func append(_ group: UInt32, count: Int, to result: inout [UInt8]) {
    for position in 0..<count { result.append(UInt8(truncatingIfNeeded: group >> UInt32(16 - position * 8))) }
  }

  private static func value(of byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
