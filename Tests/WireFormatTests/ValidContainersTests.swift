import TestSupport
import Testing

@testable import WireFormat

@Suite struct ValidContainersTests {
  @Test func `the quick walk accepts what the careful one accepts, and ends where it ends`() throws {
    let pieces = [
      "{", "}", "[", "]", ",", ":", #""k""#, #""k":"#, "1", "0", "01", "-2.5e3", "true", "nul", #"{"a":1}"#, "[2,3]",
      "{}",
      "[]", " ", #""\"""#,
    ]
    var generator = SeededGenerator(seed: 7)
    var soundCount = 0
    for _ in 0..<20_000 {
      let inside = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
        pieces.randomElement(using: &generator) ?? ""
      }
      let isObject = Bool.random(using: &generator)
      let text = (isObject ? "{" : "[") + inside.joined() + (isObject ? "}" : "]")
      let isSound: Bool? = try? read(text) { reader throws(WireFormatError) in
        let quick = reader.endOfValidContainer()
        var careful = reader
        let isSound = (try? careful.skipContainer()) != nil
        #expect(isSound ? quick == careful.cursor : quick == nil, "\(text)")
        reader.cursor = reader.tokenCount
        return isSound
      }
      if isSound == true { soundCount += 1 }
    }
    #expect(soundCount > 500)
  }

  @Test func `containers deeper than the quick walk follows are skipped all the same`() throws {
    for depth in [2, 58, 60, 62, 64, 100] {
      let text = String(repeating: #"{"a":["#, count: depth / 2) + String(repeating: "]}", count: depth / 2)
      let range = try read(text) { reader throws(WireFormatError) in
        try reader.skipValue()
      }
      #expect(range == 0..<text.utf8.count)
    }
  }

  @Test func `a filter accepts its keys and no other of their lengths`() throws {
    let long = String(repeating: "x", count: 70)
    let filter = KeyFilter(["team", "zone", long])
    let expected = ["team": true, "tean": false, "zone": true, long: true, "xxxxxx": false, "": false]
    for (key, isKept) in expected {
      let found = try read(#"{"\#(key)":1}"#) { reader throws(WireFormatError) in
        var isFirst = true
        _ = try reader.beginObject()
        let found = try reader.nextKey(&isFirst).map { filter.contains($0) }
        reader.cursor = reader.tokenCount
        return found
      }
      #expect(found == isKept, "\(key)")
    }
  }
}
