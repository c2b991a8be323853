import TestSupport
import Testing

@testable import ClusterModel

/// Looks up a list as it stands in JSON: names, each followed by a quote. Counts those that were guessed.
private func lookUp(_ names: [String], in table: NameTable) -> (indices: [Int32?], guessed: Int) {
  var guessed = 0
  let indices = table.withListLookup { lookup -> [Int32?]? in
    names.map { name in
      let text = Array("\(name)\",".utf8)
      return unsafe text.withUnsafeBytes { text in
        if let start = text.baseAddress, let guess = unsafe lookup.guess(start, count: text.count) {
          guessed += 1
          return guess.count == text.count - 2 ? guess.index : -1
        }
        return unsafe lookup.index(of: UnsafeRawBufferPointer(rebasing: text.dropLast(2)))
      }
    }
  }
  return (indices ?? [], guessed)
}

@Suite struct NameListLookupTests {
  private let order = [
    "d", "a-name-of-twenty-bytes-and-more", "c", "a-name-of-twenty-bytes-and-less", "b", "e", "f", "g",
  ]

  @Test func `a list that comes again is guessed, with gaps too`() {
    let table = NameTable(order.sorted())
    let expected = order.map { table.index(of: $0).map(Int32.init) }
    for _ in 0..<3 { #expect(lookUp(order, in: table).indices == expected) }
    let again = lookUp(order, in: table)
    #expect(again.indices == expected)
    // Nothing is known of what comes first.
    #expect(again.guessed == order.count - 1)
    let withGap = [0, 1, 4, 5, 7].map { order[$0] }
    #expect(lookUp(withGap, in: table).guessed == withGap.count - 1)
    #expect(lookUp(order, in: table).guessed == order.count - 1)
  }

  @Test func `names that are part of another are told apart`() {
    let table = NameTable(["a", "ab", "abc", "sixteen-bytes-16", "sixteen-bytes-16x", ""])
    let lists = [
      ["a", "ab", "abc"], ["a", "abc", "ab", ""], ["sixteen-bytes-16x", "sixteen-bytes-16"], ["a", "b", "ab"],
    ]
    for list in lists {
      for _ in 0..<3 { #expect(lookUp(list, in: table).indices == list.map { table.index(of: $0).map(Int32.init) }) }
    }
  }

  @Test func `an empty table and one with names to escape lend nothing wrong`() {
    #expect(lookUp(["a"], in: NameTable([])).indices == [nil])
    #expect(NameTable(["\""]).withListLookup { _ in true } == nil)
  }

  /// Whoever finds the order in use does without: a list within a list.
  @Test func `two lists at a time are both right`() {
    let table = NameTable(order)
    let both = table.withListLookup { lookup -> [Int32?]? in
      let inner = lookUp(order, in: table)
      #expect(inner.guessed == 0)
      return inner.indices
    }
    #expect(both == order.indices.map { Int32($0) })
  }
}
