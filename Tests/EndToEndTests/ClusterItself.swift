import TestSupport
import Testing

extension EndToEnd {
  /// The cluster that all other proofs stand on, without the product.
  @Suite struct ClusterItself {
    @Test func schedulesPodsWithoutAnExtender() async throws {
      let cluster = try await TestCluster.shared()
      try await cluster.withFleet([.bare("node-a", cpu: "4", memory: "16Gi")]) { namespace in
        let scheduler = try await SchedulerProcess.start(in: cluster, names: ["plain"], extenders: [])
        try await cluster.create(
          pods: [TestPod("ours", schedulerName: "plain"), TestPod("others", schedulerName: "nobody")], in: namespace)
        let placements = try await cluster.waitUntilBound(1, in: namespace)
        #expect(placements == ["ours": "node-a"])
        #expect(try await scheduler.attempts("scheduled") == 1)
        await scheduler.stop()
      }
    }

    @Test func leavesPodsPendingWhileTheExtenderIsDown() async throws {
      let cluster = try await TestCluster.shared()
      let nodes: [TestNode] = [
        .bare("node-a", cpu: "4", memory: "16Gi"), .bare("node-b", cpu: "4", memory: "16Gi"),
      ]
      try await cluster.withFleet(nodes) { namespace in
        let nobody = ExtenderStanza(urlPrefix: "http://127.0.0.1:\(try freePort())")
        let scheduler = try await SchedulerProcess.start(in: cluster, names: ["dz-scheduler"], extenders: [nobody])
        try await cluster.create(pods: [TestPod("waiting", schedulerName: "dz-scheduler")], in: namespace)
        let event = try await eventually("an event says that scheduling failed") {
          try await cluster.events(ofPod: "waiting", in: namespace).first { $0.reason == "FailedScheduling" }
        }
        #expect(event.message?.contains("connection refused") == true)
        #expect(try await cluster.pod("waiting", in: namespace).spec.nodeName == nil)
        #expect(try await scheduler.attempts("error") >= 1)
        await scheduler.stop()
      }
    }
  }
}
