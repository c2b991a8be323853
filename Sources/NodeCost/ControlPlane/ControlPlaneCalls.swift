/// Which control plane, which cluster, and how patiently.
package struct ControlPlaneSettings: Sendable {
  /// `https://host[:port][/prefix]`; a trailing slash does not matter.
  package var address: String
  /// The team's id, as the control plane knows it.
  package var teamID: String
  /// The cluster's id; empty: it is asked for by name.
  package var clusterID: String
  /// The cluster's name, used where the id is empty.
  package var clusterName: String
  /// Optional: narrows the search by name.
  package var region: String
  /// Optional: narrows the search by name.
  package var cloudProvider: String
  /// `X-Client`: name and version of this program.
  package var client: String
  /// One call's time; default 10 s.
  package var timeoutMilliseconds: UInt64 = 10_000
  /// Time between refreshes; default 60 s, at least 1 s. Each wait varies by up to a tenth.
  package var refreshIntervalNanoseconds: UInt64 = 60_000_000_000
  /// How long the last good prices are used; default 1 h.
  package var maximumAgeNanoseconds: UInt64 = 3_600_000_000_000
  /// The largest response; default 64 MiB.
  package var maximumResponseBytes = 64 << 20

  /// Settings with the default times.
  package init(
    address: String = "https://dakr.devzero.io", teamID: String = "", clusterID: String = "", clusterName: String = "",
    region: String = "", cloudProvider: String = "", client: String = "dakr-scheduler/0"
  ) {
    self.address = address
    self.teamID = teamID
    self.clusterID = clusterID
    self.clusterName = clusterName
    self.region = region
    self.cloudProvider = cloudProvider
    self.client = client
  }
}

/// The calls of the node-cost API.
package enum ControlPlaneCall: Hashable, Sendable {
  /// The id of the cluster that the settings name.
  case clusterIDByName
  /// All nodes of a cluster with their prices.
  case nodeGroups(clusterID: String)
  /// One node, by the UID of its Kubernetes object.
  case node(clusterID: String, nodeUID: String)

  /// The method's name, for metrics: a bounded set.
  package var method: String {
    switch self {
    case .clusterIDByName: "GetClusterIDByName"
    case .nodeGroups: "GetNodeGroups"
    case .node: "GetNode"
    }
  }

  /// Service and method, as they stand in the path.
  var path: String {
    switch self {
    case .clusterIDByName: "api.v1.ClusterService/GetClusterIDByName"
    case .nodeGroups: "api.v1.K8SService/GetNodeGroups"
    case .node: "api.v1.K8SService/GetNode"
    }
  }

  /// The request to send.
  package func request(_ settings: ControlPlaneSettings, token: String) -> ConnectRequest {
    let address = settings.address.hasSuffix("/") ? String(settings.address.dropLast()) : settings.address
    return ConnectRequest(
      url: "\(address)/\(path)",
      headers: [
        ("Content-Type", "application/json"), ("Connect-Protocol-Version", "1"),
        ("Connect-Timeout-Ms", String(settings.timeoutMilliseconds)), ("Authorization", "Bearer \(token)"),
        ("X-Client", settings.client),
      ],
      body: body(settings), timeoutMilliseconds: settings.timeoutMilliseconds,
      maximumResponseBytes: settings.maximumResponseBytes)
  }

  private func body(_ settings: ControlPlaneSettings) -> [UInt8] {
    switch self {
    case .clusterIDByName:
      JSONText.object([
        ("teamId", settings.teamID), ("name", settings.clusterName), ("region", settings.region),
        ("cloudProvider", settings.cloudProvider),
      ])
    case .nodeGroups(let clusterID):
      JSONText.object([("teamId", settings.teamID), ("clusterId", clusterID)])
    case .node(let clusterID, let nodeUID):
      JSONText.object([("teamId", settings.teamID), ("clusterId", clusterID), ("nodeUid", nodeUID)])
    }
  }
}

extension ControlPlaneCall {
  /// The cluster id in a `GetClusterIDByName` response.
  package static func clusterID(in response: ConnectResponse) throws(ConnectFailure) -> String {
    let id: String?
    do {
      id = try JSONCursor.read(response.body) { (cursor) throws(JSONFault) in
        var id: String?
        try cursor.object { (cursor, name) throws(JSONFault) in
          if name == "id" { id = try cursor.optionalString() } else { try cursor.skip() }
        }
        return id
      }
    } catch {
      throw ConnectFailure(malformed: error)
    }
    guard let id, !id.isEmpty, id.utf8.count <= 256 else {
      throw ConnectFailure(code: .notFound, message: "the control plane names no cluster id")
    }
    return id
  }
}

extension ConnectFailure {
  /// A 200 whose body is not JSON as expected.
  init(malformed fault: JSONFault) {
    self.init(code: .malformedResponse, message: "\(fault.problem) at byte \(fault.offset) of the response")
  }
}
