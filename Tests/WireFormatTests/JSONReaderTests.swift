import Testing

@testable import WireFormat

/// Reads `text` with `body`.
func read<Value>(
  _ text: String, _ body: (inout JSONReader) throws(WireFormatError) -> Value
) throws(WireFormatError) -> Value {
  try read(Array(text.utf8), body)
}

func read<Value>(
  _ bytes: [UInt8], _ body: (inout JSONReader) throws(WireFormatError) -> Value
) throws(WireFormatError) -> Value {
  try JSONIndex.read(unsafe bytes.span.bytes, body)
}

/// Skips `text` and gives what went wrong.
private func skipFailure(_ text: String) -> WireFormatError? {
  do throws(WireFormatError) {
    _ = try read(text) { reader throws(WireFormatError) in try reader.skipValue() }
    return nil
  } catch {
    return error
  }
}

@Suite struct JSONReaderTests {
  @Test(arguments: [
    "{}", "[]", "0", "-0.5e+10", "true", "null", #""a""#, #"{"a":[1,{"b":null}],"c":"\"}"}"#, " [ 1 , 2 ]\n", "[[],{}]",
    "1E5", "[\"\\u00e9\"]", "[\"\u{1F680}\"]",
  ])
  func `sound values are skipped to their end`(text: String) {
    #expect(skipFailure(text) == nil)
  }

  @Test(arguments: [
    (text: "", kind: WireFormatError.Kind.empty), ("  \n", .empty), ("{", .truncated), ("[1,2", .truncated),
    (#"{"a":1"#, .truncated), (#"{"a"#, .truncated), (#"{"a""#, .truncated), (#"{"a":"#, .truncated),
    ("}", .syntax), ("[1,]", .syntax), (#"{"a":1,}"#, .syntax), (#"{"a" 1}"#, .syntax), (#"{1:2}"#, .syntax),
    ("[1 2]", .syntax), ("{]", .syntax), ("[}", .syntax), (#"{"a":]}"#, .syntax), ("[,1]", .syntax), ("{,}", .syntax),
    ("1 2", .syntax), ("{} {}", .syntax), ("tru", .syntax), ("nulll", .syntax), ("01", .syntax), ("-", .syntax),
    ("1.", .syntax), ("1e", .syntax), (".5", .syntax), ("+1", .syntax), ("NaN", .syntax), ("[\"a\nb\"]", .syntax),
    (#"["a"b]"#, .syntax), (#"["a""b"]"#, .syntax), (#"[1"a"]"#, .syntax), ("[[1],{}", .truncated), ("'a'", .syntax),
    ("\u{FEFF}{}", .syntax), ("[0x10]", .syntax), ("[-01]", .syntax),
  ])
  func `what is not JSON is refused`(text: String, kind: WireFormatError.Kind) {
    #expect(skipFailure(text)?.kind == kind, "\(text)")
  }

  @Test func `bytes that are not UTF-8 are refused at their offset`() {
    #expect(throws: WireFormatError(.invalidUTF8, at: 2, "the bytes are not valid UTF-8")) {
      try read([UInt8(ascii: "["), UInt8(ascii: "\""), 0xFF, UInt8(ascii: "\""), UInt8(ascii: "]")]) {
        reader throws(WireFormatError) in try reader.skipValue()
      }
    }
  }

  @Test(arguments: [("[", "]"), (#"{"a":"#, "}")])
  func `nesting is bounded`(open: String, close: String) {
    func nested(_ depth: Int) -> String {
      String(repeating: open, count: depth - 1) + "[]" + String(repeating: close, count: depth - 1)
    }
    #expect(skipFailure(nested(WireLimits.maximumDepth)) == nil)
    #expect(skipFailure(nested(WireLimits.maximumDepth + 1))?.kind == .tooDeep)
    #expect(skipFailure(nested(1_000_000))?.kind == .tooDeep)
  }

  @Test(arguments: [
    (#""plain""#, "plain"), (#""""#, ""), (#""a\/\\\"\b\f\n\r\t""#, "a/\\\"\u{8}\u{c}\n\r\t"),
    (#""\u0041\u00e9""#, "Aé"),
    (#""\uD83D\uDE80""#, "🚀"), (#""\ud83d""#, "\u{FFFD}"), (#""\uDE80x""#, "\u{FFFD}x"),
    (#""\ud83dA""#, "\u{FFFD}A"), (#""\ud83d\ud83d\ude80""#, "\u{FFFD}🚀"), (#""\u003ca\u003e""#, "<a>"),
    (#" "padded"  "#, "padded"),
  ])
  func `strings are unescaped as Go does`(text: String, expected: String) throws {
    #expect(try read(text) { reader throws(WireFormatError) in try reader.readString() } == expected)
  }

  @Test(arguments: [#""\x""#, #""\u12""#, #""\u12g4""#, #""\ud83d\u12""#])
  func `escapes that JSON does not have are refused`(text: String) {
    #expect(throws: WireFormatError.self) {
      try read(text) { reader throws(WireFormatError) in try reader.readString() }
    }
  }

  @Test(arguments: [
    ("0", 0), ("-1", -1), ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min), ("null", 0),
  ])
  func `integers are exact`(text: String, expected: Int64) throws {
    #expect(try read(text) { reader throws(WireFormatError) in try reader.readInteger() } == expected)
  }

  @Test(arguments: ["9223372036854775808", "-9223372036854775809", "1.0", "1e1", #""1""#, "[1]", "true", "--1"])
  func `what is no 64-bit integer is refused`(text: String) {
    #expect(throws: WireFormatError.self) {
      try read(text) { reader throws(WireFormatError) in try reader.readInteger() }
    }
  }

  @Test func `values keep their source range`() throws {
    let text = #" {"a" : [1, {"b":"}"}] , "c": -1.5 ,"d":"x\"y"} "#
    let ranges = try read(text) { reader throws(WireFormatError) -> [Range<Int>] in
      var ranges: [Range<Int>] = []
      guard try reader.beginObject() else { return [] }
      var isFirst = true
      while try reader.nextKey(&isFirst) != nil { ranges.append(try reader.skipValue()) }
      return ranges
    }
    let bytes = Array(text.utf8)
    #expect(ranges.map { String(decoding: bytes[$0], as: UTF8.self) } == [#"[1, {"b":"}"}]"#, "-1.5", #""x\"y""#])
  }

  @Test func `escaped keys are recognised`() throws {
    let found = try read(#"{"me\u0074a":1,"meta\u0000":2}"#) { reader throws(WireFormatError) -> Int in
      var found = 0
      guard try reader.beginObject() else { return 0 }
      var isFirst = true
      while let key = try reader.nextKey(&isFirst) {
        if "meta" ~= key { found += 1 }
        try reader.skipValue()
      }
      return found
    }
    #expect(found == 1)
  }

  @Test func `errors name the path and show a short escaped excerpt`() {
    let long = String(repeating: "<", count: 500) + "\u{7F}"
    let text = #"{"a":{"x":[1,2],"b":[{"c":0},{"c":"\#(long)"}]}}"#
    do throws(WireFormatError) {
      try read(text) { reader throws(WireFormatError) in
        func descend() throws(WireFormatError) {
          _ = try reader.beginObject()
          var isFirst = true
          while let key = try reader.nextKey(&isFirst) {
            switch key {
            case "a": try descend()
            case "b":
              _ = try reader.beginArray()
              var isFirst = true
              while try reader.nextElement(&isFirst) { try descend() }
            case "c": _ = try reader.readInteger()
            default: try reader.skipValue()
            }
          }
        }
        try descend()
      }
      Issue.record("nothing was thrown")
    } catch {
      #expect(error.kind == .wrongType)
      #expect(error.path == "a.b[1].c")
      #expect(error.byteOffset == 34)
      #expect(error.description.hasPrefix("a.b[1].c: expected an integer, found a string '\"<<<"))
      #expect(error.description.utf8.count < 160)
    }
  }

  @Test func `confidential input shows nowhere`() {
    let bytes = Array(#"{"data":{"token":12345678}}"#.utf8)
    do throws(WireFormatError) {
      try JSONIndex.read(unsafe bytes.span.bytes, isConfidential: true) { reader throws(WireFormatError) in
        _ = try reader.beginObject()
        var isFirst = true
        while try reader.nextKey(&isFirst) != nil { _ = try reader.readString() }
      }
      Issue.record("nothing was thrown")
    } catch {
      #expect(!error.description.contains("1234"))
    }
  }

  @Test func `a megabyte of white space and a ten megabyte string cost no more than their length`() throws {
    let padding = String(repeating: " ", count: 1 << 20)
    #expect(try read("\"a\"" + padding) { reader throws(WireFormatError) in try reader.readString() } == "a")
    let huge = "\"" + String(repeating: "x", count: 10 << 20) + "\""
    let range = try read(huge) { reader throws(WireFormatError) in try reader.skipValue() }
    #expect(range.count == (10 << 20) + 2)
    #expect(throws: WireFormatError.self) {
      try read(huge) { reader throws(WireFormatError) in try reader.readString() }
    }
  }
}
