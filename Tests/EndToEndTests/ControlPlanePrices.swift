import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// Proof 3: a control plane's prices decide where pods go; losing it or its token does not stop scheduling.
  @Suite struct ControlPlanePrices {
    /// Everything that the steps of the test below work on.
    private struct Scene {
      let stage: Stage
      let folder: TemporaryFolder
      let controlPlane: ReferenceControlPlane

      /// Schedules one pod and says where it went.
      func place(_ name: String) async throws -> String? {
        try await stage.create([Fleet.pod(name)])
        return try await eventually("pod \(name) has a node") {
          try await stage.cluster.pod(name, in: stage.namespace).spec.nodeName
        }
      }

      /// Refreshes with that result so far.
      func refreshes(_ result: String) async throws -> Double {
        try await stage.extender.metrics().sum("dakr_scheduler_control_plane_refreshes_total", ["result": result])
      }

      func waitForRefresh(_ result: String) async throws {
        let before = try await refreshes(result)
        // Two, since the first may have been under way when its answer was changed.
        try await eventually("two more refreshes are \(result)") { try await refreshes(result) >= before + 2 }
      }
    }

    @Test func decideWherePodsGo() async throws {
      try await onScene { scene in
        #expect(try await scene.place("first") == "m5-small-one")
        // The price changes: so does the place of the next pod.
        try scene.folder.write("prices.csv", Self.prices(cheapest: "r5-dear"))
        try await eventually("the new price is known") {
          let prices = try await scene.stage.extender.metrics().matching(
            "dakr_scheduler_node_price_dollars_per_hour", ["node": "r5-dear"])
          return prices.first?.value == 0.008
        }
        #expect(try await scene.place("second") == "r5-dear")
      }
    }

    @Test func stayInUseWhenTheControlPlaneStops() async throws {
      try await onScene { scene in
        #expect(try await scene.place("before") == "m5-small-one")
        await scene.controlPlane.stop()
        try await scene.waitForRefresh("failed")
        #expect(try await scene.place("after") == "m5-small-one")
        #expect(try await scene.stage.scheduler.attempts("error") == 0)
        #expect(try await scene.stage.extender.health("/readyz"))
      }
    }

    @Test func areFetchedWithARotatedTokenWithoutARestart() async throws {
      try await onScene { scene in
        try scene.folder.write("accepted-tokens", "second-token\n")
        try await scene.waitForRefresh("failed")
        #expect(try await scene.place("with-old-token") == "m5-small-one")
        try scene.folder.write("token", "second-token\n")
        try await scene.waitForRefresh("ok")
        #expect(try await scene.place("with-new-token") == "m5-small-one")
        // Neither token may show anywhere.
        let written = scene.stage.extender.process.output + scene.controlPlane.process.output
        let page = try await scene.stage.extender.metricsPage()
        #expect(!(written + page).contains("first-token") && !(written + page).contains("second-token"))
      }
    }

    /// Nodes with the prices of their control plane: all dear but one.
    private static func prices(cheapest: String) -> String {
      "node,usd_per_hour\n" + Fleet.mixed.map { "\($0.name),\($0.name == cheapest ? "0.008" : "4.0")\n" }.joined()
    }

    private func onScene(_ body: (Scene) async throws -> Void) async throws {
      let folder = try TemporaryFolder("prices")
      let prices = try folder.write("prices.csv", Self.prices(cheapest: "m5-small-one"))
      let accepted = try folder.write("accepted-tokens", "first-token\n")
      let token = try folder.write("token", "first-token\n")
      let controlPlane = try await ReferenceControlPlane.start(prices: prices, tokens: accepted)
      let setting = Stage.Setting(
        arguments: [
          "--control-plane-address", controlPlane.address, "--control-plane-token-file", token.path,
          "--control-plane-ca", controlPlane.certificates.certificateAuthority.path,
          "--control-plane-cluster-id", "reference", "--control-plane-team-id", "team",
        ], environment: ["DAKR_NODE_COST_REFRESH_INTERVAL": "300ms"])
      try await Stage.with(Fleet.mixed, setting) { stage in
        let scene = Scene(stage: stage, folder: folder, controlPlane: controlPlane)
        try await eventually("the first prices have arrived") { try await scene.refreshes("ok") >= 1 }
        try await body(scene)
      }
      await controlPlane.stop()
    }
  }
}
