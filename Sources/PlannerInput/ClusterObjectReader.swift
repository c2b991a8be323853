internal import ClusterModel
internal import MigrationPlanner
package import WireFormat

/// What a list says of all its items, which then need not say it themselves.
package struct ListHeader: Hashable, Sendable {
  /// Such as `PodList`; empty where nothing is known.
  package var kind = ""
  package var apiVersion = ""

  package init(kind: String = "", apiVersion: String = "") {
    self.kind = kind
    self.apiVersion = apiVersion
  }
}

/// Reads the objects of a cluster that a plan is made from. Keeps equal strings for the next object; one thread at a time.
package struct ClusterObjectReader: Sendable {
  var decoder = ObjectDecoder.forCache

  package init() {}

  /// Reads one object, of whichever kind it says that it is.
  ///
  /// - Parameter header: what the list around it said, for items without `kind` (as the API server's own lists have).
  package mutating func object(
    _ reader: inout JSONReader, in header: ListHeader = ListHeader()
  ) throws(WireFormatError) -> ClusterObject {
    let (kind, apiVersion) = try identity(reader, header)
    let group = apiVersion.contains("/") ? String(apiVersion.prefix { $0 != "/" }) : ""
    switch (kind, group) {
    case ("Node", ""): return .node(try node(&reader))
    case ("Pod", ""): return .pod(try pod(&reader))
    case ("PodDisruptionBudget", "policy"): return try disruptionBudget(&reader)
    case ("Namespace", ""): return try namespace(&reader)
    case ("PersistentVolumeClaim", ""): return .claim(try claim(&reader))
    case ("PersistentVolume", ""): return .volume(try volume(&reader))
    case ("CSINode", "storage.k8s.io"): return try attachLimits(&reader)
    default:
      try reader.skipValue()
      return .other(kind: kind)
    }
  }

  private func identity(
    _ reader: JSONReader, _ header: ListHeader
  ) throws(WireFormatError) -> (kind: String, apiVersion: String) {
    var reader = reader
    var kind = ""
    var apiVersion = ""
    let start = reader.byteOffset
    try reader.forEachField { key, reader throws(WireFormatError) in
      switch key {
      case "kind": kind = try reader.readString()
      case "apiVersion": apiVersion = try reader.readString()
      default: try reader.skipValue()
      }
    }
    if kind.isEmpty, header.kind.hasSuffix("List"), header.kind != "List" {
      return (String(header.kind.dropLast(4)), header.apiVersion)
    }
    guard !kind.isEmpty else {
      throw WireFormatError(
        .missingField, at: start, "the object has no kind; write the input with kubectl get -o json")
    }
    return (kind, apiVersion)
  }

  /// What to call an object in an error: `Pod shop/cart-1`, as far as it can be told.
  package static func title(_ reader: JSONReader, in header: ListHeader = ListHeader()) -> String {
    var reader = reader
    var kind = header.kind.hasSuffix("List") ? String(header.kind.dropLast(4)) : ""
    var namespace = ""
    var name = ""
    _ = try? reader.forEachField { key, reader throws(WireFormatError) in
      switch key {
      case "kind": kind = try reader.readString()
      case "metadata":
        try reader.forEachField { key, reader throws(WireFormatError) in
          switch key {
          case "name": name = try reader.readString()
          case "namespace": namespace = try reader.readString()
          default: try reader.skipValue()
          }
        }
      default: try reader.skipValue()
      }
    }
    let full = namespace.isEmpty ? name : "\(namespace)/\(name)"
    return [kind.isEmpty ? "object" : kind, full].filter { !$0.isEmpty }.joined(separator: " ")
  }

  // MARK: Parts that several kinds have

  /// Reads the annotations that planning knows.
  mutating func annotations(_ reader: inout JSONReader) throws(WireFormatError) -> Labels {
    try decoder.labels(&reader) { key in Self.knownAnnotations.contains { key.equals($0) } }
  }

  private static let knownAnnotations = [
    PlanningName.safeToEvict, PlanningName.doNotDisrupt, PlanningName.doNotEvict, PlanningName.scaleDownDisabled,
    PlanningName.mirror, PlanningName.downtimeWeight, PlanningName.lastMigration,
  ]

  /// Reads name, namespace and labels of `metadata`.
  mutating func metadata(
    _ reader: inout JSONReader
  ) throws(WireFormatError) -> (namespace: String, name: String, labels: Labels) {
    var result = (namespace: "", name: "", labels: Labels())
    let start = reader.byteOffset
    try reader.forEachField { key, reader throws(WireFormatError) in
      switch key {
      case "name": result.name = try decoder.string(&reader)
      case "namespace": result.namespace = try decoder.string(&reader)
      case "labels": result.labels = try decoder.labels(&reader) { _ in true }
      default: try reader.skipValue()
      }
    }
    guard !result.name.isEmpty else {
      throw WireFormatError(.missingField, at: start, "the object has no metadata.name")
    }
    return result
  }

  // MARK: Small kinds

  private mutating func node(_ reader: inout JSONReader) throws(WireFormatError) -> ReadNode {
    var second = reader
    var read = ReadNode(node: try decoder.node(&reader).node)
    try second.forEachField { key, reader throws(WireFormatError) in
      guard "metadata" ~= key else {
        try reader.skipValue()
        return
      }
      try reader.forEachField { key, reader throws(WireFormatError) in
        guard "annotations" ~= key else {
          try reader.skipValue()
          return
        }
        let annotations = try annotations(&reader)
        read.isKept =
          annotations[PlanningName.scaleDownDisabled] == "true" || annotations[PlanningName.doNotDisrupt] == "true"
      }
    }
    return read
  }

  private mutating func namespace(_ reader: inout JSONReader) throws(WireFormatError) -> ClusterObject {
    var result = (namespace: "", name: "", labels: Labels())
    try reader.forEachField { key, reader throws(WireFormatError) in
      if "metadata" ~= key { result = try metadata(&reader) } else { try reader.skipValue() }
    }
    return .namespace(name: result.name, labels: result.labels)
  }

  /// A budget without a selector covers nothing, one with an empty selector its whole namespace (`policy/v1`).
  private mutating func disruptionBudget(_ reader: inout JSONReader) throws(WireFormatError) -> ClusterObject {
    var budget = DisruptionBudget(namespace: "", name: "", selector: LabelSelector(), disruptionsAllowed: 0)
    var hasSelector = false
    try reader.forEachField { key, reader throws(WireFormatError) in
      switch key {
      case "metadata":
        let metadata = try metadata(&reader)
        budget.namespace = metadata.namespace
        budget.name = metadata.name
      case "spec":
        try reader.forEachField { key, reader throws(WireFormatError) in
          guard "selector" ~= key else {
            try reader.skipValue()
            return
          }
          if let selector = try labelSelector(&reader) {
            budget.selector = selector
            hasSelector = true
          }
        }
      case "status":
        try reader.forEachField { key, reader throws(WireFormatError) in
          if "disruptionsAllowed" ~= key {
            budget.disruptionsAllowed = Int(clamping: try reader.readInteger())
          } else {
            try reader.skipValue()
          }
        }
      default: try reader.skipValue()
      }
    }
    return hasSelector ? .disruptionBudget(budget) : .other(kind: "PodDisruptionBudget")
  }
}
