extension JSONReader {
  /// Skips the next value and gives its range of bytes in the text, without white space around it.
  @discardableResult
  package mutating func skipValue() throws(WireFormatError) -> Range<Int> {
    let token = try peek()
    let start = byteOffset
    switch token {
    case UInt8(ascii: "\""):
      return start..<(try text().quotedRange.upperBound)
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      try skipContainer()
      // The token just consumed is the closing bracket.
      return start..<offset(ofToken: cursor - 1) + 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ":"), UInt8(ascii: ","):
      throw unexpected("a value")
    default:
      try checkScalar()
      let range = scalarRange()
      cursor += 1
      return range
    }
  }

  /// Skips an object or array with everything in it.
  private mutating func skipContainer() throws(WireFormatError) {
    var grammar = ContainerGrammar()
    repeat {
      let token = try peek()
      let isAllowed: Bool
      switch token {
      case UInt8(ascii: "\""): isAllowed = grammar.string()
      case UInt8(ascii: ":"): isAllowed = grammar.colon()
      case UInt8(ascii: ","): isAllowed = grammar.comma()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard grammar.depth < WireLimits.maximumDepth else { throw tooDeep }
        isAllowed = grammar.open(isObject: token == UInt8(ascii: "{"))
      case UInt8(ascii: "}"): isAllowed = grammar.close(isObject: true)
      case UInt8(ascii: "]"): isAllowed = grammar.close(isObject: false)
      default:
        isAllowed = grammar.scalar()
        if isAllowed { try checkScalar() }
      }
      guard isAllowed else { throw unexpected(grammar.expectation.text) }
      cursor += 1
    } while grammar.depth > 0
  }

  private var tooDeep: WireFormatError {
    WireFormatError(
      .tooDeep, at: byteOffset, "more than \(WireLimits.maximumDepth) objects or arrays are nested in each other")
  }
}

/// What JSON's grammar allows next inside of an object or array. Each event says whether it was allowed.
///
/// One bit a level says whether it is an object, which makes a bracket of the wrong kind an error; it is why the depth has
/// to be bounded.
private struct ContainerGrammar {
  enum Expectation {
    case firstKeyOrEnd
    case key
    case colon
    case value
    case firstElementOrEnd
    case commaOrObjectEnd
    case commaOrArrayEnd

    var text: String {
      switch self {
      case .firstKeyOrEnd: "a key or the object's end"
      case .key: "a key"
      case .colon: "a colon after the key"
      case .value: "a value"
      case .firstElementOrEnd: "a value or the array's end"
      case .commaOrObjectEnd: "a comma or the object's end"
      case .commaOrArrayEnd: "a comma or the array's end"
      }
    }
  }

  private(set) var expectation = Expectation.value
  private(set) var depth = 0
  private var objects: UInt128 = 0

  private var isValueAllowed: Bool { expectation == .value || expectation == .firstElementOrEnd }

  private var afterValue: Expectation { objects & 1 == 1 ? .commaOrObjectEnd : .commaOrArrayEnd }

  mutating func string() -> Bool {
    if expectation == .firstKeyOrEnd || expectation == .key {
      expectation = .colon
      return true
    }
    return scalar()
  }

  mutating func scalar() -> Bool {
    guard isValueAllowed else { return false }
    expectation = afterValue
    return true
  }

  mutating func colon() -> Bool {
    guard expectation == .colon else { return false }
    expectation = .value
    return true
  }

  mutating func comma() -> Bool {
    switch expectation {
    case .commaOrObjectEnd: expectation = .key
    case .commaOrArrayEnd: expectation = .value
    default: return false
    }
    return true
  }

  mutating func open(isObject: Bool) -> Bool {
    guard isValueAllowed else { return false }
    depth += 1
    objects = objects << 1 | (isObject ? 1 : 0)
    expectation = isObject ? .firstKeyOrEnd : .firstElementOrEnd
    return true
  }

  mutating func close(isObject: Bool) -> Bool {
    switch expectation {
    case .firstKeyOrEnd, .commaOrObjectEnd: guard isObject else { return false }
    case .firstElementOrEnd, .commaOrArrayEnd: guard !isObject else { return false }
    default: return false
    }
    depth -= 1
    objects >>= 1
    expectation = afterValue
    return true
  }
}
