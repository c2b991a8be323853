/// Walks one JSON text over its structural index, in source order.
///
/// The caller drives it by the structure that it expects; whatever it meets in place of that is an error with the byte
/// offset. Values that nobody reads are skipped, with their grammar checked (all but the escape sequences of strings).
/// `null` stands for an absent value, as in Go's decoder. Keys are matched by case: kube-scheduler and the API server
/// write them in one way only.
///
/// A reader lends memory of its ``JSONIndex``: it must not leave the closure that got it. It may be copied inside, to read
/// a value later.
@safe
package struct JSONReader {
  let bytes: UnsafeBufferPointer<UInt8>
  let structurals: UnsafeBufferPointer<UInt32>
  /// Whether errors must not show what was read.
  let isConfidential: Bool
  /// Position in the index of the next token.
  var cursor = 0

  init(bytes: UnsafeBufferPointer<UInt8>, structurals: UnsafeBufferPointer<UInt32>, isConfidential: Bool) {
    unsafe self.bytes = bytes
    unsafe self.structurals = structurals
    self.isConfidential = isConfidential
  }

  /// Offset of the next token, or the text's length at its end.
  package var byteOffset: Int { offset(ofToken: cursor) }

  /// The number of bytes in the text.
  var byteCount: Int { unsafe bytes.count }

  /// The number of tokens in the index.
  var tokenCount: Int { unsafe structurals.count }

  /// Offset of the token at a position in the index, or the text's length beyond the last one.
  @inline(__always)
  func offset(ofToken index: Int) -> Int {
    // SAFETY: the index is checked here, so that no caller can read outside of it.
    unsafe index < structurals.count ? Int(structurals[index]) : bytes.count
  }

  /// The byte at an offset, or 0 outside of the text.
  @inline(__always)
  func byte(at offset: Int) -> UInt8 {
    // SAFETY: the offset is checked here, so that no caller can read outside of the text.
    unsafe offset >= 0 && offset < bytes.count ? bytes[offset] : 0
  }

  /// The first byte of the next token.
  @inline(__always)
  func peek() throws(WireFormatError) -> UInt8 {
    guard cursor < tokenCount else {
      throw WireFormatError(.truncated, at: byteCount, "the text ends in the middle of a value")
    }
    return byte(at: offset(ofToken: cursor))
  }

  /// Whether the next value is `null`, which is then consumed.
  package mutating func readNull() throws(WireFormatError) -> Bool {
    guard try peek() == UInt8(ascii: "n") else { return false }
    try checkScalar()
    cursor += 1
    return true
  }

  /// Enters an object. False where there is `null` in its place, which is then consumed.
  package mutating func beginObject() throws(WireFormatError) -> Bool {
    if try peek() == UInt8(ascii: "{") {
      cursor += 1
      return true
    }
    if try readNull() { return false }
    throw wrongType("an object")
  }

  /// Enters an array. False where there is `null` in its place, which is then consumed.
  package mutating func beginArray() throws(WireFormatError) -> Bool {
    if try peek() == UInt8(ascii: "[") {
      cursor += 1
      return true
    }
    if try readNull() { return false }
    throw wrongType("an array")
  }

  /// The next key of the object entered, whose value then has to be read or skipped; nil at the object's end.
  ///
  /// - Parameter isFirst: a variable of the caller, true at first.
  @inline(__always)
  package mutating func nextKey(_ isFirst: inout Bool) throws(WireFormatError) -> JSONText? {
    var token = try peek()
    if token == UInt8(ascii: "}") {
      cursor += 1
      return nil
    }
    if isFirst {
      isFirst = false
    } else {
      guard token == UInt8(ascii: ",") else { throw unexpected("a comma or the object's end") }
      cursor += 1
      token = try peek()
    }
    guard token == UInt8(ascii: "\"") else { throw unexpected("a key") }
    let key = try text()
    guard try peek() == UInt8(ascii: ":") else { throw unexpected("a colon after the key") }
    cursor += 1
    return key
  }

  /// Whether the array entered has another element, which then has to be read or skipped.
  ///
  /// - Parameter isFirst: a variable of the caller, true at first.
  @inline(__always)
  package mutating func nextElement(_ isFirst: inout Bool) throws(WireFormatError) -> Bool {
    let token = try peek()
    if token == UInt8(ascii: "]") {
      cursor += 1
      return false
    }
    if isFirst {
      isFirst = false
    } else {
      guard token == UInt8(ascii: ",") else { throw unexpected("a comma or the array's end") }
      cursor += 1
      if try peek() == UInt8(ascii: "]") { throw unexpected("another element") }
    }
    return true
  }

  /// Checks that the text ends after the value that was read.
  func expectEnd() throws(WireFormatError) {
    guard cursor >= tokenCount else {
      throw WireFormatError(.syntax, at: byteOffset, "something follows after the end of the value")
    }
  }
}

/// Which fields of an object have been read, to refuse those that come twice.
///
/// Go's decoder would take the last of two. A request in which they differ would mean one thing here and another to a
/// scanner that takes the first, and nothing honest sends one.
struct SeenFields {
  private var bits: UInt32 = 0

  /// Notes field number `field` (0 to 31).
  mutating func note(_ field: UInt32, _ key: JSONText) throws(WireFormatError) {
    let bit: UInt32 = 1 << field
    guard bits & bit == 0 else {
      throw WireFormatError(.duplicateField, at: key.quotedRange.lowerBound, "the field stands twice in its object")
    }
    bits |= bit
  }

  func contains(_ field: UInt32) -> Bool { bits & (1 << field) != 0 }
}
