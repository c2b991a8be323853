import ClusterModel
import Foundation
import NodeCost
import Scheduler
import TestSupport
import Testing

@testable import dakr_scheduler

@Suite struct ViewKeeperTests {
  @Test func changesAreSeenTogetherAtTheNextPublication() {
    let keeper = ViewKeeper(book: PriceBook(), interval: .zero)
    #expect(!keeper.slot.load().areNodesSynced)
    keeper.change {
      $0.cluster.upsert(Node(name: "a"))
      $0.areNodesSynced = true
    }
    #expect(keeper.slot.load().snapshot.nodes.isEmpty)
    keeper.publishIfDirty()
    #expect(keeper.slot.load().areNodesSynced && !keeper.slot.load().arePodsSynced)
    #expect(keeper.slot.load().snapshot.nodes.map(\.name) == ["a"])
    keeper.publishIfDirty()
    #expect(keeper.publishedCount == 1)
  }

  @Test func aBurstCostsFewPublications() async throws {
    let keeper = ViewKeeper(book: PriceBook(), interval: .milliseconds(50))
    let running = Task { await keeper.run() }
    for index in 0..<5_000 { keeper.change { $0.cluster.upsert(Node(name: "n\(index)")) } }
    try await eventually("the last change is published") { keeper.slot.load().snapshot.nodes.count == 5_000 }
    #expect(keeper.publishedCount < 100)
    running.cancel()
    await running.value
  }

  @Test func newPricesReplaceTheViewsPrices() throws {
    let keeper = ViewKeeper(book: PriceBook(), interval: .zero)
    keeper.change { $0.cluster.upsert(Node(name: "a", annotations: [:])) }
    keeper.publishIfDirty()
    let prices = ControlPlanePrices(nanodollarsPerHour: ["a": 7], receivedAtNanoseconds: 0)
    keeper.change { $0.book = $0.book.replacing(controlPlane: prices) }
    keeper.publishIfDirty()
    #expect(keeper.slot.load().prices.first??.nanodollarsPerHour.rawValue == 7)
    #expect(keeper.slot.load().prices.first??.source == .controlPlane)
  }
}

/// The server beside an API server that says exactly what the test wants.
@Suite struct ClusterWatchTests {
  /// Answers lists; watches stay open and silent until the test ends.
  private static func api(_ lists: [String: String]) throws -> StubServer {
    try StubServer { request, connection in
      guard let list = lists.first(where: { request.path.hasSuffix($0.key) })?.value else {
        connection.respond(403, body: #"{"kind":"Status","reason":"Forbidden","message":"no","code":403}"#)
        return
      }
      guard request.query["watch"] == nil else {
        connection.beginChunked()
        connection.waitForPeerToClose()
        return
      }
      connection.respond(headers: ["Content-Type: application/json"], body: list)
    }
  }

  private static func list(_ items: String) -> String {
    #"{"metadata":{"resourceVersion":"7"},"items":[\#(items)]}"#
  }

  private static func kubeconfig(_ api: StubServer, in folder: TemporaryFolder) throws -> String {
    try folder.write(
      "kubeconfig",
      """
      apiVersion: v1
      kind: Config
      current-context: test
      contexts: [{name: test, context: {cluster: test, user: test, namespace: mine}}]
      clusters: [{name: test, cluster: {server: "\(api.url)"}}]
      users: [{name: test, user: {}}]
      """
    ).path
  }

  @Test func readinessWaitsForNodesAndPodsAndSaysWhy() async throws {
    let folder = try TemporaryFolder("cluster")
    let api = try Self.api(["/nodes": Self.list("")])
    let server = try await RunningServer.start(["--kubeconfig", try Self.kubeconfig(api, in: folder)])
    try await eventually("the nodes are in, the pods are not, and the reason is told") {
      let ready = try await server.curl("/readyz", isSecure: false)
      return ready.status == 503 && ready.body.contains("[+]informer-nodes ok")
        && ready.body.contains("[-]informer-pods failed: ") && ready.body.contains("403")
    }
    let metrics = try await server.metrics()
    #expect(metrics.sum("dakr_scheduler_informer_synced", ["kind": "nodes"]) == 1)
    #expect(metrics.sum("dakr_scheduler_informer_synced", ["kind": "pods"]) == 0)
    #expect(metrics.sum("dakr_scheduler_informer_failures_total", ["kind": "pods", "reason": "forbidden"]) >= 1)
    await server.process.terminate()
    api.stop()
  }

  @Test func readyOnceAllIsReadAndAnswersNames() async throws {
    let folder = try TemporaryFolder("cluster")
    let node = #"""
      {"metadata":{"name":"a","uid":"1","resourceVersion":"5","annotations":{"dakr.devzero.io/hourly-cost":"0.5"}},
       "spec":{},"status":{"allocatable":{"cpu":"4","memory":"16Gi","pods":"110"},
       "conditions":[{"type":"Ready","status":"True"}]}}
      """#
    let api = try Self.api(["/nodes": Self.list(node), "/pods": Self.list("")])
    let server = try await RunningServer.start(["--kubeconfig", try Self.kubeconfig(api, in: folder)])
    try await eventually("ready") { try await server.curl("/readyz", isSecure: false).status == 200 }
    let metrics = try await server.metrics()
    #expect(metrics.sum("dakr_scheduler_node_price_dollars_per_hour", ["node": "a", "source": "annotation"]) == 0.5)
    #expect(metrics.sum("dakr_scheduler_snapshot_nodes") == 1)
    #expect(metrics.matching("dakr_scheduler_snapshot_age_seconds").count == 1)
    let body = #"{"Pod":{"metadata":{"name":"p"},"spec":{"containers":[]}},"Nodes":null,"NodeNames":["a","b"]}"#
    let answer = try await server.curl(
      "/prioritize", ["--header", "Content-Type: application/json", "--data-binary", body])
    #expect(answer.status == 200 && answer.body.contains(#"{"Host":"a","Score":10}"#))
    await server.process.terminate()
    api.stop()
  }

  @Test(arguments: ["secrets", "configmaps"])
  func theTokenIsReadFromTheCluster(resource: String) async throws {
    let folder = try TemporaryFolder("cluster")
    let value = resource == "secrets" ? "c2VjcmV0LXRva2Vu" : "secret-token"
    let object = #"{"metadata":{"name":"t","namespace":"mine","resourceVersion":"5"},"data":{"K":"\#(value)"}}"#
    let api = try Self.api([
      "/nodes": Self.list(""), "/pods": Self.list(""), "/namespaces/mine/\(resource)": Self.list(object),
    ])
    let prices = try folder.write("nodes.csv", "node,usd_per_hour\na,0.5\n")
    let tokens = try folder.write("tokens", "secret-token\n")
    let ports = folder.file("ports.json")
    let plane = try ChildProcess.start(
      try RepositoryLayout.product("dakr-scheduler"),
      ["control-plane", "--listen", "127.0.0.1:0", "--price-file", prices.path, "--token-file", tokens.path]
        + ["--port-file", ports.path], log: folder.file("plane.log"))
    let port = try await eventually("the control plane has written its port") {
      try? JSONDecoder().decode([String: Int].self, from: Data(contentsOf: ports))["http"]
    }
    let source = resource == "secrets" ? "tokenFromSecret" : "tokenFromConfigMap"
    let file = try folder.write(
      "c.yaml",
      """
      nodeCost:
        controlPlaneAddress: http://127.0.0.1:\(port)
        clusterID: reference
        refreshInterval: 200ms
        \(source): {name: t, key: K}
      """)
    let server = try await RunningServer.start([
      "--kubeconfig", try Self.kubeconfig(api, in: folder), "--config", file.path,
    ])
    try await eventually("prices arrive with the token of the object") {
      try await server.metrics().sum("dakr_scheduler_control_plane_nodes_priced") == 1
    }
    let watched = api.requests.filter { $0.path.hasSuffix("/namespaces/mine/\(resource)") }
    #expect(watched.allSatisfy { $0.query["fieldSelector"] == "metadata.name=t" })
    #expect(!(server.log + server.process.output).contains("secret-token"))
    await server.process.terminate()
    await plane.terminate()
    api.stop()
  }

  @Test func settingsThatExcludeEachOtherAreRefused() async throws {
    let folder = try TemporaryFolder("cluster")
    let file = try folder.write("c.yaml", "nodeCost: {tokenFromSecret: {name: t}}\n")
    let result = try await Binary.run("serve", "--trial", folder.path("trial"), "--config", file.path)
    #expect(!result.status.isSuccess && result.standardError.contains("need the Kubernetes API"))
    let always = try await Binary.run(
      "serve", "--trial", folder.path("trial"), "--in-cluster", "always", "--kubeconfig", "x")
    #expect(!always.status.isSuccess && always.standardError.contains("exclude each other"))
    let clear = try await Binary.run(
      "serve", "--trial", folder.path("trial"), "--control-plane-address", "http://example.com",
      "--control-plane-token-file", "x")
    #expect(!clear.status.isSuccess && clear.standardError.contains("must begin with https://"))
  }
}

@Suite struct LoopbackTests {
  @Test(arguments: [
    ("http://127.0.0.1:80/x", true), ("http://localhost", true), ("HTTP://[::1]:8090", true),
    ("http://127.0.0.1.example.com", false), ("http://localhost:80@example.com", false), ("http://example.com", false),
    ("https://127.0.0.1", false), ("http://localhost.example.com:80", false), ("", false),
  ])
  func plainHTTPIsForThisMachine(url: String, isLoopback: Bool) {
    #expect(ControlPlaneTransport.isLoopback(url) == isLoopback)
  }
}
