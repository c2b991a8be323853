package import ClusterModel

/// Nodes that earlier requests carried, found again by what identifies their content.
///
/// Without a node cache kube-scheduler sends the same nodes with every call. An API server gives an object a new resource
/// version with every change, so that UID, resource version and name stand for all that was read of it before.
package struct KnownNodes: Sendable {
  let identities: NameTable
  package let nodes: [Node]

  /// Nodes with their identities, as ``ExtenderArguments/newNodes`` names them.
  package init(_ nodes: [NewNode]) {
    identities = NameTable(nodes.map(\.identity))
    self.nodes = nodes.map(\.node)
  }

  /// Nothing is known.
  package static let none = KnownNodes([])
}

/// A node that a request carried and that was not known.
package struct NewNode: Hashable, Sendable {
  /// UID, resource version and name.
  package var identity: String
  package var node: Node

  package init(identity: String, node: Node) {
    self.identity = identity
    self.node = node
  }
}

/// Finds out what identifies a node without reading it. Keeps its memory for the next one.
struct NodeIdentity {
  /// UID, resource version and name, with a slash between.
  private(set) var bytes: [UInt8] = []

  /// Looks at the node that is the next value; nil where it has no plain identity, or where anything is wrong with it,
  /// which whoever reads it will find.
  mutating func read(_ reader: JSONReader) -> JSONText? {
    var reader = reader
    guard (try? reader.beginObject()) == true else { return nil }
    var isFirst = true
    while let key = try? reader.nextKey(&isFirst) {
      if "metadata" ~= key { return fromMetadata(&reader) }
      guard (try? reader.skipValue()) != nil else { return nil }
    }
    return nil
  }

  private mutating func fromMetadata(_ reader: inout JSONReader) -> JSONText? {
    guard (try? reader.beginObject()) == true else { return nil }
    var name: JSONText?
    var uid: JSONText?
    var version: JSONText?
    var isFirst = true
    while name == nil || uid == nil || version == nil {
      guard let key = try? reader.nextKey(&isFirst) else { return nil }
      let text: JSONText?
      switch key {
      case "name":
        text = Self.plain(&reader)
        name = text
      case "uid":
        text = Self.plain(&reader)
        uid = text
      case "resourceVersion":
        text = Self.plain(&reader)
        version = text
      default:
        guard (try? reader.skipValue()) != nil else { return nil }
        continue
      }
      if text == nil { return nil }
    }
    guard let name, let uid, let version else { return nil }
    bytes.removeAll(keepingCapacity: true)
    for (index, text) in [uid, version, name].enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: "/")) }
      unsafe bytes.append(contentsOf: text.source)
    }
    return name
  }

  /// A string of ordinary length, not empty, that is written as it is.
  private static func plain(_ reader: inout JSONReader) -> JSONText? {
    guard let text = (try? reader.readText()) ?? nil, !text.hasEscapes, (1...256).contains(text.range.count) else {
      return nil
    }
    return text
  }
}
