import Foundation
import TestSupport
import Testing

@testable import dakr_scheduler

/// The command `plan` on files, run as people run it.
@Suite struct PlanTests {
  /// Four nodes of one price, each with one small pod; `web-3` may not move.
  private static let nodes = (0..<4).map { index in
    """
    {"apiVersion":"v1","kind":"Node","metadata":{"name":"node-\(index)","uid":"n\(index)","labels":{
    "dakr.devzero.io/checkpoint-node":"true","karpenter.sh/nodepool":"default"},
    "annotations":{"dakr.devzero.io/hourly-cost":"0.5"}},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"20"},
    "conditions":[{"type":"Ready","status":"True"}]}}
    """
  }

  private static func pod(_ index: Int, on node: Int? = nil, cpu: String = "500m") -> String {
    """
    {"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"shop","name":"web-\(index)","uid":"p\(index)",
    "labels":{"dakr.devzero.io/live-migration":"\(index == 3 ? "false" : "true")"},"ownerReferences":[
    {"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"rs","controller":true}]},
    "spec":{"nodeName":"node-\(node ?? index)","containers":[
    {"name":"main","resources":{"requests":{"cpu":"\(cpu)","memory":"256Mi"}}}]},"status":{"phase":"Running"}}
    """
  }

  private static func list(_ items: [String]) -> String {
    #"{"apiVersion":"v1","items":["# + items.joined(separator: ",") + #"],"kind":"List"}"#
  }

  private static let cluster = list(nodes + (0..<4).map { pod($0) })

  private static func plan(_ text: String, _ arguments: String...) async throws -> ProgramResult {
    try await runProgram(
      try RepositoryLayout.product("dakr-scheduler"), ["plan", "--from", "-", "--deadline", "1s"] + arguments,
      input: Array(text.utf8))
  }

  private struct Document: Decodable {
    struct Spec: Decodable {
      struct Cost: Decodable { let before, after, lowerBound, gapPercent: String }
      struct Totals: Decodable { let nodes, pods, movablePods, moves, nodesToEmpty: Int }
      struct Move: Decodable, Equatable {
        let namespace, pod, podUID, from, to, reason: String
        let wave: Int
        let cpuMilli, memoryBytes: Int64
      }
      struct Drain: Decodable { let node, nodeUID, hourlyPrice: String }
      struct Snapshot: Decodable { let hash: String }
      let cost: Cost
      let totals: Totals
      let moves: [Move]
      let drains: [Drain]
      let snapshot: Snapshot
    }
    struct Explanation: Decodable {
      struct Node: Decodable { let node, reason: String }
      let nodesThatStay: [Node]
    }
    let apiVersion, kind: String
    let spec: Spec
    let explanation: Explanation
  }

  private static func document(_ result: ProgramResult) throws -> Document {
    try #require(result.status.isSuccess, "\(result.standardError)")
    return try JSONDecoder().decode(Document.self, from: Data(result.standardOutputBytes))
  }

  @Test func tellsTheMovesTheSavingAndWhatStays() async throws {
    let plan = try Self.document(try await Self.plan(Self.cluster, "--output", "json"))
    #expect(plan.apiVersion == "planner.dakr.devzero.io/v1alpha1")
    #expect(plan.kind == "MigrationPlan")
    #expect(plan.spec.cost.before == "2")
    #expect(plan.spec.cost.after == "0.5")
    #expect(plan.spec.cost.lowerBound <= "0.5")
    #expect(plan.spec.totals.nodesToEmpty == 3)
    #expect(Set(plan.spec.moves.map(\.pod)) == ["web-0", "web-1", "web-2"])
    #expect(plan.spec.moves.allSatisfy { $0.to == "node-3" && $0.namespace == "shop" && $0.cpuMilli == 500 })
    #expect(Set(plan.spec.drains.map(\.nodeUID)) == ["n0", "n1", "n2"])
    #expect(plan.explanation.nodesThatStay.map(\.node) == ["node-3"])
    #expect(plan.explanation.nodesThatStay[0].reason.contains("pod shop/web-3 opted out"))
  }

  @Test func printsATableForPeople() async throws {
    let result = try await Self.plan(Self.cluster)
    let text = result.standardOutput
    #expect(result.status.isSuccess)
    #expect(text.contains("4 nodes, 4 of them removed once empty, 4 can take migrated pods; 4 pods, 3 of them movable"))
    #expect(text.contains("saving") && text.contains("75.00 %"))
    #expect(text.contains("3 moves in 1 wave;"))
    #expect(text.contains("empties its node"))
    #expect(text.contains("opted out (dakr.devzero.io/live-migration=false)"))
    #expect(result.standardError.isEmpty, "no progress where nobody looks: \(result.standardError)")
  }

  @Test func printsYAML() async throws {
    let text = try await Self.plan(Self.cluster, "--output", "yaml").standardOutput
    #expect(text.contains("kind: MigrationPlan\n"))
    #expect(text.contains("lowerBound: '0.5'") || text.contains("lowerBound: '0."))
  }

  @Test func filesPipesAndOrderMakeNoDifference() async throws {
    let folder = try TemporaryFolder("plan")
    let nodes = try folder.write("nodes.json", Self.list(Self.nodes.reversed())).path
    let pods = try folder.write("pods.json", Self.list((0..<4).reversed().map { Self.pod($0) })).path
    let one = try Self.document(try await Self.plan(Self.cluster, "--output", "json"))
    let two = try Self.document(
      try await Binary.run("plan", "--from", pods, "--from", nodes, "--deadline", "1s", "--output", "json"))
    #expect(one.spec.moves == two.spec.moves)
    #expect(one.spec.snapshot.hash == two.spec.snapshot.hash)
  }

  @Test func aClusterThatWasPlannedNeedsNothing() async throws {
    let after = Self.list(Self.nodes + (0..<4).map { Self.pod($0, on: 3) })
    let result = try await Self.plan(after)
    #expect(result.standardOutput.contains("Nothing to do"))
    #expect(try Self.document(try await Self.plan(after, "--output", "json")).spec.moves.isEmpty)
  }

  @Test func limitsHold() async throws {
    let plan = try Self.document(try await Self.plan(Self.cluster, "--max-moves", "1", "--output", "json"))
    #expect(plan.spec.moves.count == 1)
    // node-0 has two pods, of which one may leave: it stays, and the plan says why.
    let crowded = Self.list(Self.nodes + (0..<4).map { Self.pod($0) } + [Self.pod(4, on: 0)])
    let few = try Self.document(try await Self.plan(crowded, "--max-moves-per-node", "1", "--output", "json"))
    #expect(few.spec.moves.filter { $0.from == "node-0" }.count <= 1)
    let kept = try #require(few.explanation.nodesThatStay.first { $0.node == "node-0" })
    #expect(kept.reason.contains("2 pods would have to leave, and a plan may take 1 from a node"))
    let apart = try Self.document(try await Self.plan(Self.cluster, "--concurrent-per-target", "1", "--output", "json"))
    #expect(apart.spec.moves.map(\.wave) == [1, 2, 3])
  }

  private struct BalancePart: Decodable {
    struct Side: Decodable, Equatable {
      struct Hottest: Decodable, Equatable { let node, resource, utilizationPercent: String }
      struct Spread: Decodable, Equatable {
        let resource, meanPercent, standardDeviationPercent, percentile10Percent, percentile90Percent: String
      }
      let nodes, nodesOverThreshold: Int
      let hottestNode: Hottest
      let spread: [Spread]
      let imbalance: String
    }
    let thresholdPercent: String
    let weightPerHour: String?
    let before, after: Side
  }

  /// node-0 is full with 4 pods of 1 CPU (and a GiB together), the others have a pod of half a CPU each.
  private static let uneven = list(
    nodes + (0..<4).map { pod(10 + $0, on: 0, cpu: "1") } + (1..<4).map { pod($0) })

  private static func balance(_ arguments: String...) async throws -> BalancePart {
    struct Document: Decodable {
      struct Spec: Decodable { let balance: BalancePart }
      let spec: Spec
    }
    let result = try await runProgram(
      try RepositoryLayout.product("dakr-scheduler"),
      ["plan", "--from", "-", "--deadline", "1s", "--output", "json"] + arguments, input: Array(uneven.utf8))
    try #require(result.status.isSuccess, "\(result.standardError)")
    return try JSONDecoder().decode(Document.self, from: Data(result.standardOutputBytes)).spec.balance
  }

  @Test func balanceIsToldBeforeAndAfter() async throws {
    let balance = try await Self.balance("--objective", "balance")
    #expect(balance.thresholdPercent == "80.00" && balance.weightPerHour == nil)
    #expect(balance.before.nodes == 4 && balance.before.nodesOverThreshold == 1)
    #expect(
      balance.before.hottestNode
        == BalancePart.Side.Hottest(node: "node-0", resource: "cpu", utilizationPercent: "100.00"))
    #expect(balance.before.spread.map(\.resource) == ["cpu", "memory"])
    #expect(balance.before.spread[0].meanPercent == "34.38")
    #expect(balance.before.spread[0].percentile10Percent == "12.50")
    #expect(balance.after.nodes == 4 && balance.after.nodesOverThreshold == 0)
    #expect(balance.after.hottestNode.utilizationPercent == "37.50")
    let weighed = try await Self.balance("--objective", "cost-and-balance", "--balance-weight", "100")
    #expect(weighed.weightPerHour == "100")
    #expect(weighed.after == balance.after)
  }

  @Test func theBalanceTableIsThereOnlyWhereBalanceWasAskedFor() async throws {
    let text = try await Self.plan(Self.uneven, "--objective", "balance").standardOutput
    let row = text.split(separator: "\n").first { $0.hasPrefix("nodes over 80 %") }
    #expect(row?.split(separator: " ").suffix(2) == ["1", "0"], "\(text)")
    #expect(text.contains("node-0, cpu 100.0 %"))
    #expect(!text.contains("NODE THAT STAYS"), "no node was to be emptied")
    #expect(!(try await Self.plan(Self.uneven).standardOutput.contains("BALANCE")))
    let both = try await Self.plan(Self.uneven, "--objective", "cost-and-balance").standardOutput
    #expect(both.contains("imbalance at $0.500 a full node, $/h"))
    let even = try await Self.plan(Self.list(Self.nodes + (0..<4).map { Self.pod($0) }), "--objective", "balance")
    #expect(even.standardOutput.contains("Nothing to do: no move within the limits makes the use of the nodes"))
  }

  /// A dollar an hour for a full node is worth less than a node, a hundred are worth more than all of them.
  @Test func aNodeThatStaysForBalanceSaysWhatItWouldCost() async throws {
    let text = try await Self.plan(
      Self.uneven, "--objective", "cost-and-balance", "--balance-weight", "100"
    ).standardOutput
    #expect(text.contains("emptying it saves $0.500 an hour and costs $"), "\(text)")
  }

  @Test(arguments: [
    ("nodes: []\n", "standard input: expected a JSON object, found 'n'; write the input with -o json"),
    ("", "standard input holds no Kubernetes objects; write it with kubectl get"),
    (list([pod(0)]), "the input has no nodes; write it with kubectl get nodes,pods,pdb"),
    (list(nodes + [nodes[0]]), "node node-0 is in the input twice"),
    (list(nodes + [pod(1, cpu: "much")]), "standard input: Pod shop/web-1: spec.containers[0].resources.requests.cpu:"),
    (#"{"items":[{"metadata":{"name":"a"}}]}"#, "the object has no kind"),
    (cluster.dropLast(40) + "", "standard input: the text ends in the middle of an object"),
  ])
  func mistakesInTheInputAreNamed(_ text: String, _ message: String) async throws {
    let result = try await Self.plan(text)
    #expect(!result.status.isSuccess)
    #expect(result.standardError.contains(message), "\(result.standardError)")
    #expect(result.standardOutput.isEmpty)
  }

  @Test(arguments: [
    (["--max-moves", "0"], "--max-moves must be at least 1; found 0"),
    (["--max-moves-per-node", "0"], "--max-moves-per-node must be at least 1; found 0"),
    (["--objective", "cost-and-balance", "--balance-weight", "-0.5"], "--balance-weight"),
    (
      ["--objective", "cost-and-balance", "--balance-weight", "1000001"],
      "--balance-weight must be from 0 to 1000000 dollars; found 1000001"
    ),
    (["--balance-weight", "1"], "--balance-weight is only read by --objective cost-and-balance; add that, or leave"),
    (["--headroom", "120"], "--headroom must be from 0 to 100 percent; found 120"),
    (["--deadline", "soon"], "soon"), (["--objective", "fame"], "fame"),
    (["--from", "/nowhere.json"], "cannot read /nowhere.json: No such file or directory"),
    (["--kubeconfig", "none"], "--kubeconfig none leaves nothing to plan for"),
  ])
  func mistakesInTheFlagsAreNamed(_ arguments: [String], _ message: String) async throws {
    let result = try await Binary.run(arguments: ["plan"] + arguments)
    #expect(!result.status.isSuccess)
    #expect(result.standardError.contains(message), "\(result.standardError)")
  }

  /// Text of the cluster's objects reaches a terminal without its control characters.
  @Test func hostileNamesDoNotReachTheTerminal() async throws {
    let hostile = Self.pod(1).replacing("web-1", with: #"web\u001b[31m"#)
    let result = try await Self.plan(Self.list(Self.nodes + [hostile]))
    #expect(result.status.isSuccess)
    #expect(!result.standardOutputBytes.contains(0x1B))
  }

  @Test func pricesComeFromTheCallersFileToo() async throws {
    let folder = try TemporaryFolder("plan")
    let prices = try folder.write("prices.csv", "node,usd_per_hour\nnode-0,9\n").path
    let nodes = Self.nodes.map {
      $0.replacing(#""annotations":{"dakr.devzero.io/hourly-cost":"0.5"}"#, with: #""x":{}"#)
    }
    let text = Self.list(nodes + (0..<4).map { Self.pod($0) })
    let plan = try Self.document(try await Self.plan(text, "--price-file", prices, "--output", "json"))
    #expect(plan.spec.drains.first?.node == "node-0")
    #expect(plan.spec.drains.first?.hourlyPrice == "9")
  }
}
