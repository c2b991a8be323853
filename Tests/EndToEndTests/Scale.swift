import TestSupport
import Testing

extension EndToEnd {
  /// Proof 5: a thousand nodes and two thousand pods.
  @Suite struct Scale {
    /// Six instance types in turn, a thousand nodes; 2,000 pods of one CPU fill about a third of the room.
    private static let fleet: [TestNode] = {
      let types = [
        ("c6a.2xlarge", "14Gi"), ("m6a.2xlarge", "28Gi"), ("m5.2xlarge", "28Gi"), ("c5.2xlarge", "14Gi"),
        ("m7i.2xlarge", "28Gi"), ("r5.2xlarge", "60Gi"),
      ]
      return (0..<1000).map { number in
        let (type, memory) = types[number % types.count]
        let zone = "us-east-1" + ["a", "b", "c"][number % 3]
        return .aws("node-\(number)", type, zone: zone, cpu: "7910m", memory: memory)
      }
    }()
    private static let pods = 2000

    @Test(.tags(.long), .timeLimit(.minutes(10)))
    func placesEveryPodWithoutAnError() async throws {
      let cluster = try await Installation.cluster()
      try await cluster.create(nodes: Self.fleet)
      let without = try await Self.run(in: cluster, extender: nil)
      let extender = try await Extender.start(watching: cluster, arguments: ["--log-level", "info"])
      let with = try await Self.run(in: cluster, extender: extender)
      let build =
        try await extender.metrics().matching("dakr_scheduler_build_info").first?.labels["configuration"] ?? ""
      print(
        """
        1,000 nodes, 2,000 pods, \(build) build: \(without.text) without the extender, \(with.text) with it; \
        its filter took \(with.filterMilliseconds) ms and its prioritize \(with.prioritizeMilliseconds) ms on average
        """)
      // 167 nodes of the cheapest type with room for seven pods each; all nodes are considered for every pod.
      #expect(with.onCheapest == 167 * 7)
      try await Self.expectNoErrors(of: extender)
      #expect(await extender.stop() == .exited(0))
      try await cluster.removeAllNodes()
    }

    private struct Outcome {
      let perPod: Duration
      let onCheapest: Int
      let filterMilliseconds: String
      let prioritizeMilliseconds: String
      var text: String { "\(rounded(perPod / .milliseconds(1))) ms per pod" }
    }

    /// Makes all pods first and then starts a kube-scheduler, so that creating them is not part of what is measured.
    private static func run(in cluster: TestCluster, extender: Extender?) async throws -> Outcome {
      let namespace = try await cluster.makeNamespace()
      try await cluster.create(pods: Fleet.pod("pod").replicated(pods), in: namespace)
      let scheduler = try await SchedulerProcess.start(
        in: cluster, names: ["dz-scheduler"], extenders: extender.map { [$0.stanza()] } ?? [])
      let start = ContinuousClock.now
      try await eventually("all pods are scheduled", timeout: .seconds(300), interval: .milliseconds(100)) {
        try await scheduler.attempts("scheduled") >= Double(pods)
      }
      let duration = ContinuousClock.now - start
      #expect(try await scheduler.attempts("error") == 0)
      #expect(try await scheduler.attempts("unschedulable") == 0)
      let placements = try await cluster.waitUntilBound(pods, in: namespace)
      #expect(placements.count == pods)
      await scheduler.stop()
      try await cluster.removePods(in: namespace)
      let metrics = try await extender?.metrics()
      return Outcome(
        perPod: duration / pods, onCheapest: placements.values.filter { number(of: $0) % 6 == 0 }.count,
        filterMilliseconds: average(of: "filter", metrics), prioritizeMilliseconds: average(of: "prioritize", metrics))
    }

    /// To two decimals.
    private static func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }

    private static func number(of node: String) -> Int { Int(node.dropFirst("node-".count)) ?? -1 }

    private static func average(of verb: String, _ metrics: MetricsText?) -> String {
      guard let metrics else { return "-" }
      let name = "dakr_scheduler_request_duration_seconds"
      let seconds =
        metrics.sum(name + "_sum", ["operation": verb]) / max(1, metrics.sum(name + "_count", ["operation": verb]))
      return "\(rounded(seconds * 1000))"
    }

    private static func expectNoErrors(of extender: Extender) async throws {
      let metrics = try await extender.metrics()
      for verb in ["filter", "prioritize"] {
        let answered = metrics.matching("dakr_scheduler_requests_total", ["operation": verb]).filter { $0.value > 0 }
        #expect(Set(answered.compactMap { $0.labels["status"] }) == ["200"], "\(answered)")
      }
      #expect(metrics.sum("dakr_scheduler_decisions_total", ["result": "error"]) == 0)
      #expect(metrics.sum("dakr_scheduler_decisions_total", ["result": "rejected_all"]) == 0)
      #expect(metrics.sum("dakr_scheduler_invalid_requests_total") == 0)
      #expect(metrics.sum("dakr_scheduler_nodes_unknown_total") == 0)
      #expect(metrics.sum("dakr_scheduler_informer_failures_total") == 0)
      #expect(metrics.sum("dakr_scheduler_requests_total", ["operation": "filter"]) >= Double(pods))
      #expect(metrics.sum("dakr_scheduler_limits_hit_total") == 0)
      #expect(metrics.sum("dakr_scheduler_requests_abandoned_total") == 0)
    }
  }
}
