/// The answers of each method.
extension ReferenceControlPlane {
  /// The string members of a request that any method reads.
  private struct Arguments {
    var teamID = ""
    var clusterID = ""
    var name = ""
    var nodeID = ""
    var nodeUID = ""

    init(_ body: [UInt8]) throws(JSONFault) {
      try JSONCursor.read(body) { (cursor) throws(JSONFault) in
        try cursor.object { (cursor, member) throws(JSONFault) in
          switch member {
          case "teamId", "team_id": teamID = try cursor.optionalString() ?? ""
          case "clusterId", "cluster_id": clusterID = try cursor.optionalString() ?? ""
          case "name": name = try cursor.optionalString() ?? ""
          case "nodeId", "node_id": nodeID = try cursor.optionalString() ?? ""
          case "nodeUid", "node_uid": nodeUID = try cursor.optionalString() ?? ""
          default: try cursor.skip()
          }
        }
      }
    }
  }

  func answer(_ request: ReferenceRequest) throws(ConnectFailure) -> [UInt8] {
    let methods = [ControlPlaneCall.clusterIDByName, .nodeGroups(clusterID: ""), .node(clusterID: "", nodeUID: "")]
    guard let call = methods.first(where: { request.path == "/" + $0.path }) else {
      throw ConnectFailure(code: .unimplemented, message: "there is no such method")
    }
    let arguments: Arguments
    do {
      arguments = try Arguments(request.body)
    } catch {
      throw ConnectFailure(code: .invalidArgument, message: "\(error.problem) at byte \(error.offset)")
    }
    guard teamID.isEmpty || arguments.teamID == teamID else {
      throw ConnectFailure(code: .notFound, message: "there is no such team")
    }
    if case .clusterIDByName = call {
      guard clusterName.isEmpty || arguments.name == clusterName else {
        throw ConnectFailure(code: .notFound, message: "there is no cluster of that name")
      }
      return JSONText.object([("id", clusterID)])
    }
    guard arguments.clusterID == clusterID else {
      throw ConnectFailure(code: .notFound, message: "there is no such cluster")
    }
    if case .nodeGroups = call { return nodeGroups() }
    return try node(arguments)
  }

  private func node(_ arguments: Arguments) throws(ConnectFailure) -> [UInt8] {
    guard !arguments.nodeID.isEmpty || !arguments.nodeUID.isEmpty else {
      throw ConnectFailure(code: .invalidArgument, message: "nodeId or nodeUid is needed")
    }
    let found = nodes.first { node in
      !arguments.nodeUID.isEmpty && node.uid == arguments.nodeUID
        || !arguments.nodeID.isEmpty && node.id == arguments.nodeID
    }
    guard let found else { throw ConnectFailure(code: .notFound, message: "there is no such node") }
    var bytes = Array("{\"node\":".utf8)
    found.append(to: &bytes)
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }

  private func nodeGroups() -> [UInt8] {
    guard !nodes.isEmpty else { return Array("{}".utf8) }
    var bytes = Array("{\"nodeGroups\":[{\"name\":\"reference\",\"nodes\":[".utf8)
    bytes.reserveCapacity(nodes.count * 200)
    for (place, node) in nodes.enumerated() {
      if place > 0 { bytes.append(UInt8(ascii: ",")) }
      node.append(to: &bytes)
    }
    bytes.append(contentsOf: "]}]}".utf8)
    return bytes
  }
}

extension ReferenceNode {
  /// What the API calls the node's id: the UID, or the name where that is not known.
  fileprivate var id: String { uid.isEmpty ? name : uid }

  /// Appends the `Node` message.
  fileprivate func append(to bytes: inout [UInt8]) {
    let texts = JSONText.object([
      ("id", id), ("name", name), ("instanceType", instanceType), ("region", region), ("zone", zone),
    ])
    bytes.append(contentsOf: texts.dropLast())
    let (units, nanos) = price.rawValue.quotientAndRemainder(dividingBy: 1_000_000_000)
    bytes.append(contentsOf: ",\"moneyPricePerHour\":{\"currencyCode\":\"USD\"".utf8)
    // protojson writes 64-bit integers as strings and leaves zeros out.
    if units != 0 { bytes.append(contentsOf: ",\"units\":\"\(units)\"".utf8) }
    if nanos != 0 { bytes.append(contentsOf: ",\"nanos\":\(nanos)".utf8) }
    bytes.append(contentsOf: "}}".utf8)
  }
}
