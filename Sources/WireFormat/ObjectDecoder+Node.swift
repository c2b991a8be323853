package import ClusterModel

/// An object as it was read, and the parts of it that belong to reading rather than to the model.
package struct DecodedNode {
  package var node: Node
  var resourceVersion = ""
  /// Where the name stands in the text, with its quotes; nil where it has none.
  var nameRange: Range<Int>?
}

extension ObjectDecoder {
  /// Reads a `v1.Node`.
  package mutating func node(_ reader: inout JSONReader) throws(WireFormatError) -> DecodedNode {
    var decoded = DecodedNode(node: Node(name: "", isReady: false))
    let start = reader.byteOffset
    guard try reader.beginObject() else {
      throw WireFormatError(.wrongType, at: start, "expected a node, found null")
    }
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "metadata":
        try seen.note(0, key)
        try nodeMetadata(&reader, &decoded)
      case "spec":
        try seen.note(1, key)
        try nodeSpec(&reader, &decoded.node)
      case "status":
        try seen.note(2, key)
        try nodeStatus(&reader, &decoded.node)
      default: try reader.skipValue()
      }
    }
    guard !decoded.node.name.isEmpty else {
      throw WireFormatError(.missingField, at: start, "the node has no metadata.name")
    }
    return decoded
  }

  private mutating func nodeMetadata(
    _ reader: inout JSONReader, _ decoded: inout DecodedNode
  ) throws(WireFormatError) {
    guard try reader.beginObject() else { return }
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "name":
        try seen.note(0, key)
        guard let text = try reader.readText() else { continue }
        decoded.node.name = try reader.string(of: text)
        decoded.nameRange = text.quotedRange
      case "uid":
        try seen.note(1, key)
        decoded.node.uid = try uniqueString(&reader)
      case "resourceVersion":
        try seen.note(2, key)
        decoded.resourceVersion = try uniqueString(&reader)
      case "labels":
        try seen.note(3, key)
        decoded.node.labels = try nodeLabels(&reader)
      case "annotations":
        try seen.note(4, key)
        decoded.node.annotations = try ownAnnotations(&reader)
      default: try reader.skipValue()
      }
    }
  }

  private mutating func nodeSpec(_ reader: inout JSONReader, _ node: inout Node) throws(WireFormatError) {
    guard try reader.beginObject() else { return }
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "providerID":
        try seen.note(0, key)
        node.providerID = try uniqueString(&reader)
      case "unschedulable":
        try seen.note(1, key)
        node.isUnschedulable = try reader.readBool()
      case "taints" where readsTaintsAndConditions:
        try seen.note(2, key)
        node.taints = try taints(&reader)
      default: try reader.skipValue()
      }
    }
  }

  private mutating func taints(_ reader: inout JSONReader) throws(WireFormatError) -> [Taint] {
    var taints: [Taint] = []
    guard try reader.beginArray() else { return taints }
    var isFirstTaint = true
    while try reader.nextElement(&isFirstTaint) {
      // An effect that this version does not know is taken for the plainest one that keeps pods off.
      var taint = Taint(key: "", effect: .noSchedule)
      guard try reader.beginObject() else { continue }
      var isFirst = true
      while let key = try reader.nextKey(&isFirst) {
        switch key {
        case "key": taint.key = try string(&reader)
        case "value": taint.value = try string(&reader)
        case "effect": taint.effect = Taint.Effect(rawValue: try string(&reader)) ?? .noSchedule
        default: try reader.skipValue()
        }
      }
      taints.append(taint)
    }
    return taints
  }

  private mutating func nodeStatus(_ reader: inout JSONReader, _ node: inout Node) throws(WireFormatError) {
    guard try reader.beginObject() else { return }
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "allocatable":
        try seen.note(0, key)
        var budget = WireLimits.maximumResources
        node.allocatable = try resources(&reader, budget: &budget)
      case "conditions" where readsTaintsAndConditions:
        try seen.note(1, key)
        node.isReady = try isReady(&reader)
      default: try reader.skipValue()
      }
    }
  }

  /// Whether a node's conditions have `Ready` at `True`.
  private mutating func isReady(_ reader: inout JSONReader) throws(WireFormatError) -> Bool {
    var isReady = false
    guard try reader.beginArray() else { return isReady }
    var isFirstCondition = true
    while try reader.nextElement(&isFirstCondition) {
      guard try reader.beginObject() else { continue }
      var type = ""
      var status = ""
      var isFirst = true
      while let key = try reader.nextKey(&isFirst) {
        switch key {
        case "type": type = try string(&reader)
        case "status": status = try string(&reader)
        default: try reader.skipValue()
        }
      }
      if type == "Ready" { isReady = status == "True" }
    }
    return isReady
  }
}
