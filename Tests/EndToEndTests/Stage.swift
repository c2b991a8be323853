import TestSupport

/// What a proof works on: a fleet, a namespace, the extender and a kube-scheduler that asks it.
struct Stage: Sendable {
  let cluster: TestCluster
  let namespace: String
  let extender: Extender
  let scheduler: SchedulerProcess

  /// How a stage is set.
  struct Setting: Sendable {
    var nodeCacheCapable = true
    var http2 = true
    var schedulerNames = ["dz-scheduler"]
    /// Whether the extender may watch the API.
    var isWatching = true
    var arguments: [String] = []
    var environment: [String: String] = [:]
  }

  /// Sets the stage, runs `body` and clears it away. What `body` throws is thrown on, with the ends of both logs.
  static func with(
    _ nodes: [TestNode], _ setting: Setting = Setting(), _ body: (Stage) async throws -> Void
  ) async throws {
    let cluster = try await Installation.cluster()
    try await cluster.withFleet(nodes) { namespace in
      let extender = try await Extender.start(
        watching: setting.isWatching ? cluster : nil, arguments: setting.arguments, environment: setting.environment)
      let scheduler = try await SchedulerProcess.start(
        in: cluster, names: setting.schedulerNames,
        extenders: [extender.stanza(nodeCacheCapable: setting.nodeCacheCapable)], http2: setting.http2)
      let stage = Stage(cluster: cluster, namespace: namespace, extender: extender, scheduler: scheduler)
      do {
        try await body(stage)
      } catch {
        throw ProcessFailure(
          "\(error)\nkube-scheduler's log ends with: \(scheduler.process.output.suffix(2000))\n"
            + "the extender's log ends with: \(extender.process.output.suffix(3000))")
      }
      await scheduler.stop()
      await extender.stop()
    }
  }

  func create(_ pods: [TestPod]) async throws { try await cluster.create(pods: pods, in: namespace) }

  /// Waits until so many pods of the namespace have a node, and returns node by pod.
  func waitUntilBound(_ count: Int) async throws -> [String: String] {
    try await cluster.waitUntilBound(count, in: namespace)
  }
}
