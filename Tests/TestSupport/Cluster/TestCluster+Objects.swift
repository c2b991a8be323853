import Foundation

/// What tests read of a pod.
package struct PodView: Decodable, Sendable {
  package struct Metadata: Decodable, Sendable {
    package let name: String
    package let uid: String
  }
  package struct Spec: Decodable, Sendable { package let nodeName: String? }
  package struct Condition: Decodable, Sendable {
    package let type: String
    package let status: String
    package let reason: String?
    package let message: String?
  }
  package struct Status: Decodable, Sendable {
    package let phase: String?
    package let conditions: [Condition]?
  }
  package let metadata: Metadata
  package let spec: Spec
  package let status: Status
}

/// What tests read of an event.
package struct EventView: Decodable, Sendable {
  package struct Subject: Decodable, Sendable { package let name: String? }
  package let type: String?
  package let reason: String?
  package let message: String?
  package let involvedObject: Subject
}

private struct List<Item: Decodable & Sendable>: Decodable, Sendable { let items: [Item] }

/// Making, changing and reading objects.
extension TestCluster {
  package func create(nodes: [TestNode]) async throws {
    try await api.sendAll(nodes.map { APICall("POST", "/api/v1/nodes", body: $0.json) })
  }

  package func create(pods: [TestPod], in namespace: String) async throws {
    try await api.sendAll(pods.map { APICall("POST", "/api/v1/namespaces/\(namespace)/pods", body: $0.json) })
  }

  /// Sets (or with nil removes) labels of a node.
  package func label(node: String, _ labels: [String: String?]) async throws {
    let members = labels.mapValues { $0.map(JSON.string) ?? .null }
    try await api.send(.patch("/api/v1/nodes/\(node)", ["metadata": ["labels": .object(members)]]))
  }

  package func pods(in namespace: String) async throws -> [PodView] {
    try await api.get("/api/v1/namespaces/\(namespace)/pods?resourceVersion=0", as: List<PodView>.self).items
  }

  package func pod(_ name: String, in namespace: String) async throws -> PodView {
    try await api.get("/api/v1/namespaces/\(namespace)/pods/\(name)")
  }

  /// Events about one pod, oldest first.
  package func events(ofPod name: String, in namespace: String) async throws -> [EventView] {
    let path = "/api/v1/namespaces/\(namespace)/events?fieldSelector=involvedObject.name=\(name)"
    return try await api.get(path, as: List<EventView>.self).items
  }

  /// Waits until `count` pods of the namespace have a node, and returns node by pod.
  package func waitUntilBound(
    _ count: Int, in namespace: String, timeout: Duration = .seconds(120)
  ) async throws -> [String: String] {
    try await eventually("\(count) pods of \(namespace) have a node", timeout: timeout, interval: .milliseconds(200)) {
      let placed = try await pods(in: namespace).compactMap { pod in
        pod.spec.nodeName.map { (pod.metadata.name, $0) }
      }
      return placed.count >= count ? Dictionary(placed) { $1 } : nil
    }
  }

  /// Writes the status that a kubelet would write for running pods.
  package func markRunning(_ names: [String], in namespace: String) async throws {
    try await api.sendAll(
      names.map { name in
        .patch("/api/v1/namespaces/\(namespace)/pods/\(name)/status", ["status": ["phase": "Running"]])
      })
  }

  /// Removes all pods of a namespace at once, as if their kubelets had stopped them.
  package func removePods(in namespace: String) async throws {
    try await api.send(APICall("DELETE", "/api/v1/namespaces/\(namespace)/pods?gracePeriodSeconds=0"))
  }

  package func removeAllNodes() async throws {
    try await api.send(APICall("DELETE", "/api/v1/nodes"))
  }

  /// Gives `body` a fleet and a namespace of its own, and takes both away after it, however it ends.
  package func withFleet<Result: Sendable>(
    _ nodes: [TestNode], _ body: (_ namespace: String) async throws -> Result
  ) async throws -> Result {
    try await create(nodes: nodes)
    let namespace = try await makeNamespace()
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body(namespace)) } catch { result = .failure(error) }
    try await removePods(in: namespace)
    try await removeAllNodes()
    return try result.get()
  }
}
