package import ClusterModel

/// Reads Kubernetes objects: the fields that the model has, and nothing else of them.
///
/// The same fields are read from lists, from watch events and from extender arguments. A decoder keeps strings for the
/// next object; it is used by one thread at a time.
package struct ObjectDecoder: Sendable {
  private var interner: StringInterner
  /// The labels of nodes to keep; nil keeps all.
  private let nodeLabels: KeyFilter?
  /// Whether `spec.taints` and `status.conditions` of nodes are read.
  private let readsNodeState: Bool

  private init(interner: StringInterner, nodeLabels: KeyFilter?, readsNodeState: Bool) {
    self.interner = interner
    self.nodeLabels = nodeLabels
    self.readsNodeState = readsNodeState
  }

  /// For lists and watches: everything that the model has, equal strings shared.
  package static var forCache: ObjectDecoder {
    ObjectDecoder(interner: StringInterner(capacity: 32_768), nodeLabels: nil, readsNodeState: true)
  }

  /// For one extender call: of nodes only what prices and verdicts need.
  static func forRequest(nodeLabels: KeyFilter) -> ObjectDecoder {
    ObjectDecoder(interner: .disabled, nodeLabels: nodeLabels, readsNodeState: false)
  }

  // MARK: Strings

  /// Reads a string of bounded length; `null` gives the empty string.
  package mutating func string(_ reader: inout JSONReader) throws(WireFormatError) -> String {
    guard let text = try reader.readText() else { return "" }
    return try string(text, &reader)
  }

  /// Reads a string that no other object has, such as a UID: it is not shared.
  func uniqueString(_ reader: inout JSONReader) throws(WireFormatError) -> String {
    try reader.readString()
  }

  /// The string that a text of the reader stands for, of bounded length.
  package mutating func string(_ text: JSONText, _ reader: inout JSONReader) throws(WireFormatError) -> String {
    try reader.checkLength(text)
    if text.hasEscapes { return try text.string() }
    // SAFETY: the source lives as long as the reader.
    return unsafe interner.string(text.source)
  }

  // MARK: Metadata

  /// Reads a map of strings, keeping the keys that `isKept` accepts. Of equal keys the last one counts, as in Go.
  package mutating func labels(
    _ reader: inout JSONReader, _ isKept: (JSONText) -> Bool
  ) throws(WireFormatError) -> Labels {
    guard try reader.beginObject() else { return [:] }
    var pairs: [(key: String, value: String)] = []
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      guard isKept(key) else {
        try reader.skipValue()
        continue
      }
      guard pairs.count < WireLimits.maximumLabels else {
        throw WireFormatError(
          .tooLarge, at: key.range.lowerBound, "there are more than \(WireLimits.maximumLabels) labels or annotations")
      }
      let name = try string(key, &reader)
      pairs.append((name, try string(&reader)))
    }
    return Labels(pairs)
  }

  mutating func nodeLabels(_ reader: inout JSONReader) throws(WireFormatError) -> Labels {
    guard let nodeLabels else { return try labels(&reader) { _ in true } }
    return try labels(&reader, nodeLabels.contains)
  }

  mutating func ownAnnotations(_ reader: inout JSONReader) throws(WireFormatError) -> Labels {
    try labels(&reader) { $0.hasPrefix(WellKnownName.annotationPrefix) }
  }

  /// Reads a list of resources (`requests`, `limits`, `allocatable`, `overhead`), adding up to `budget` entries.
  mutating func resources(
    _ reader: inout JSONReader, budget: inout Int
  ) throws(WireFormatError) -> ResourceAmounts {
    var amounts = ResourceAmounts.zero
    guard try reader.beginObject() else { return amounts }
    var extended: [ExtendedAmount] = []
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      budget -= 1
      guard budget >= 0 else {
        throw WireFormatError(.tooLarge, at: key.range.lowerBound, "the object names too many amounts of resources")
      }
      switch key {
      case "cpu": amounts.milliCPU = max(0, try reader.readQuantity().milliValue)
      case "memory": amounts.memoryBytes = max(0, try reader.readQuantity().value)
      case "ephemeral-storage": amounts.ephemeralStorageBytes = max(0, try reader.readQuantity().value)
      case "pods": amounts.pods = max(0, try reader.readQuantity().value)
      default:
        let name = try string(key, &reader)
        extended.append(ExtendedAmount(name: name, count: max(0, try reader.readQuantity().value)))
      }
    }
    amounts.setExtended(extended)
    return amounts
  }

  var readsTaintsAndConditions: Bool { readsNodeState }
}

/// A few keys among which other keys are looked up as bytes.
package struct KeyFilter: Sendable {
  private let keys: [[UInt8]]
  /// A bit for each length (modulo 64) that a key has, which spares most comparisons.
  private let lengths: UInt64

  /// Accepts exactly these keys.
  package init(_ keys: [String]) {
    self.keys = Set(keys).sorted().map { Array($0.utf8) }
    lengths = self.keys.reduce(0) { $0 | 1 << UInt64($1.count & 63) }
  }

  /// A key written with escape sequences is longer than what it stands for, and is not looked for.
  func contains(_ text: JSONText) -> Bool {
    let count = text.range.count
    guard lengths & 1 << UInt64(count & 63) != 0 else { return false }
    for index in keys.indices where keys[index].count == count && text.isWritten(keys[index]) { return true }
    return false
  }
}

extension JSONReader {
  /// Reads a quantity, which Kubernetes writes as a string and accepts as a number too; `null` gives 0.
  mutating func readQuantity() throws(WireFormatError) -> Quantity {
    let start = byteOffset
    let quantity: Quantity?
    if Self.beginsNumber(try peek()) {
      try checkScalar()
      // SAFETY: a scalar's range is inside the text.
      quantity = unsafe Quantity(utf8: Span(_unsafeElements: UnsafeBufferPointer(rebasing: bytes[scalarRange()])))
      cursor += 1
    } else {
      guard let text = try readText() else { return .zero }
      try checkLength(text)
      quantity =
        text.hasEscapes ? Quantity(try text.string()) : unsafe Quantity(utf8: Span(_unsafeElements: text.source))
    }
    guard let quantity else {
      throw WireFormatError(
        .invalidValue, at: start, "\(excerpt(start..<offset(ofToken: cursor))) is not a quantity such as 500m or 2Gi")
    }
    return quantity
  }
}
