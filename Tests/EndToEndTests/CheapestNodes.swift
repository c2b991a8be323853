import TestSupport
import Testing

extension EndToEnd {
  /// Proof 1: pods land on the cheapest suitable nodes, whatever the cache mode and the protocol; other pods are untouched.
  @Suite struct CheapestNodes {
    @Test(arguments: [true, false], [true, false])
    func takePodsUntilTheyAreFull(nodeCacheCapable: Bool, http2: Bool) async throws {
      let cluster = try await Installation.cluster()
      try await cluster.withFleet(Fleet.mixed) { namespace in
        // Without node cache the request alone must do: no access to the API.
        let extender = try await Extender.start(watching: nodeCacheCapable ? cluster : nil)
        let scheduler = try await SchedulerProcess.start(
          in: cluster, names: ["dz-scheduler"], extenders: [extender.stanza(nodeCacheCapable: nodeCacheCapable)],
          http2: http2)
        try await cluster.create(pods: Fleet.pod("web").replicated(12), in: namespace)
        let placements = try await cluster.waitUntilBound(12, in: namespace)
        #expect(count(placements) == ["c6a-cheapest": 7, "m6a-second": 5])
        #expect(try await scheduler.attempts("error") == 0)

        let requests = try await extender.metrics().matching("dakr_scheduler_requests_total")
        for verb in ["filter", "prioritize"] {
          let answered = requests.filter { $0.labels["operation"] == verb && $0.labels["status"] == "200" }
          #expect(answered.reduce(0) { $0 + $1.value } >= 12)
          #expect(Set(answered.compactMap { $0.labels["protocol"] }) == [http2 ? "h2" : "http/1.1"])
        }
        await scheduler.stop()
        #expect(await extender.stop() == .exited(0))
      }
    }

    @Test func leaveNodesWithGraphicsToPodsThatNeedThem() async throws {
      let cluster = try await Installation.cluster()
      try await cluster.withFleet(Fleet.mixed) { namespace in
        let extender = try await Extender.start(watching: cluster)
        let scheduler = try await SchedulerProcess.start(
          in: cluster, names: ["dz-scheduler"], extenders: [extender.stanza()])
        var pod = Fleet.pod("training")
        pod.requests["nvidia.com/gpu"] = "1"
        pod.limits["nvidia.com/gpu"] = "1"
        try await cluster.create(pods: [pod, Fleet.pod("web")], in: namespace)
        let placements = try await cluster.waitUntilBound(2, in: namespace)
        #expect(placements == ["training": "g4dn-with-gpu", "web": "c6a-cheapest"])
        await scheduler.stop()
        await extender.stop()
      }
    }

    @Test func areThoseWhoseAnnotationSaysSo() async throws {
      let cluster = try await Installation.cluster()
      var reserved = TestNode.aws("r5-reserved", "r5.2xlarge", cpu: "7910m", memory: "60Gi")
      reserved.annotations["dakr.devzero.io/hourly-cost"] = "0.0960"
      try await cluster.withFleet(Fleet.mixed + [reserved]) { namespace in
        let extender = try await Extender.start(watching: cluster)
        let scheduler = try await SchedulerProcess.start(
          in: cluster, names: ["dz-scheduler"], extenders: [extender.stanza()])
        try await cluster.create(pods: Fleet.pod("web").replicated(3), in: namespace)
        #expect(count(try await cluster.waitUntilBound(3, in: namespace)) == ["r5-reserved": 3])
        await scheduler.stop()
        await extender.stop()
      }
    }

    /// kube-scheduler sends pods of all its profiles to every extender; those of other names must pass untouched.
    @Test func areNoMatterToPodsOfOtherSchedulers() async throws {
      let cluster = try await Installation.cluster()
      // Full of memory but for little: in-tree packing prefers the dear node, the extender would prefer the cheap one.
      let nodes: [TestNode] = [
        .aws("cheap-and-roomy", "c6a.2xlarge", cpu: "7910m", memory: "14Gi"),
        .aws("dear-and-tight", "r5.2xlarge", cpu: "2", memory: "2Gi"),
      ]
      try await cluster.withFleet(nodes) { namespace in
        let extender = try await Extender.start(watching: cluster)
        let scheduler = try await SchedulerProcess.start(
          in: cluster, names: ["dz-scheduler", "other-scheduler"], extenders: [extender.stanza()])
        var migratable = Fleet.pod("other-migratable", schedulerName: "other-scheduler")
        migratable.labels["dakr.devzero.io/live-migration"] = "true"
        migratable.nodeSelector = ["kubernetes.io/hostname": "cheap-and-roomy"]
        let others = [Fleet.pod("other", schedulerName: "other-scheduler"), migratable]
        try await cluster.create(pods: others + [Fleet.pod("ours")], in: namespace)
        try await cluster.create(pods: [Fleet.pod("nobodys", schedulerName: "nobody")], in: namespace)
        let placements = try await cluster.waitUntilBound(3, in: namespace)
        #expect(
          placements == [
            "other": "dear-and-tight", "other-migratable": "cheap-and-roomy", "ours": "cheap-and-roomy",
          ])
        await scheduler.stop()
        await extender.stop()
      }
    }
  }
}

/// How many pods each node has.
func count(_ placements: [String: String]) -> [String: Int] {
  placements.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
}
