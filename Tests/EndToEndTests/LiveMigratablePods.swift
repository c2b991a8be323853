import TestSupport
import Testing

extension EndToEnd {
  /// Proof 2: live-migratable pods land only on labelled nodes.
  @Suite struct LiveMigratablePods {
    /// The ways in which a pod says that it is live-migratable, and one in which it says that it is not.
    private static var pods: [TestPod] {
      var byLabel = Fleet.pod("by-label")
      byLabel.labels["dakr.devzero.io/live-migration"] = "true"
      var byAnnotation = Fleet.pod("by-annotation")
      byAnnotation.annotations["dakr.devzero.io/live-migration"] = "true"
      var byClass = Fleet.pod("by-class")
      byClass.runtimeClassName = "checkpoint"
      var optedOut = Fleet.pod("opted-out")
      optedOut.runtimeClassName = "checkpoint"
      optedOut.labels["dakr.devzero.io/live-migration"] = "false"
      return [byLabel, byAnnotation, byClass, optedOut]
    }

    @Test(arguments: [true, false])
    func landOnLabelledNodesOnly(nodeCacheCapable: Bool) async throws {
      let labelled = TestNode.aws("r5-labelled", "r5.2xlarge", cpu: "7910m", memory: "60Gi").withCheckpointing()
      let setting = Stage.Setting(nodeCacheCapable: nodeCacheCapable, isWatching: nodeCacheCapable)
      try await Stage.with(Fleet.mixed + [labelled], setting) { stage in
        try await stage.create(Self.pods)
        #expect(
          try await stage.waitUntilBound(4) == [
            "by-label": "r5-labelled", "by-annotation": "r5-labelled", "by-class": "r5-labelled",
            "opted-out": "c6a-cheapest",
          ])
      }
    }

    @Test(arguments: [true, false])
    func waitWithAReasonUntilANodeIsLabelled(nodeCacheCapable: Bool) async throws {
      let setting = Stage.Setting(nodeCacheCapable: nodeCacheCapable, isWatching: nodeCacheCapable)
      try await Stage.with(Fleet.mixed, setting) { stage in
        var pod = Fleet.pod("migratable")
        pod.labels["dakr.devzero.io/live-migration"] = "true"
        try await stage.create([pod])
        let event = try await eventually("an event says why the pod waits") {
          try await stage.cluster.events(ofPod: "migratable", in: stage.namespace)
            .first { $0.reason == "FailedScheduling" }
        }
        // kube-scheduler counts nodes by identical sentence: one sentence for all six.
        #expect(
          event.message == "0/6 nodes are available: 6 node(s) without label dakr.devzero.io/checkpoint-node=true, "
            + "which live-migratable pods need.")
        #expect(try await stage.cluster.pod("migratable", in: stage.namespace).spec.nodeName == nil)

        try await stage.cluster.label(node: "r5-dear", [TestNode.checkpointLabel: "true"])
        #expect(try await stage.waitUntilBound(1) == ["migratable": "r5-dear"])
      }
    }
  }
}
