internal import Glibc

/// The content of a JSON string, still as its source bytes between the quotes.
///
/// Lent memory: valid as long as the reader that gave it.
@safe
package struct JSONText {
  private let base: UnsafePointer<UInt8>
  /// Offsets of the content in the text, without the quotes.
  package let range: Range<Int>
  /// Whether the content has a backslash, so that it is not what it stands for.
  package let hasEscapes: Bool

  init(base: UnsafePointer<UInt8>, range: Range<Int>) {
    unsafe self.base = base
    self.range = range
    unsafe hasEscapes =
      !range.isEmpty && memchr(base + range.lowerBound, Int32(UInt8(ascii: "\\")), range.count) != nil
  }

  /// Offsets with the quotes: a valid JSON string to echo, provided that ``unescaped()`` succeeded where it has escapes.
  package var quotedRange: Range<Int> { range.lowerBound - 1..<range.upperBound + 1 }

  /// The source bytes between the quotes.
  var source: UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
  }

  /// Calls `body` with the UTF-8 bytes that the string stands for.
  package func withUTF8<Result>(_ body: (RawSpan) -> Result) throws(WireFormatError) -> Result {
    if hasEscapes {
      let bytes = try unescaped()
      // SAFETY: any bytes make a raw span, and it does not outlive `bytes`.
      return unsafe body(bytes.span.bytes)
    }
    // SAFETY: the source is valid as long as the reader that gave this text, and the span does not leave the call.
    return unsafe body(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(source)))
  }

  /// The string.
  package func string() throws(WireFormatError) -> String {
    guard hasEscapes else { return unsafe String(decoding: source, as: UTF8.self) }
    return String(decoding: try unescaped(), as: UTF8.self)
  }

  /// The UTF-8 bytes that the string stands for (RFC 8259 §7). Surrogates without partner become U+FFFD, as in Go.
  package func unescaped() throws(WireFormatError) -> [UInt8] {
    var unescaping = unsafe JSONUnescaping(source: source, offset: range.lowerBound)
    return try unescaping.run()
  }

  /// Whether this is the text of `other`.
  package func equals(_ other: String) -> Bool {
    if hasEscapes { return (try? string()) == other }
    return unsafe other.utf8.count == range.count && other.utf8.elementsEqual(source)
  }

  /// Whether the source is these bytes, of which there are as many.
  func isWritten(_ other: [UInt8]) -> Bool {
    guard other.count == range.count else { return false }
    // SAFETY: both have as many bytes.
    return unsafe memcmp(base + range.lowerBound, other, range.count) == 0
  }

  /// Whether the text begins with `prefix`.
  func hasPrefix(_ prefix: String) -> Bool {
    if hasEscapes { return (try? string())?.hasPrefix(prefix) ?? false }
    return unsafe source.starts(with: prefix.utf8)
  }

  /// Lets a `switch` over a key name the fields that it reads. Keys are compared as Go writes them: case matters.
  package static func ~= (literal: StaticString, text: JSONText) -> Bool {
    if text.hasEscapes {
      guard let bytes = try? text.unescaped(), bytes.count == literal.utf8CodeUnitCount else { return false }
      return unsafe memcmp(bytes, literal.utf8Start, bytes.count) == 0
    }
    guard text.range.count == literal.utf8CodeUnitCount else { return false }
    return unsafe memcmp(text.base + text.range.lowerBound, literal.utf8Start, text.range.count) == 0
  }
}

/// Turns a JSON string's source bytes into the bytes that they stand for.
@safe
private struct JSONUnescaping {
  private let source: UnsafeBufferPointer<UInt8>
  /// Where the source begins in the text, for errors.
  private let offset: Int
  private let count: Int
  private var position = 0
  private var result: [UInt8] = []

  init(source: UnsafeBufferPointer<UInt8>, offset: Int) {
    unsafe self.source = source
    self.offset = offset
    count = source.count
    result.reserveCapacity(count)
  }

  mutating func run() throws(WireFormatError) -> [UInt8] {
    while let byte = next() {
      if byte == UInt8(ascii: "\\") {
        try appendEscape()
      } else {
        result.append(byte)
      }
    }
    return result
  }

  private mutating func next() -> UInt8? {
    guard position < count else { return nil }
    defer { position += 1 }
    return unsafe source[position]
  }

  private mutating func appendEscape() throws(WireFormatError) {
    switch next() {
    case UInt8(ascii: "\""): result.append(UInt8(ascii: "\""))
    case UInt8(ascii: "\\"): result.append(UInt8(ascii: "\\"))
    case UInt8(ascii: "/"): result.append(UInt8(ascii: "/"))
    case UInt8(ascii: "b"): result.append(0x08)
    case UInt8(ascii: "f"): result.append(0x0C)
    case UInt8(ascii: "n"): result.append(0x0A)
    case UInt8(ascii: "r"): result.append(0x0D)
    case UInt8(ascii: "t"): result.append(0x09)
    case UInt8(ascii: "u"): try appendCodeUnits()
    default: throw invalidEscape
    }
  }

  private mutating func appendCodeUnits() throws(WireFormatError) {
    let unit = try hexadecimal()
    if UTF16.isLeadSurrogate(unit), position + 1 < count,
      unsafe source[position] == UInt8(ascii: "\\"), unsafe source[position + 1] == UInt8(ascii: "u")
    {
      let mark = position
      position += 2
      let trail = try hexadecimal()
      if UTF16.isTrailSurrogate(trail) {
        append(0x10000 + (UInt32(unit & 0x3FF) << 10 | UInt32(trail & 0x3FF)))
        return
      }
      position = mark
    }
    append(UInt32(unit))
  }

  private mutating func append(_ value: UInt32) {
    let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
    result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }

  private mutating func hexadecimal() throws(WireFormatError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next(), let digit = Self.digit(byte) else { throw invalidEscape }
      value = value << 4 | digit
    }
    return value
  }

  private static func digit(_ byte: UInt8) -> UInt16? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }

  private var invalidEscape: WireFormatError {
    WireFormatError(.syntax, at: offset + position, "a string contains an escape sequence that JSON does not have")
  }
}
