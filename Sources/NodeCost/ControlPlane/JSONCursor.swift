/// What is wrong with a JSON text, and where.
struct JSONFault: Error, Hashable {
  /// Byte offset from 0.
  let offset: Int
  /// What was expected or exceeded.
  let problem: String
}

/// The kind of the next value.
enum JSONKind {
  case object, array, string, number, bool, null
}

/// Walks a JSON text (RFC 8259) strictly and without building a tree: the caller reads what it wants and skips the
/// rest, so memory does not grow with what a peer sends. Nesting is bounded; a skipped value is checked like a read one,
/// save that its strings need not be valid UTF-8.
struct JSONCursor {
  /// The deepest nesting that is taken.
  static let maximumDepth = 64

  private let bytes: [UInt8]
  private var place = 0
  private var depth = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Walks one whole text: `body` reads its value, after which only white space may follow.
  static func read<Value>(
    _ bytes: [UInt8], _ body: (inout JSONCursor) throws(JSONFault) -> Value
  ) throws(JSONFault) -> Value {
    var cursor = JSONCursor(bytes)
    let value = try body(&cursor)
    cursor.skipSpace()
    guard cursor.place == bytes.count else { throw cursor.fault("text after the end of the value") }
    return value
  }

  /// The kind of the next value, which is not consumed.
  mutating func kind() throws(JSONFault) -> JSONKind {
    skipSpace()
    switch peek() ?? 0 {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    default: throw fault("a value was expected")
    }
  }

  /// Reads an object; `member` is called with each name and must consume the value. A value that is no object is a fault.
  mutating func object(
    _ member: (inout JSONCursor, String) throws(JSONFault) -> Void
  ) throws(JSONFault) {
    try open(UInt8(ascii: "{"))
    if close(UInt8(ascii: "}")) { return }
    repeat {
      skipSpace()
      let name = try string()
      skipSpace()
      try expect(UInt8(ascii: ":"))
      try member(&self, name)
    } while try another(UInt8(ascii: "}"))
  }

  /// Reads an array; `element` is called at each element and must consume it.
  mutating func array(_ element: (inout JSONCursor) throws(JSONFault) -> Void) throws(JSONFault) {
    try open(UInt8(ascii: "["))
    if close(UInt8(ascii: "]")) { return }
    repeat { try element(&self) } while try another(UInt8(ascii: "]"))
  }

  /// The next value's text where it is a string; any other value is skipped and gives nil.
  mutating func optionalString() throws(JSONFault) -> String? {
    guard try kind() == .string else {
      try skip()
      return nil
    }
    return try string()
  }

  /// The text of a number, or of a string in its place (protojson writes 64-bit integers as strings); any other value
  /// is skipped and gives nil.
  mutating func optionalNumberText() throws(JSONFault) -> [UInt8]? {
    switch try kind() {
    case .string: return Array(try string().utf8)
    case .number:
      let start = place
      try number()
      return Array(bytes[start..<place])
    default:
      try skip()
      return nil
    }
  }

  /// Passes over the next value, checking its grammar.
  mutating func skip() throws(JSONFault) {
    switch try kind() {
    case .object: try skipObject()
    case .array: try array { (cursor) throws(JSONFault) in try cursor.skip() }
    case .string: try scanString()
    case .number: try number()
    case .bool: try word(peek() == UInt8(ascii: "t") ? "true" : "false")
    case .null: try word("null")
    }
  }

  private mutating func skipObject() throws(JSONFault) {
    try open(UInt8(ascii: "{"))
    if close(UInt8(ascii: "}")) { return }
    repeat {
      skipSpace()
      try scanString()
      skipSpace()
      try expect(UInt8(ascii: ":"))
      try skip()
    } while try another(UInt8(ascii: "}"))
  }

  // MARK: Structure

  private mutating func open(_ bracket: UInt8) throws(JSONFault) {
    skipSpace()
    try expect(bracket)
    depth += 1
    guard depth <= Self.maximumDepth else { throw fault("nesting deeper than \(Self.maximumDepth)") }
  }

  /// Whether the object or array ends here, which is then consumed.
  private mutating func close(_ bracket: UInt8) -> Bool {
    skipSpace()
    guard peek() == bracket else { return false }
    place += 1
    depth -= 1
    return true
  }

  /// Consumes a comma, or the closing bracket; true where another item follows.
  private mutating func another(_ bracket: UInt8) throws(JSONFault) -> Bool {
    if close(bracket) { return false }
    try expect(UInt8(ascii: ","))
    return true
  }

  private mutating func expect(_ byte: UInt8) throws(JSONFault) {
    guard peek() == byte else { throw fault("'\(Character(Unicode.Scalar(byte)))' was expected") }
    place += 1
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
  }

  private func peek() -> UInt8? { place < bytes.count ? bytes[place] : nil }

  private func fault(_ problem: String) -> JSONFault { JSONFault(offset: place, problem: problem) }

  // MARK: Scalars

  private mutating func word(_ word: StaticString) throws(JSONFault) {
    let text = word.description.utf8
    guard bytes[place...].starts(with: text) else { throw fault("a value was expected") }
    place += text.count
  }

  private mutating func number() throws(JSONFault) {
    if peek() == UInt8(ascii: "-") { place += 1 }
    if peek() == UInt8(ascii: "0") { place += 1 } else { try digits() }
    if peek() == UInt8(ascii: ".") {
      place += 1
      try digits()
    }
    if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
      place += 1
      if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { place += 1 }
      try digits()
    }
  }

  private mutating func digits() throws(JSONFault) {
    let start = place
    while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
    guard place > start else { throw fault("a digit was expected") }
  }

  /// Passes over a string; returns its contents' range and whether it has escapes.
  @discardableResult
  private mutating func scanString() throws(JSONFault) -> (contents: Range<Int>, isEscaped: Bool) {
    try expect(UInt8(ascii: "\""))
    let start = place
    var isEscaped = false
    while let byte = peek() {
      place += 1
      if byte == UInt8(ascii: "\"") { return (start..<place - 1, isEscaped) }
      guard byte >= 0x20 else { throw fault("a control character in a string") }
      if byte == UInt8(ascii: "\\") {
        isEscaped = true
        try scanEscape()
      }
    }
    throw fault("the text ends within a string")
  }

  private mutating func scanEscape() throws(JSONFault) {
    guard let byte = peek() else { throw fault("the text ends within a string") }
    place += 1
    if byte == UInt8(ascii: "u") {
      for _ in 0..<4 {
        guard let digit = peek(), hexadecimal(digit) != nil else {
          throw fault("four hexadecimal digits were expected")
        }
        place += 1
      }
    } else if !"\"\\/bfnrt".utf8.contains(byte) {
      throw fault("an unknown escape in a string")
    }
  }

  private func hexadecimal(_ byte: UInt8) -> UInt32? {
    Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt32.init)
  }

  /// Reads a string; invalid UTF-8 and lone surrogates are faults.
  private mutating func string() throws(JSONFault) -> String {
    let (contents, isEscaped) = try scanString()
    let text =
      isEscaped
      ? try String(validating: unescaped(bytes[contents]), as: UTF8.self)
      : String(validating: bytes[contents], as: UTF8.self)
    guard let text else { throw fault("a string that is not UTF-8") }
    return text
  }

  private func unescaped(_ contents: ArraySlice<UInt8>) throws(JSONFault) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(contents.count)
    var rest = contents
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let escape = rest.popFirst() else {
        result.append(byte)
        continue
      }
      switch escape {
      case UInt8(ascii: "u"): result.append(contentsOf: String(try scalar(&rest)).utf8)
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      default: result.append(escape)
      }
    }
    return result
  }

  /// The character behind `\u`, whose digits have been checked; two escapes where the first is a high surrogate.
  private func scalar(_ rest: inout ArraySlice<UInt8>) throws(JSONFault) -> Character {
    func unit() -> UInt32 {
      var value: UInt32 = 0
      for _ in 0..<4 { value = value << 4 | (rest.popFirst().flatMap(hexadecimal) ?? 0) }
      return value
    }
    var value = unit()
    if (0xD800..<0xDC00).contains(value), rest.starts(with: "\\u".utf8) {
      rest.removeFirst(2)
      let low = unit()
      guard (0xDC00..<0xE000).contains(low) else { throw fault("a lone surrogate in a string") }
      value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw fault("a lone surrogate in a string") }
    return Character(scalar)
  }
}
