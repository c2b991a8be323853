import TestSupport
import Testing

extension EndToEnd {
  /// Proof 1: pods land on the cheapest suitable nodes, whatever the cache mode and the protocol; other pods are untouched.
  @Suite struct CheapestNodes {
    @Test(arguments: [true, false], [true, false])
    func takePodsUntilTheyAreFull(nodeCacheCapable: Bool, http2: Bool) async throws {
      // Without node cache the request alone must do: no access to the API.
      let setting = Stage.Setting(nodeCacheCapable: nodeCacheCapable, http2: http2, isWatching: nodeCacheCapable)
      try await Stage.with(Fleet.mixed, setting) { stage in
        try await stage.create(Fleet.pod("web").replicated(12))
        let placements = try await stage.waitUntilBound(12)
        #expect(count(placements) == ["c6a-cheapest": 7, "m6a-second": 5])
        #expect(try await stage.scheduler.attempts("error") == 0)

        let requests = try await stage.extender.metrics().matching("dakr_scheduler_requests_total")
        for verb in ["filter", "prioritize"] {
          let answered = requests.filter { $0.labels["operation"] == verb && $0.value > 0 }
          #expect(answered.reduce(0) { $0 + $1.value } >= 12)
          #expect(Set(answered.compactMap { $0.labels["status"] }) == ["200"])
          #expect(Set(answered.compactMap { $0.labels["protocol"] }) == [http2 ? "h2" : "http/1.1"])
        }
        #expect(await stage.extender.stop() == .exited(0))
      }
    }

    /// Each cloud names provider, region, type and spot capacity in its own way. The cheapest node has the most memory, so that
    /// in-tree packing alone would not choose it.
    private static let clouds: [(name: String, nodes: [TestNode], cheapest: String)] = [
      (
        "Google",
        [
          .gcp("gke-on-demand", "n2d-standard-4", cpu: "3920m", memory: "12Gi"),
          .gcp("gke-spot", "n2d-standard-4", zone: "us-central1-b", spot: true, cpu: "3920m", memory: "13Gi"),
          .gcp("gke-cheap-family", "e2-standard-4", cpu: "3920m", memory: "12Gi"),
        ], "gke-spot"
      ),
      (
        "Azure",
        [
          .azure("aks-intel", "Standard_D4s_v5", cpu: "3860m", memory: "12Gi"),
          .azure("aks-amd", "Standard_D4as_v5", cpu: "3860m", memory: "13Gi"),
          .azure("aks-with-disk", "Standard_D4ads_v5", cpu: "3860m", memory: "12Gi"),
        ], "aks-amd"
      ),
      (
        "Amazon, two regions",
        [
          .aws("ireland", "m5.2xlarge", zone: "eu-west-1a", cpu: "7910m", memory: "28Gi"),
          .aws("virginia", "m5.2xlarge", zone: "us-east-1a", cpu: "7910m", memory: "29Gi"),
          .aws("sydney", "m5.2xlarge", zone: "ap-southeast-2a", cpu: "7910m", memory: "28Gi"),
        ], "virginia"
      ),
    ]

    @Test(arguments: clouds.indices) func areKnownInEveryCloud(index: Int) async throws {
      let cloud = Self.clouds[index]
      try await Stage.with(cloud.nodes) { stage in
        try await stage.create(Fleet.pod("web").replicated(3))
        #expect(count(try await stage.waitUntilBound(3)) == [cloud.cheapest: 3], "\(cloud.name)")
        let priced = try await stage.extender.metrics().matching(
          "dakr_scheduler_nodes_by_price_source", ["source": "catalogue"])
        #expect(priced.first?.value == 3)
      }
    }

    @Test func leaveNodesWithGraphicsToPodsThatNeedThem() async throws {
      try await Stage.with(Fleet.mixed) { stage in
        var pod = Fleet.pod("training")
        pod.requests["nvidia.com/gpu"] = "1"
        pod.limits["nvidia.com/gpu"] = "1"
        try await stage.create([pod, Fleet.pod("web")])
        #expect(try await stage.waitUntilBound(2) == ["training": "g4dn-with-gpu", "web": "c6a-cheapest"])
      }
    }

    @Test func areThoseWhoseAnnotationSaysSo() async throws {
      var reserved = TestNode.aws("r5-reserved", "r5.2xlarge", cpu: "7910m", memory: "60Gi")
      reserved.annotations["dakr.devzero.io/hourly-cost"] = "0.0960"
      try await Stage.with(Fleet.mixed + [reserved]) { stage in
        try await stage.create(Fleet.pod("web").replicated(3))
        #expect(count(try await stage.waitUntilBound(3)) == ["r5-reserved": 3])
      }
    }

    /// kube-scheduler sends pods of all its profiles to every extender; those of other names must pass untouched.
    @Test func areNoMatterToPodsOfOtherSchedulers() async throws {
      // In-tree packing prefers the small dear node, the extender prefers the cheap one.
      let nodes: [TestNode] = [
        .aws("cheap-and-roomy", "c6a.2xlarge", cpu: "7910m", memory: "14Gi"),
        .aws("dear-and-tight", "r5.2xlarge", cpu: "2", memory: "2Gi"),
      ]
      try await Stage.with(nodes, Stage.Setting(schedulerNames: ["dz-scheduler", "other-scheduler"])) { stage in
        var migratable = Fleet.pod("other-migratable", schedulerName: "other-scheduler")
        migratable.labels["dakr.devzero.io/live-migration"] = "true"
        migratable.nodeSelector = ["kubernetes.io/hostname": "cheap-and-roomy"]
        try await stage.create([Fleet.pod("other", schedulerName: "other-scheduler"), migratable, Fleet.pod("ours")])
        try await stage.create([Fleet.pod("nobodys", schedulerName: "nobody")])
        #expect(
          try await stage.waitUntilBound(3) == [
            "other": "dear-and-tight", "other-migratable": "cheap-and-roomy", "ours": "cheap-and-roomy",
          ])
      }
    }
  }
}

/// How many pods each node has.
func count(_ placements: [String: String]) -> [String: Int] {
  placements.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
}
