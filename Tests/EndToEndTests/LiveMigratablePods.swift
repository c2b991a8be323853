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
      let cluster = try await Installation.cluster()
      let labelled = TestNode.aws("r5-labelled", "r5.2xlarge", cpu: "7910m", memory: "60Gi").withCheckpointing()
      try await cluster.withFleet(Fleet.mixed + [labelled]) { namespace in
        let extender = try await Extender.start(watching: nodeCacheCapable ? cluster : nil)
        let scheduler = try await SchedulerProcess.start(
          in: cluster, names: ["dz-scheduler"], extenders: [extender.stanza(nodeCacheCapable: nodeCacheCapable)])
        try await cluster.create(pods: Self.pods, in: namespace)
        let placements = try await cluster.waitUntilBound(4, in: namespace)
        #expect(
          placements == [
            "by-label": "r5-labelled", "by-annotation": "r5-labelled", "by-class": "r5-labelled",
            "opted-out": "c6a-cheapest",
          ])
        await scheduler.stop()
        await extender.stop()
      }
    }

    @Test(arguments: [true, false])
    func waitWithAReasonUntilANodeIsLabelled(nodeCacheCapable: Bool) async throws {
      let cluster = try await Installation.cluster()
      try await cluster.withFleet(Fleet.mixed) { namespace in
        let extender = try await Extender.start(watching: nodeCacheCapable ? cluster : nil)
        let scheduler = try await SchedulerProcess.start(
          in: cluster, names: ["dz-scheduler"], extenders: [extender.stanza(nodeCacheCapable: nodeCacheCapable)])
        var pod = Fleet.pod("migratable")
        pod.labels["dakr.devzero.io/live-migration"] = "true"
        try await cluster.create(pods: [pod], in: namespace)
        let event = try await eventually("an event says why the pod waits") {
          try await cluster.events(ofPod: "migratable", in: namespace).first { $0.reason == "FailedScheduling" }
        }
        // kube-scheduler counts nodes by identical sentence; one sentence for all six means that it is constant.
        let message = event.message ?? ""
        #expect(message.hasPrefix("0/6 nodes are available: 6 "), "\(message)")
        #expect(message.contains("dakr.devzero.io/checkpoint-node"), "\(message)")
        #expect(try await cluster.pod("migratable", in: namespace).spec.nodeName == nil)

        try await cluster.label(node: "r5-dear", [TestNode.checkpointLabel: "true"])
        #expect(try await cluster.waitUntilBound(1, in: namespace) == ["migratable": "r5-dear"])
        await scheduler.stop()
        await extender.stop()
      }
    }
  }
}
