package import ClusterModel

/// One node that a filter or prioritize call asks about.
package struct NodeCandidate: Sendable {
  /// Dense index in the name table that the call was read with, or -1 where the name is not in it.
  package var nodeIndex: Int32
  /// Where the name stands in the body, with its quotes: a JSON string to copy.
  package var nameStart: UInt32
  package var nameEnd: UInt32
  /// Where what has to be echoed stands in the body: the whole node in full mode, the quoted name in names mode.
  package var echoStart: UInt32
  package var echoEnd: UInt32

  package var nameRange: Range<Int> { Int(nameStart)..<Int(nameEnd) }
  package var echoRange: Range<Int> { Int(echoStart)..<Int(echoEnd) }
  /// The index in the name table, or nil.
  package var index: Int? { nodeIndex < 0 ? nil : Int(nodeIndex) }
}

/// The arguments of `filter` and `prioritize` (`ExtenderArgs` in `k8s.io/kube-scheduler/extender/v1/types.go`).
package struct ExtenderArguments: Sendable {
  package var pod: Pod
  /// The nodes asked about, in the order of the request.
  package var candidates: [NodeCandidate]
  /// The nodes themselves, parallel to `candidates`, where the call carries them (nodeCacheCapable false); else nil. They
  /// have the labels that the call was read with, annotations of our own, provider ID and allocatable resources.
  package var nodes: [Node]?
  /// The position of each of these nodes among the known ones that the call was read with, or -1.
  package var knownPlaces: [Int32] = []
  /// Those that were not known and have an identity by which they can be known next time.
  package var newNodes: [NewNode] = []

  package init(pod: Pod, candidates: [NodeCandidate], nodes: [Node]?) {
    self.pod = pod
    self.candidates = candidates
    self.nodes = nodes
  }

  /// Reads the body of a filter or prioritize call.
  ///
  /// Outer keys are those that kube-scheduler writes (`Pod`, `Nodes`, `NodeNames`), by case; others are ignored. Where
  /// both `NodeNames` and `Nodes` are there, `NodeNames` counts, as it does in kube-scheduler's reading of answers.
  /// `Nodes` may stand before `Pod`, null stands for absent, and what follows a missing pod or node list is an error.
  ///
  /// - Parameters:
  ///   - body: the whole body.
  ///   - names: the table in which nodes are looked up.
  ///   - nodeLabels: the labels to keep of full nodes.
  ///   - known: full nodes that need not be read again, read before with the same `nodeLabels`.
  package static func read(
    _ body: RawSpan, names: NameTable, nodeLabels: KeyFilter, known: KnownNodes = .none
  ) throws(WireFormatError) -> ExtenderArguments {
    // SAFETY: the buffer is only read while the span is borrowed.
    if let trailing = unsafe body.withUnsafeBytes({ unsafe TrailingNames($0, names: names) }),
      let arguments = try? read(body.extracting(first: trailing.start + 1), names, nodeLabels, known, trailing)
    {
      return arguments
    }
    // Whatever is wrong before the names is found again, and told, by reading the whole body.
    return try read(body, names, nodeLabels, known, nil)
  }

  /// Reads a body, or what of it stands up to the bracket of a list that was read already.
  static func read(
    _ text: RawSpan, _ names: NameTable, _ nodeLabels: KeyFilter, _ known: KnownNodes, _ trailing: TrailingNames?
  ) throws(WireFormatError) -> ExtenderArguments {
    try JSONIndex.read(text) { reader throws(WireFormatError) in
      var decoding = ExtenderDecoding(names: names, nodeLabels: nodeLabels, known: known, trailing: trailing)
      return try decoding.run(&reader)
    }
  }
}

/// Reads one body; its parts arrive in any order.
private struct ExtenderDecoding {
  private let names: NameTable
  private var decoder: ObjectDecoder
  private var pod: Pod?
  private var nameCandidates: [NodeCandidate]?
  private var fullCandidates: [NodeCandidate]?
  private let known: KnownNodes
  /// The body's last value, where it is read already and the text ends in its bracket.
  private let trailing: TrailingNames?
  private var identity = NodeIdentity()
  private var nodes: [Node] = []
  private var knownPlaces: [Int32] = []
  private var newNodes: [NewNode] = []

  init(names: NameTable, nodeLabels: KeyFilter, known: KnownNodes, trailing: TrailingNames?) {
    self.names = names
    self.known = known
    self.trailing = trailing
    decoder = .forRequest(nodeLabels: nodeLabels)
  }

  mutating func run(_ reader: inout JSONReader) throws(WireFormatError) -> ExtenderArguments {
    guard try reader.beginObject() else {
      throw WireFormatError(.wrongType, at: 0, "expected extender arguments, found null")
    }
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "Pod":
        try seen.note(0, key)
        if try !reader.readNull() { pod = try decoder.pod(&reader).pod }
      case "NodeNames":
        try seen.note(1, key)
        if let trailing, try reader.beginTrailingArray(at: trailing.start) {
          nameCandidates = trailing.candidates
          return try arguments()
        }
        if try !reader.readNull() { nameCandidates = try reader.readNames(names) }
      case "Nodes":
        try seen.note(2, key)
        if try !reader.readNull() { fullCandidates = try readNodeList(&reader) }
      default: try reader.skipValue()
      }
    }
    return try arguments()
  }

  private func arguments() throws(WireFormatError) -> ExtenderArguments {
    guard let pod else {
      throw WireFormatError(
        .missingField, "the arguments have no Pod (keys are case-sensitive: Pod, Nodes, NodeNames)")
    }
    if let nameCandidates { return ExtenderArguments(pod: pod, candidates: nameCandidates, nodes: nil) }
    guard let fullCandidates else {
      throw WireFormatError(
        .missingField, "the arguments have neither NodeNames nor Nodes (keys are case-sensitive: Pod, Nodes, NodeNames)"
      )
    }
    var arguments = ExtenderArguments(pod: pod, candidates: fullCandidates, nodes: nodes)
    arguments.knownPlaces = knownPlaces
    arguments.newNodes = newNodes
    return arguments
  }

  private mutating func readNodeList(_ reader: inout JSONReader) throws(WireFormatError) -> [NodeCandidate] {
    var candidates: [NodeCandidate] = []
    guard try reader.beginObject() else { return candidates }
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "items":
        try seen.note(0, key)
        candidates = try readNodes(&reader)
      default: try reader.skipValue()
      }
    }
    return candidates
  }

  private mutating func readNodes(_ reader: inout JSONReader) throws(WireFormatError) -> [NodeCandidate] {
    var candidates: [NodeCandidate] = []
    guard try reader.beginArray() else { return candidates }
    var isFirst = true
    while try reader.nextElement(&isFirst) {
      try reader.checkCount(ofNodes: candidates.count)
      candidates.append(try readNode(&reader))
    }
    return candidates
  }

  private mutating func readNode(_ reader: inout JSONReader) throws(WireFormatError) -> NodeCandidate {
    let start = reader.byteOffset
    let name = identity.read(reader)
    if let name, let place = known.identities.index(of: unsafe identity.bytes.span.bytes) {
      try reader.skipValue()
      nodes.append(known.nodes[place])
      knownPlaces.append(Int32(clamping: place))
      let index = try name.withUTF8 { names.index(of: $0) }
      return NodeCandidate(index: index, name: name.quotedRange, echo: start..<reader.endOfLastToken)
    }
    let decoded = try decoder.node(&reader)
    guard let nameRange = decoded.nameRange else {
      throw WireFormatError(.missingField, at: start, "the node has no metadata.name")
    }
    nodes.append(decoded.node)
    knownPlaces.append(-1)
    if name != nil {
      newNodes.append(NewNode(identity: String(decoding: identity.bytes, as: UTF8.self), node: decoded.node))
    }
    return NodeCandidate(
      index: names.index(of: decoded.node.name), name: nameRange, echo: start..<reader.endOfLastToken)
  }

}

extension NodeCandidate {
  /// Offsets fit 32 bits, since the index of the body has offsets of 32 bits.
  init(index: Int?, name: Range<Int>, echo: Range<Int>) {
    nodeIndex = index.map(Int32.init(clamping:)) ?? -1
    nameStart = UInt32(clamping: name.lowerBound)
    nameEnd = UInt32(clamping: name.upperBound)
    echoStart = UInt32(clamping: echo.lowerBound)
    echoEnd = UInt32(clamping: echo.upperBound)
  }
}

extension JSONReader {
  /// Where the bracket that was consumed last ends.
  fileprivate var endOfLastToken: Int { offset(ofToken: cursor - 1) + 1 }

  /// Enters the array that begins with the text's last token, if that is next and stands at `offset`.
  fileprivate mutating func beginTrailingArray(at offset: Int) throws(WireFormatError) -> Bool {
    guard cursor == tokenCount - 1, byteOffset == offset else { return false }
    return try beginArray()
  }
}
