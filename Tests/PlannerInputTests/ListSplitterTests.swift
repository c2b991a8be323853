import TestSupport
import Testing
import WireFormat

@testable import PlannerInput

/// What a stream of documents is cut into.
private func pieces(_ text: String, chunkBytes: Int = 1 << 20) throws -> [(text: String, kind: String)] {
  var splitter = ListSplitter()
  var found: [(text: String, kind: String)] = []
  let bytes = Array(text.utf8)
  for start in stride(from: 0, to: bytes.count, by: chunkBytes) {
    try splitter.feed(Array(bytes[start..<min(start + chunkBytes, bytes.count)])) { object, header in
      let copy = unsafe object.withUnsafeBytes { unsafe Array($0) }
      found.append((String(decoding: copy, as: UTF8.self), header.kind))
    }
  }
  try splitter.finish()
  return found
}

@Suite struct ListSplitterTests {
  @Test(arguments: [
    (#"{"kind":"List","items":[{"a":1},{"b":[{}]}]}"#, [#"{"a":1}"#, #"{"b":[{}]}"#], "List"),
    (#"{"items":[{"a":1}],"kind":"PodList"}"#, [#"{"a":1}"#], ""),
    (
      #"{"kind" : "NodeList" , "metadata":{"items":[{"no":1}]},"items" : [ {"a":"]}"} ] }"#, [#"{"a":"]}"}"#],
      "NodeList"
    ),
    (#"{"kind":"Node","metadata":{"name":"n"}}"#, [#"{"kind":"Node","metadata":{"name":"n"}}"#], ""),
    (#"{"a":"items","b":[{"no":1}]}"#, [#"{"a":"items","b":[{"no":1}]}"#], ""),
    (#"{"a":1}{"b":"\"}{"}"#, [#"{"a":1}"#, #"{"b":"\"}{"}"#], ""),
    (#"{"items":[]}"#, [], ""),
    (" \n", [], ""),
  ])
  func documentsAreCutIntoObjects(_ text: String, _ objects: [String], _ kind: String) throws {
    for chunkBytes in [1, 2, 3, 7, 1 << 20] {
      let found = try pieces(text, chunkBytes: chunkBytes)
      #expect(found.map(\.text) == objects)
      #expect(found.allSatisfy { $0.kind == kind || kind.isEmpty })
    }
  }

  @Test func listsMayFollowEachOther() throws {
    let text = #"{"kind":"NodeList","items":[{"n":1}]} {"kind":"PodList","items":[{"p":1}]}"#
    let found = try pieces(text, chunkBytes: 5)
    #expect(found.map(\.kind) == ["NodeList", "PodList"])
  }

  @Test(arguments: [
    ("kind: List\n", "expected a JSON object, found 'k'; write the input with -o json (at byte 0)"),
    (#"{"items":[{"a":1"#, "the text ends in the middle of an object (at byte 16)"),
    (#"{"a":"#, "the text ends in the middle of an object (at byte 5)"),
    ("[{}]", "expected a JSON object, found '['; write the input with -o json (at byte 0)"),
    (#"{"items":[}]}"#, "expected a JSON object, found '}'; write the input with -o json (at byte 12)"),
    (#"{}}"#, "expected a JSON object, found '}'; write the input with -o json (at byte 2)"),
  ])
  func brokenStreamsAreRefused(_ text: String, _ message: String) {
    let error = #expect(throws: WireFormatError.self) { try pieces(text) }
    #expect(error?.description == message)
  }

  /// Whatever bytes come, in whatever pieces: no trap, and never more kept than was fed.
  @Test func randomBytesNeverTrap() {
    var random = SeededGenerator(seed: 41)
    let alphabet = Array(#"{}[]",:\items kind0"#.utf8)
    for _ in 0..<3_000 {
      var splitter = ListSplitter()
      let bytes = (0..<Int.random(in: 0..<80, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      var handedOut = 0
      try? splitter.feed(bytes) { object, _ in handedOut += object.byteCount }
      #expect(handedOut <= bytes.count)
    }
  }
}
