/// The path of a collection, an object or a fixed endpoint on an API server, from parts that are encoded one by one: no
/// name can leave its segment.
package struct ResourcePath: Sendable, Hashable, CustomStringConvertible {
  /// Unencoded segments.
  private var segments: [String]
  /// For people, such as `nodes` or `secrets of namespace dakr`.
  package private(set) var description: String

  /// - Parameters:
  ///   - group: Empty for the core group.
  ///   - version: Such as `v1`.
  ///   - resource: The plural, such as `nodes`.
  ///   - namespace: Nil for cluster-wide resources, or to address all namespaces at once.
  ///   - name: Nil for the collection.
  ///   - subresource: Such as `status`.
  package init(
    group: String = "", version: String = "v1", resource: String, namespace: String? = nil, name: String? = nil,
    subresource: String? = nil
  ) {
    segments = group.isEmpty ? ["api", version] : ["apis", group, version]
    description = resource
    if let namespace { segments += ["namespaces", namespace] }
    segments.append(resource)
    if let name {
      segments.append(name)
      description += "/\(name)"
    }
    if let subresource {
      segments.append(subresource)
      description += "/\(subresource)"
    }
    if let namespace { description += " of namespace \(namespace)" }
  }

  /// An endpoint outside the resource tree, such as `["version"]` or `["readyz"]`.
  package init(endpoint segments: [String]) {
    self.segments = segments
    description = "/" + segments.joined(separator: "/")
  }

  package static let nodes = ResourcePath(resource: "nodes")
  package static let pods = ResourcePath(resource: "pods")

  /// Percent-encoded, starting with a slash.
  package var encoded: String {
    segments.map { "/" + PercentEncoding.segment($0) }.joined()
  }

  /// Path and query as they stand in a URL.
  package func encoded(query: [QueryItem]) -> String {
    guard !query.isEmpty else { return encoded }
    let items = query.map { "\(PercentEncoding.component($0.name))=\(PercentEncoding.component($0.value))" }
    return encoded + "?" + items.joined(separator: "&")
  }
}

/// One `name=value` of a query, unencoded.
package struct QueryItem: Sendable, Hashable {
  package var name: String
  package var value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// Which objects of a collection are meant; see "Labels and Selectors" and "Field Selectors" in the Kubernetes concepts.
package struct ObjectSelector: Sendable, Hashable {
  package var labels: String
  package var fields: String

  package init(labels: String = "", fields: String = "") {
    self.labels = labels
    self.fields = fields
  }

  package static let everything = ObjectSelector()

  /// The one object of this name: how a single Secret or ConfigMap is watched with rights to nothing else.
  package static func named(_ name: String) -> ObjectSelector {
    ObjectSelector(fields: "metadata.name=\(name)")
  }

  var query: [QueryItem] {
    var items: [QueryItem] = []
    if !labels.isEmpty { items.append(QueryItem("labelSelector", labels)) }
    if !fields.isEmpty { items.append(QueryItem("fieldSelector", fields)) }
    return items
  }
}

/// RFC 3986 §2: everything but unreserved characters becomes `%XX`.
enum PercentEncoding {
  static func component(_ text: String) -> String {
    var encoded: [UInt8] = []
    for byte in text.utf8 {
      if isUnreserved(byte) { encoded.append(byte) } else { append(byte, to: &encoded) }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  /// As ``component(_:)``, but `.` and `..` are encoded too: a server or proxy would otherwise climb the tree.
  static func segment(_ text: String) -> String {
    text == "." || text == ".." ? String(repeating: "%2E", count: text.utf8.count) : component(text)
  }

  private static func append(_ byte: UInt8, to encoded: inout [UInt8]) {
    let digits = Array("0123456789ABCDEF".utf8)
    encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"):
      true
    default:
      false
    }
  }
}
