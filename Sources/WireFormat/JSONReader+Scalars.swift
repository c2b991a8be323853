extension JSONReader {
  /// Consumes a string that is the next token.
  ///
  /// Only white space can stand between a string's closing quote and the next token, so the quote is found from behind
  /// and a string costs no time for its length.
  @inline(__always)
  mutating func text() throws(WireFormatError) -> JSONText {
    let open = offset(ofToken: cursor)
    var close = offset(ofToken: cursor + 1) - 1
    while close > open, byte(at: close) != UInt8(ascii: "\"") { close -= 1 }
    guard close > open, let base = unsafe bytes.baseAddress else {
      throw WireFormatError(.syntax, at: open, "the string has no end")
    }
    cursor += 1
    return unsafe JSONText(base: base, range: open + 1..<close)
  }

  /// Reads a string; `null` gives nil.
  package mutating func readText() throws(WireFormatError) -> JSONText? {
    if try peek() == UInt8(ascii: "\"") { return try text() }
    if try readNull() { return nil }
    throw wrongType("a string")
  }

  /// Reads a string of bounded length; `null` gives the empty string, as in Go.
  package mutating func readString() throws(WireFormatError) -> String {
    guard let text = try readText() else { return "" }
    return try string(of: text)
  }

  /// The string that `text` stands for, where it is not longer than anything that is kept may be.
  package func string(of text: JSONText) throws(WireFormatError) -> String {
    try checkLength(text)
    return try text.string()
  }

  /// Refuses a text that is longer than anything that is kept may be.
  func checkLength(_ text: JSONText) throws(WireFormatError) {
    guard text.range.count <= WireLimits.maximumStringBytes else {
      throw WireFormatError(
        .tooLarge, at: text.quotedRange.lowerBound,
        "the string has \(text.range.count) bytes, more than the \(WireLimits.maximumStringBytes) allowed")
    }
  }

  /// Reads `true` or `false`; `null` gives false, as in Go.
  package mutating func readBool() throws(WireFormatError) -> Bool {
    if try readNull() { return false }
    let token = try peek()
    guard token == UInt8(ascii: "t") || token == UInt8(ascii: "f") else { throw wrongType("true or false") }
    try checkScalar()
    cursor += 1
    return token == UInt8(ascii: "t")
  }

  /// Reads an integer that fits 64 bits; `null` gives 0, as in Go. Fractions and exponents are refused, as in Go.
  package mutating func readInteger() throws(WireFormatError) -> Int64 {
    if try readNull() { return 0 }
    guard Self.beginsNumber(try peek()) else { throw wrongType("an integer") }
    try checkScalar()
    let range = scalarRange()
    var value: Int64 = 0
    var isNegative = false
    for offset in range {
      let byte = byte(at: offset)
      if byte == UInt8(ascii: "-") {
        isNegative = true
        continue
      }
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { throw wrongType("an integer") }
      let digit = Int64(byte - UInt8(ascii: "0"))
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) =
        isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      if overflow || carry {
        throw WireFormatError(.invalidValue, at: range.lowerBound, "the number does not fit 64 bits")
      }
      value = sum
    }
    cursor += 1
    return value
  }

  static func beginsNumber(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "-") || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
  }

  /// Where the next token, which is no string and no bracket, stands in the text.
  func scalarRange() -> Range<Int> {
    let start = offset(ofToken: cursor)
    var end = offset(ofToken: cursor + 1)
    while end > start + 1, Self.isWhitespace(byte(at: end - 1)) { end -= 1 }
    return start..<end
  }

  private static func isWhitespace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  /// Checks that the next token, which is no string and no bracket, is a number, `true`, `false` or `null`.
  func checkScalar() throws(WireFormatError) {
    let range = scalarRange()
    // SAFETY: a scalar's range is inside the text.
    let token = unsafe UnsafeBufferPointer(rebasing: bytes[range])
    let isValid =
      switch unsafe token[0] {
      case UInt8(ascii: "t"): unsafe Self.equals(token, "true")
      case UInt8(ascii: "f"): unsafe Self.equals(token, "false")
      case UInt8(ascii: "n"): unsafe Self.equals(token, "null")
      default: unsafe Self.isNumber(token)
      }
    guard isValid else {
      throw WireFormatError(.syntax, at: range.lowerBound, "\(excerpt(range)) is not a JSON value")
    }
  }

  @inline(__always)
  private static func equals(_ token: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
    guard token.count == word.utf8CodeUnitCount else { return false }
    // SAFETY: both have as many bytes as were compared above.
    for index in 0..<token.count where unsafe token[index] != word.utf8Start[index] { return false }
    return true
  }

  /// Whether the bytes are a number by RFC 8259 §6.
  private static func isNumber(_ token: UnsafeBufferPointer<UInt8>) -> Bool {
    var index = 0
    func digits() -> Int {
      let start = index
      while index < token.count, unsafe token[index] >= UInt8(ascii: "0"), unsafe token[index] <= UInt8(ascii: "9") {
        index += 1
      }
      return index - start
    }
    if unsafe token[0] == UInt8(ascii: "-") { index += 1 }
    let hasLeadingZero = unsafe index < token.count && token[index] == UInt8(ascii: "0")
    let whole = digits()
    guard whole > 0, whole == 1 || !hasLeadingZero else { return false }
    if index < token.count, unsafe token[index] == UInt8(ascii: ".") {
      index += 1
      guard digits() > 0 else { return false }
    }
    if index < token.count, unsafe token[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < token.count, unsafe token[index] == UInt8(ascii: "+") || token[index] == UInt8(ascii: "-") {
        index += 1
      }
      guard digits() > 0 else { return false }
    }
    return index == token.count
  }
}
