import Foundation
import TestSupport
import Testing

@testable import NodeCost

@Suite struct JSONCursorTests {
  /// Whether the cursor takes a text as one whole JSON value.
  static func isValid(_ bytes: [UInt8]) -> Bool {
    (try? JSONCursor.read(bytes) { (cursor) throws(JSONFault) in try cursor.skip() }) != nil
  }

  @Test(arguments: [
    "{}", "[]", "null", "true", "false", "0", "-0.5e+10", "\"\"", " [1, 2 ,{\"a\" : null}] \n", "\"\\u00e9\\n\\\"\"",
    "{\"a\":{\"a\":{}},\"a\":1}", String(repeating: "[", count: 64) + String(repeating: "]", count: 64),
  ])
  func takes(text: String) {
    #expect(Self.isValid(Array(text.utf8)))
  }

  @Test(arguments: [
    "", " ", "{", "}", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "01", "1.", ".5", "-", "+1", "1e",
    "\"", "\"\\", "\"\\u12\"", "\"\\x\"", "\"\n\"", "nul", "tru", "True", "1 2", "{}x", "'a'", "NaN", "[1 2]",
    String(repeating: "[", count: 65) + String(repeating: "]", count: 65), String(repeating: "[", count: 1_000_000),
    String(repeating: "{\"a\":", count: 100_000),
  ])
  func refuses(text: String) {
    #expect(!Self.isValid(Array(text.utf8)))
  }

  @Test(arguments: [
    ("\"a\\u00e9\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\\\\\\"\"", "aé😀/\u{8}\u{C}\n\r\t\\\""), ("\"é😀\"", "é😀"),
    ("\"\\u0000\"", "\u{0}"),
  ])
  func readsStrings(text: String, value: String) throws {
    let found = try JSONCursor.read(Array(text.utf8)) { (cursor) throws(JSONFault) in try cursor.optionalString() }
    #expect(found == value)
  }

  @Test(arguments: ["\"\\ud83d\"", "\"\\ude00\"", "\"\\ud83d\\u0041\"", "\"\\ud83dx\""])
  func refusesLoneSurrogates(text: String) {
    #expect(throws: JSONFault.self) {
      try JSONCursor.read(Array(text.utf8)) { (cursor) throws(JSONFault) in try cursor.optionalString() }
    }
  }

  @Test func refusesStringsThatAreNotUTF8() {
    #expect(throws: JSONFault.self) {
      try JSONCursor.read([0x22, 0xFF, 0xC0, 0x22]) { (cursor) throws(JSONFault) in try cursor.optionalString() }
    }
  }

  @Test func writesWhatOthersRead() throws {
    let texts = ["", "plain", "quote\" back\\ tab\t nul\u{0} é😀 \u{7F}"]
    for text in texts {
      let bytes = JSONText.object([("a", "x" + text), ("empty", "")])
      let decoded = try JSONDecoder().decode([String: String].self, from: Data(bytes))
      #expect(decoded == ["a": "x" + text])
    }
  }

  /// Mutated documents: the cursor never traps and agrees with Foundation on what is JSON.
  @Test func agreesWithAnotherParserOnMutatedTexts() {
    var generator = SeededGenerator(seed: 20)
    let seed = Array(#"{"a":[1,-2.5e3,true,null,"x\n\u00e9"],"b":{"c":"","d":[]}}"#.utf8)
    let alphabet = Array("{}[]:,\"\\ntfue0123456789.-+ x".utf8)
    var taken = 0
    for _ in 0..<20_000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        let letter = alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[place] = letter
        case 1: bytes.insert(letter, at: place)
        default: bytes.remove(at: place)
        }
      }
      let mine = Self.isValid(bytes)
      if mine {
        taken += 1
        // A number too large for a double is JSON all the same.
        let theirs = (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
        #expect(theirs, "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
    #expect(taken > 1000)
  }
}
