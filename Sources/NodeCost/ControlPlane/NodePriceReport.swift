/// Why a node that the control plane names has no usable price from it.
package enum OddPrice: String, CaseIterable, Sendable {
  /// No price field at all.
  case absent
  /// A currency other than US dollars.
  case otherCurrency = "other_currency"
  /// Zero or below, or units and nanos of different sign.
  case notPositive = "not_positive"
  /// Above ``NanodollarsPerHour/highestCredible``, or too large for the type.
  case tooLarge = "too_large"
  /// A price field of a wrong type or form, or stated twice.
  case malformed
  /// A node without a name, or that is no object.
  case unnamed
  /// Two prices for one name.
  case ambiguous
}

/// The prices in a response, and how many nodes had none and why.
package struct NodePriceReport: Hashable, Sendable {
  /// Prices by Kubernetes node name, nanodollars per hour.
  package private(set) var nanodollarsPerHour: [String: Int64] = [:]
  /// Nodes without a usable price, by reason.
  package private(set) var odd: [OddPrice: Int] = [:]
  /// Names that were given two prices.
  private var ambiguousNames: Set<String> = []

  /// The longest node name that is kept: a DNS subdomain has 253 characters.
  static let maximumNameBytes = 253

  /// Reads a `GetNodeGroups` response: `nodeGroups[].nodes[]`. Missing lists are empty ones.
  package init(nodeGroups response: ConnectResponse) throws(ConnectFailure) {
    var report = NodePriceReport()
    do throws(JSONFault) {
      try JSONCursor.read(response.body) { (cursor) throws(JSONFault) in
        try cursor.object { (cursor, name) throws(JSONFault) in
          guard name == "nodeGroups" || name == "node_groups" else { return try cursor.skip() }
          try Self.list(&cursor) { (cursor) throws(JSONFault) in try report.readGroup(&cursor) }
        }
      }
    } catch {
      throw ConnectFailure(malformed: error)
    }
    self = report
  }

  /// Reads a `GetNode` response: `node`.
  package init(node response: ConnectResponse) throws(ConnectFailure) {
    var report = NodePriceReport()
    do throws(JSONFault) {
      try JSONCursor.read(response.body) { (cursor) throws(JSONFault) in
        try cursor.object { (cursor, name) throws(JSONFault) in
          if name == "node" { try report.readNode(&cursor) } else { try cursor.skip() }
        }
      }
    } catch {
      throw ConnectFailure(malformed: error)
    }
    self = report
  }

  private init() {}

  /// Reads an array; anything else is passed over as an empty one.
  private static func list(
    _ cursor: inout JSONCursor, _ element: (inout JSONCursor) throws(JSONFault) -> Void
  ) throws(JSONFault) {
    if try cursor.kind() == .array { try cursor.array(element) } else { try cursor.skip() }
  }

  private mutating func readGroup(_ cursor: inout JSONCursor) throws(JSONFault) {
    guard try cursor.kind() == .object else { return try cursor.skip() }
    try cursor.object { (cursor, name) throws(JSONFault) in
      guard name == "nodes" else { return try cursor.skip() }
      try Self.list(&cursor) { (cursor) throws(JSONFault) in try readNode(&cursor) }
    }
  }

  private mutating func readNode(_ cursor: inout JSONCursor) throws(JSONFault) {
    guard try cursor.kind() == .object else {
      count(.unnamed)
      return try cursor.skip()
    }
    var fields = PriceFields()
    try cursor.object { (cursor, name) throws(JSONFault) in try fields.readMember(name, &cursor) }
    guard let name = fields.name, !name.isEmpty, name.utf8.count <= Self.maximumNameBytes else {
      return count(.unnamed)
    }
    switch fields.price {
    case .success(let price): add(name, price)
    case .failure(let odd): count(odd.reason)
    }
  }

  private mutating func add(_ name: String, _ price: Int64) {
    guard !ambiguousNames.contains(name) else { return count(.ambiguous) }
    guard let earlier = nanodollarsPerHour.updateValue(price, forKey: name), earlier != price else { return }
    nanodollarsPerHour[name] = nil
    ambiguousNames.insert(name)
    count(.ambiguous)
  }

  private mutating func count(_ reason: OddPrice) {
    odd[reason, default: 0] += 1
  }
}
