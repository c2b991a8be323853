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

  /// What may come next while a container is skipped.
  private enum Expectation {
    case firstKeyOrEnd
    case key
    case colon
    case value
    case firstElementOrEnd
    case commaOrObjectEnd
    case commaOrArrayEnd
  }

  /// Skips an object or array with everything in it.
  ///
  /// One bit a level says whether it is an object, which bounds the depth and makes a bracket of the wrong kind an error.
  private mutating func skipContainer() throws(WireFormatError) {
    var expectation = Expectation.value
    var objects: UInt128 = 0
    var depth = 0
    repeat {
      let token = try peek()
      switch token {
      case UInt8(ascii: "\""):
        switch expectation {
        case .firstKeyOrEnd, .key: expectation = .colon
        case .value, .firstElementOrEnd: expectation = Self.afterValue(in: objects)
        default: throw unexpected("a comma, a colon or a bracket")
        }
      case UInt8(ascii: ":"):
        guard expectation == .colon else { throw unexpected("a value") }
        expectation = .value
      case UInt8(ascii: ","):
        switch expectation {
        case .commaOrObjectEnd: expectation = .key
        case .commaOrArrayEnd: expectation = .value
        default: throw unexpected("a value")
        }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard expectation == .value || expectation == .firstElementOrEnd else { throw unexpected("a key or a comma") }
        guard depth < WireLimits.maximumDepth else { throw tooDeep }
        depth += 1
        let isObject = token == UInt8(ascii: "{")
        objects = objects << 1 | (isObject ? 1 : 0)
        expectation = isObject ? .firstKeyOrEnd : .firstElementOrEnd
      case UInt8(ascii: "}"):
        guard expectation == .commaOrObjectEnd || expectation == .firstKeyOrEnd else { throw unexpected("a value") }
        objects >>= 1
        depth -= 1
        expectation = Self.afterValue(in: objects)
      case UInt8(ascii: "]"):
        guard expectation == .commaOrArrayEnd || expectation == .firstElementOrEnd else { throw unexpected("a value") }
        objects >>= 1
        depth -= 1
        expectation = Self.afterValue(in: objects)
      default:
        guard expectation == .value || expectation == .firstElementOrEnd else { throw unexpected("a key or a comma") }
        try checkScalar()
        expectation = Self.afterValue(in: objects)
      }
      cursor += 1
    } while depth > 0
  }

  private static func afterValue(in objects: UInt128) -> Expectation {
    objects & 1 == 1 ? .commaOrObjectEnd : .commaOrArrayEnd
  }

  private var tooDeep: WireFormatError {
    WireFormatError(
      .tooDeep, at: byteOffset, "more than \(WireLimits.maximumDepth) objects or arrays are nested in each other")
  }
}
