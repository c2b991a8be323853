/// Labels or annotations: pairs sorted by key, without duplicates.
///
/// An array of pairs takes a third of a dictionary's memory at the 20 to 30 labels that a node carries, and is compared
/// and iterated in one order everywhere.
package struct Labels: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  package struct Pair: Hashable, Sendable {
    package var key: String
    package var value: String
  }

  package private(set) var pairs: [Pair]

  package init() {
    pairs = []
  }

  /// Takes pairs in any order; of equal keys the last one counts, as in Go's decoder.
  package init(_ unsorted: [(key: String, value: String)]) {
    var pairs: [Pair] = []
    pairs.reserveCapacity(unsorted.count)
    for (key, value) in unsorted { pairs.append(Pair(key: key, value: value)) }
    // The standard library's sort is stable, which "the last one counts" relies on.
    pairs.sort { $0.key < $1.key }
    var unique: [Pair] = []
    unique.reserveCapacity(pairs.count)
    for pair in pairs {
      if unique.last?.key == pair.key {
        unique[unique.count - 1] = pair
      } else {
        unique.append(pair)
      }
    }
    self.pairs = unique
  }

  package init(dictionaryLiteral elements: (String, String)...) {
    self.init(elements.map { (key: $0.0, value: $0.1) })
  }

  /// The value of `key`, or nil.
  package subscript(key: String) -> String? {
    var low = 0
    var high = pairs.count
    while low < high {
      let middle = (low + high) / 2
      if pairs[middle].key < key {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low < pairs.count && pairs[low].key == key ? pairs[low].value : nil
  }

  package var isEmpty: Bool { pairs.isEmpty }
  package var count: Int { pairs.count }
}
