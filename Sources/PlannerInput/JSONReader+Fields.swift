internal import WireFormat

extension JSONReader {
  /// Calls `body` for each field of the next value, which has to be an object or `null`; `body` reads or skips the field's
  /// value. False where there was `null`.
  @discardableResult
  mutating func forEachField(
    _ body: (JSONText, inout JSONReader) throws(WireFormatError) -> Void
  ) throws(WireFormatError) -> Bool {
    guard try beginObject() else { return false }
    var isFirst = true
    while let key = try nextKey(&isFirst) { try body(key, &self) }
    return true
  }

  /// Calls `body` for each element of the next value, which has to be an array or `null`; `body` reads or skips it.
  mutating func forEachElement(
    _ body: (inout JSONReader) throws(WireFormatError) -> Void
  ) throws(WireFormatError) {
    guard try beginArray() else { return }
    var isFirst = true
    while try nextElement(&isFirst) { try body(&self) }
  }

  /// The strings of the next value, which has to be an array of strings or `null`.
  mutating func readStrings() throws(WireFormatError) -> [String] {
    var strings: [String] = []
    try forEachElement { reader throws(WireFormatError) in strings.append(try reader.readString()) }
    return strings
  }
}
