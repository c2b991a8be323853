/// One node as the reference control plane reports it.
package struct ReferenceNode: Hashable, Sendable {
  /// The UID of the Kubernetes object; empty where it is not known.
  package var uid: String
  /// The Kubernetes node name.
  package var name: String
  /// The instance type, region and zone; empty where not known.
  package var instanceType: String
  package var region: String
  package var zone: String
  /// The price.
  package var price: NanodollarsPerHour

  /// A node.
  package init(
    uid: String = "", name: String, instanceType: String = "", region: String = "", zone: String = "",
    price: NanodollarsPerHour
  ) {
    self.uid = uid
    self.name = name
    self.instanceType = instanceType
    self.region = region
    self.zone = zone
    self.price = price
  }
}

/// A request to the reference control plane, as a server received it.
package struct ReferenceRequest: Sendable {
  /// "POST".
  package let method: String
  /// The path without query.
  package let path: String
  /// The values of headers, by lower-case name.
  package let headers: [String: String]
  /// The body, decompressed.
  package let body: [UInt8]

  /// A request.
  package init(method: String, path: String, headers: [String: String], body: [UInt8]) {
    self.method = method
    self.path = path
    self.headers = headers
    self.body = body
  }
}

/// The answer of the reference control plane.
package struct ReferenceResponse: Hashable, Sendable {
  /// The HTTP status.
  package let status: Int
  /// The code in the body of a failure; nil for success. For metrics.
  package let code: ConnectCode?
  /// The JSON body, to be sent with `Content-Type: application/json`.
  package let body: [UInt8]
}

/// The node-cost API's answers from prices in memory: bytes in, bytes out, no sockets, any thread.
///
/// Meant for trials, for tests, and for teams without a hosted control plane: it knows one cluster.
package struct ReferenceControlPlane: Sendable {
  /// The largest request body that is read.
  package static let maximumRequestBytes = 64 << 10

  /// The cluster's id, as `GetClusterIDByName` answers it.
  package let clusterID: String
  /// The cluster's name; empty: any name is answered.
  package let clusterName: String
  /// The team's id; empty: any team is answered.
  package let teamID: String
  /// The nodes.
  package let nodes: [ReferenceNode]
  /// The tokens that are accepted; with none, every call is refused.
  private let tokens: [[UInt8]]

  /// A control plane of one cluster. Several tokens may be valid at once, so that one can be replaced without a gap;
  /// empty ones are ignored.
  package init(
    clusterID: String = "reference", clusterName: String = "", teamID: String = "", nodes: [ReferenceNode],
    tokens: [String]
  ) {
    self.clusterID = clusterID
    self.clusterName = clusterName
    self.teamID = teamID
    self.nodes = nodes
    self.tokens = tokens.filter { !$0.isEmpty }.map { Array($0.utf8) }
  }

  /// The nodes that a price file names in its `node` column.
  package static func nodes(named file: PriceFile) -> [ReferenceNode] {
    file.rows.filter { !$0.node.isEmpty }.map {
      ReferenceNode(
        name: $0.node, instanceType: $0.instanceType, region: $0.region ?? "", zone: $0.zone, price: $0.price)
    }
  }

  /// The nodes of a cluster whose facts are known, at a book's prices; nodes without a price are left out.
  package static func nodes(
    _ facts: [(uid: String, facts: NodePricingFacts)], pricedBy book: PriceBook
  ) -> [ReferenceNode] {
    facts.compactMap { uid, facts in
      guard let price = book.price(of: facts)?.nanodollarsPerHour, price.isCredible else { return nil }
      return ReferenceNode(
        uid: uid, name: facts.name, instanceType: facts.instanceType, region: facts.region, zone: facts.zone,
        price: price)
    }
  }

  /// Answers one request.
  package func respond(to request: ReferenceRequest) -> ReferenceResponse {
    do throws(ConnectFailure) {
      try check(request)
      return ReferenceResponse(status: 200, code: nil, body: try answer(request))
    } catch {
      let body = JSONText.object([("code", error.code.rawValue), ("message", error.message)])
      return ReferenceResponse(status: error.code.httpStatus, code: error.code, body: body)
    }
  }

  // MARK: Checks

  private func check(_ request: ReferenceRequest) throws(ConnectFailure) {
    guard isAuthorised(request.headers["authorization"] ?? "") else {
      throw ConnectFailure(code: .unauthenticated, message: "the bearer token is missing or not valid")
    }
    guard request.method == "POST" else {
      throw ConnectFailure(code: .unimplemented, message: "calls are made by POST")
    }
    let type = request.headers["content-type"] ?? ""
    guard type.lowercased().split(separator: ";").first?.trimmingSpaces == "application/json" else {
      throw ConnectFailure(code: .invalidArgument, message: "Content-Type must be application/json")
    }
    if let version = request.headers["connect-protocol-version"], version != "1" {
      throw ConnectFailure(code: .invalidArgument, message: "Connect-Protocol-Version must be 1")
    }
    guard request.body.count <= Self.maximumRequestBytes else {
      throw ConnectFailure(code: .resourceExhausted, message: "the request is larger than 64 KiB")
    }
  }

  /// Compares with every token, in a time that depends on the header's length only.
  private func isAuthorised(_ header: String) -> Bool {
    let scheme = "bearer "
    let bytes = Array(header.utf8)
    guard header.lowercased().hasPrefix(scheme) else { return false }
    let offered = bytes[scheme.utf8.count...]
    var isValid = false
    for token in tokens where Self.areEqual(Array(offered), token) { isValid = true }
    return isValid
  }

  /// Compares without telling by its duration where two texts differ.
  static func areEqual(_ offered: [UInt8], _ secret: [UInt8]) -> Bool {
    guard !secret.isEmpty else { return false }
    var difference = UInt64(offered.count ^ secret.count)
    for place in offered.indices { difference |= UInt64(offered[place] ^ secret[place % secret.count]) }
    return difference == 0
  }
}

extension Substring {
  fileprivate var trimmingSpaces: Substring {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return text
  }
}
