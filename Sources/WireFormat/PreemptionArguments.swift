package import ClusterModel

/// One node on which kube-scheduler would preempt.
package struct PreemptionCandidate: Sendable {
  /// Dense index in the name table that the call was read with, or nil where the name is not in it.
  package var index: Int?
  /// Where the node's name stands in the body, with its quotes.
  package var nameRange: Range<Int>
  /// Where each victim's UID stands in the body, with its quotes, in the order of the request.
  package var victimUIDs: [Range<Int>]
  /// `NumPDBViolations`, to be handed back unchanged.
  package var disruptionBudgetViolations: Int64
  /// Whether every victim could be read. Where one is null or has no UID the node must not be offered: the answer could
  /// not name it.
  package var isComplete: Bool
}

/// The arguments of `preempt` (`ExtenderPreemptionArgs` in `k8s.io/kube-scheduler/extender/v1/types.go`).
package struct PreemptionArguments: Sendable {
  package var pod: Pod
  /// The nodes offered, in the order of the request.
  package var candidates: [PreemptionCandidate]

  /// Reads the body of a preempt call with full victims (`NodeNameToVictims`, nodeCacheCapable false) or with their UIDs
  /// (`NodeNameToMetaVictims`, true). Where both are there the latter counts. A node whose entry is null is left out: it
  /// cannot be answered about. Two nulls, or neither, mean that no node is offered.
  package static func read(_ body: RawSpan, names: NameTable) throws(WireFormatError) -> PreemptionArguments {
    try JSONIndex.read(body) { reader throws(WireFormatError) in
      var decoding = PreemptionDecoding(names: names)
      return try decoding.run(&reader)
    }
  }
}

private struct PreemptionDecoding {
  private let names: NameTable
  private var decoder = ObjectDecoder.forRequest(nodeLabels: KeyFilter([]))
  private var victimCount = 0

  init(names: NameTable) {
    self.names = names
  }

  mutating func run(_ reader: inout JSONReader) throws(WireFormatError) -> PreemptionArguments {
    guard try reader.beginObject() else {
      throw WireFormatError(.wrongType, at: 0, "expected preemption arguments, found null")
    }
    var pod: Pod?
    var full: [PreemptionCandidate]?
    var meta: [PreemptionCandidate]?
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "Pod":
        try seen.note(0, key)
        if try !reader.readNull() { pod = try decoder.pod(&reader).pod }
      case "NodeNameToVictims":
        try seen.note(1, key)
        if try !reader.readNull() { full = try nodes(&reader, victimUID: Self.uidOfPod) }
      case "NodeNameToMetaVictims":
        try seen.note(2, key)
        if try !reader.readNull() { meta = try nodes(&reader, victimUID: Self.uidOfMetaPod) }
      default: try reader.skipValue()
      }
    }
    guard let pod else {
      throw WireFormatError(.missingField, "the arguments have no Pod (keys are case-sensitive: Pod)")
    }
    return PreemptionArguments(pod: pod, candidates: meta ?? full ?? [])
  }

  /// How a victim's UID is read: from a whole pod or from the meta form.
  private typealias VictimReader = (inout JSONReader) throws(WireFormatError) -> JSONText?

  private mutating func nodes(
    _ reader: inout JSONReader, victimUID: VictimReader
  ) throws(WireFormatError) -> [PreemptionCandidate] {
    var candidates: [PreemptionCandidate] = []
    guard try reader.beginObject() else { return candidates }
    var isFirst = true
    while let name = try reader.nextKey(&isFirst) {
      guard candidates.count < WireLimits.maximumNodes else {
        throw WireFormatError(
          .tooLarge, at: reader.byteOffset, "there are more than \(WireLimits.maximumNodes) nodes in one request")
      }
      try reader.checkLength(name)
      let index = try name.withUTF8 { names.index(of: $0) }
      guard var candidate = try victims(&reader, name: name, victimUID: victimUID) else { continue }
      candidate.index = index
      candidates.append(candidate)
    }
    return candidates
  }

  private mutating func victims(
    _ reader: inout JSONReader, name: JSONText, victimUID: VictimReader
  ) throws(WireFormatError) -> PreemptionCandidate? {
    guard try reader.beginObject() else { return nil }
    var candidate = PreemptionCandidate(
      nameRange: name.quotedRange, victimUIDs: [], disruptionBudgetViolations: 0, isComplete: true)
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "Pods":
        try seen.note(0, key)
        try pods(&reader, into: &candidate, victimUID: victimUID)
      case "NumPDBViolations":
        try seen.note(1, key)
        candidate.disruptionBudgetViolations = try reader.readInteger()
      default: try reader.skipValue()
      }
    }
    return candidate
  }

  private mutating func pods(
    _ reader: inout JSONReader, into candidate: inout PreemptionCandidate, victimUID: VictimReader
  ) throws(WireFormatError) {
    guard try reader.beginArray() else { return }
    var isFirst = true
    while try reader.nextElement(&isFirst) {
      victimCount += 1
      guard victimCount <= WireLimits.maximumVictims else {
        throw WireFormatError(
          .tooLarge, at: reader.byteOffset, "there are more than \(WireLimits.maximumVictims) victims in one request")
      }
      if let uid = try victimUID(&reader), !uid.range.isEmpty {
        try reader.checkLength(uid)
        if uid.hasEscapes { _ = try uid.unescaped() }
        candidate.victimUIDs.append(uid.quotedRange)
      } else {
        candidate.isComplete = false
      }
    }
  }

  /// The `UID` of a `MetaPod`.
  private static func uidOfMetaPod(_ reader: inout JSONReader) throws(WireFormatError) -> JSONText? {
    try field("UID", of: &reader)
  }

  /// The `metadata.uid` of a `v1.Pod`.
  private static func uidOfPod(_ reader: inout JSONReader) throws(WireFormatError) -> JSONText? {
    guard try reader.beginObject() else { return nil }
    var uid: JSONText?
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "metadata":
        try seen.note(0, key)
        uid = try field("uid", of: &reader)
      default: try reader.skipValue()
      }
    }
    return uid
  }

  private static func field(
    _ name: StaticString, of reader: inout JSONReader
  ) throws(WireFormatError) -> JSONText? {
    guard try reader.beginObject() else { return nil }
    var value: JSONText?
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      if name ~= key {
        try seen.note(0, key)
        value = try reader.readText()
      } else {
        try reader.skipValue()
      }
    }
    return value
  }
}
