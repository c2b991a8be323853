extension JSONReader {
  /// The error for a next token of another type than `expected`, such as "an object".
  func wrongType(_ expected: String) -> WireFormatError {
    guard cursor < tokenCount else {
      return WireFormatError(.truncated, at: byteCount, "the text ends where \(expected) should be")
    }
    let found: String? =
      switch byte(at: byteOffset) {
      case UInt8(ascii: "{"): "an object"
      case UInt8(ascii: "["): "an array"
      case UInt8(ascii: "\""): "a string"
      case UInt8(ascii: "t"), UInt8(ascii: "f"): "true or false"
      case UInt8(ascii: "n"): "null"
      case let byte where Self.beginsNumber(byte): "a number"
      default: nil
      }
    guard let found, (try? checkToken()) != nil else { return unexpected(expected) }
    return WireFormatError(.wrongType, at: byteOffset, "expected \(expected), found \(found) \(excerpt(tokenRange()))")
  }

  /// The error for a next token that JSON's grammar does not allow where `expected` should be.
  func unexpected(_ expected: String) -> WireFormatError {
    guard cursor < tokenCount else {
      return WireFormatError(.truncated, at: byteCount, "the text ends where \(expected) should be")
    }
    return WireFormatError(.syntax, at: byteOffset, "expected \(expected), found \(excerpt(tokenRange()))")
  }

  private func checkToken() throws(WireFormatError) {
    switch byte(at: byteOffset) {
    case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""): return
    default: try checkScalar()
    }
  }

  private func tokenRange() -> Range<Int> {
    let start = byteOffset
    return start..<min(max(offset(ofToken: cursor + 1), start + 1), byteCount)
  }

  /// A short piece of the input, escaped; nothing where the input is confidential.
  func excerpt(_ range: Range<Int>) -> String {
    if isConfidential { return "(not shown)" }
    let shown = range.prefix(WireLimits.excerptBytes)
    // SAFETY: the callers' ranges are inside the text.
    var text = unsafe String(decoding: bytes[shown.startIndex..<shown.endIndex], as: UTF8.self)
    while text.last == " " || text.last == "\n" { text.removeLast() }
    return "'" + Self.escaped(text)
      + (shown.count < range.count ? "…'" : "'")
  }

  /// The text with everything but printable ASCII escaped, fit for a terminal and a log.
  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      (0x20..<0x7F).contains(scalar.value) ? String(scalar) : scalar.escaped(asASCII: true)
    }.joined()
  }

  /// Where in the text's structure `offset` is, such as `Nodes.items[3].metadata.name`.
  ///
  /// The structure is walked from the start: nobody pays for paths until there is an error.
  func path(at offset: Int) -> String {
    var frames: [PathFrame] = []
    for index in 0..<tokenCount {
      let start = self.offset(ofToken: index)
      guard start <= offset else { break }
      switch byte(at: start) {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard start < offset, frames.count <= WireLimits.maximumDepth + 16 else { continue }
        frames.append(PathFrame(isObject: byte(at: start) == UInt8(ascii: "{")))
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if start < offset { frames.removeLast(frames.isEmpty ? 0 : 1) }
      case UInt8(ascii: ","):
        guard let last = frames.indices.last, start < offset else { continue }
        frames[last].element += 1
        frames[last].expectsKey = true
      case UInt8(ascii: "\""):
        guard let last = frames.indices.last, frames[last].isObject, frames[last].expectsKey else { continue }
        frames[last].keyToken = index
        frames[last].expectsKey = false
      default: break
      }
    }
    return render(frames)
  }

  private func render(_ frames: [PathFrame]) -> String {
    var path = ""
    for frame in frames.prefix(24) {
      if !frame.isObject {
        path += "[\(frame.element)]"
      } else if let token = frame.keyToken {
        var reader = self
        reader.cursor = token
        guard let key = try? reader.text() else { break }
        // SAFETY: a key's range is inside the text.
        let name = unsafe String(decoding: bytes[key.range.prefix(WireLimits.excerptBytes)], as: UTF8.self)
        path += (path.isEmpty ? "" : ".") + Self.escaped(name)
      }
    }
    return path
  }
}

/// One open object or array on the way to an error.
private struct PathFrame {
  var isObject: Bool
  var element = 0
  var keyToken: Int?
  var expectsKey = true

  init(isObject: Bool) {
    self.isObject = isObject
  }
}
