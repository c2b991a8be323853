import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// Proof 6: a plan of a real API server's objects, read by us and written by kubectl.
  @Suite struct LivePlans {
    private struct Document: Decodable {
      struct Spec: Decodable {
        struct Move: Decodable, Equatable { let namespace, pod, from, to: String }
        struct Drain: Decodable { let node: String }
        let moves: [Move]
        let drains: [Drain]
      }
      struct Explanation: Decodable {
        struct Pods: Decodable { let reason: String }
        let podsThatStay: [Pods]
      }
      let spec: Spec
      let explanation: Explanation
    }

    private static let fleet: [TestNode] = ["one", "two", "three"].map { name in
      var node = TestNode.aws(name, "m5.xlarge", cpu: "3920m", memory: "14Gi").withCheckpointing()
      node.labels["karpenter.sh/nodepool"] = "default"
      return node
    }

    @Test func areTheSameFromTheServerAndFromKubectl() async throws {
      let cluster = try await Installation.cluster()
      try await cluster.withFleet(Self.fleet) { namespace in
        try await Self.place(cluster, namespace)
        let folder = try TemporaryFolder("plan")
        let kubeconfig = try cluster.kubeconfig(for: .administrator, in: folder).path
        let program = try RepositoryLayout.product("dakr-scheduler")
        let options = ["--deadline", "2s", "--output", "json", "--move-bare-pods"]
        let live = try await runProgramSuccessfully(program, ["plan", "--kubeconfig", kubeconfig] + options)
        let written = try await cluster.kubectl(
          ["get", "nodes,pods,pdb,pvc,pv,csinodes,namespaces", "--all-namespaces", "--output", "json"])
        let piped = try await runProgramSuccessfully(
          program, ["plan", "--from", "-"] + options, input: written.standardOutputBytes)
        let decoder = JSONDecoder()
        let fromServer = try decoder.decode(Document.self, from: Data(live.standardOutputBytes))
        let fromFile = try decoder.decode(Document.self, from: Data(piped.standardOutputBytes))
        #expect(fromServer.spec.moves == fromFile.spec.moves)
        #expect(Set(fromServer.spec.moves.map(\.pod)) == ["web-0", "web-1"])
        #expect(fromServer.spec.moves.allSatisfy { $0.to == "three" && $0.namespace == namespace })
        #expect(Set(fromServer.spec.drains.map(\.node)) == ["one", "two"])
        #expect(fromServer.explanation.podsThatStay.contains { $0.reason.contains("disruption budget") })
      }
    }

    /// A pod on each node; the one on `three` has a budget that allows nothing, since no controller counts here.
    private static func place(_ cluster: TestCluster, _ namespace: String) async throws {
      var pods = Fleet.pod("web").replicated(3)
      for index in pods.indices { pods[index].labels[TestPodLabel.liveMigration] = "true" }
      pods[2].labels["app"] = "guarded"
      try await cluster.create(pods: pods, in: namespace)
      for (pod, node) in zip(pods, fleet) {
        try await cluster.api.send(
          APICall(
            "POST", "/api/v1/namespaces/\(namespace)/pods/\(pod.name)/binding",
            body: ["metadata": ["name": "\(pod.name)"], "target": ["kind": "Node", "name": "\(node.name)"]]))
      }
      try await cluster.api.send(
        APICall(
          "POST", "/apis/policy/v1beta1/namespaces/\(namespace)/poddisruptionbudgets",
          body: [
            "metadata": ["name": "guarded"],
            "spec": ["minAvailable": 1, "selector": ["matchLabels": ["app": "guarded"]]],
          ]))
      try await cluster.markRunning(pods.map(\.name), in: namespace)
    }
  }
}

private enum TestPodLabel {
  static let liveMigration = "dakr.devzero.io/live-migration"
}
