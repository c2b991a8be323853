import ClusterModel
import Foundation
import NodeCost
import TestSupport
import Testing

@testable import Scheduler

@Suite struct ExplainTests {
  private let nodes = [
    TestNode(name: "cheap", usdPerHour: "0.1", isCheckpointCapable: true),
    TestNode(name: "dear", usdPerHour: "0.4", isCheckpointCapable: true), TestNode(name: "plain", usdPerHour: "0.01"),
    TestNode(name: "unpriced", usdPerHour: nil, isCheckpointCapable: true),
  ]

  private func decided(fullNodes: Bool) throws -> (Harness, PodExplanation) {
    let harness = Harness(nodes)
    let pod = testPod(live: "true")
    let filter =
      fullNodes ? harness.call(.filter, pod, nodes: nodes) : harness.call(.filter, pod, names: nodes.map(\.name))
    #expect(filter.outcome.result == .ok)
    let left = nodes.filter(\.isCheckpointCapable)
    _ =
      fullNodes ? harness.call(.prioritize, pod, nodes: left) : harness.call(.prioritize, pod, names: left.map(\.name))
    return (harness, try #require(harness.service.decisions.explanation(namespace: "default", name: "web-1")))
  }

  @Test(arguments: [false, true])
  func `each node has its verdict or its cost, price source and score`(fullNodes: Bool) throws {
    let (_, explanation) = try decided(fullNodes: fullNodes)
    #expect(explanation.podUID == KubernetesFixture.uid("web-1"))
    #expect(explanation.isLiveMigratable)
    #expect(explanation.strategy == .unit)
    #expect(explanation.decisions.map(\.verb) == [.filter, .prioritize])
    #expect(explanation.decisions.map(\.accepted) == [3, 3])
    #expect(explanation.nodes.map(\.name) == ["cheap", "unpriced", "dear", "plain"])
    #expect(explanation.nodes.map(\.verdict) == [.accepted, .accepted, .accepted, .notCheckpointCapable])
    #expect(explanation.nodes.map { $0.score?.score } == [10, 10, 3, nil])
    #expect(explanation.nodes[0].score?.cost == NanodollarsPerHour(usdText: "0.025"))
    #expect(explanation.nodes[0].price?.source == .annotation)
    #expect(explanation.nodes[1].score?.source == .assumed)
  }

  /// Records refer to the names and the columns of known nodes; these are counted with the first that does.
  @Test func `names and columns are counted once, and again when they are others`() throws {
    var harness = Harness(nodes)
    func bytesOfNextDecision(_ verb: ExtenderVerb = .filter) -> Int {
      let before = harness.service.decisions.size.bytes
      _ = harness.call(verb, testPod(), names: nodes.map(\.name))
      return harness.service.decisions.size.bytes - before
    }
    func sharedBytes() -> Int { harness.view.snapshot.names.byteCount + RecordColumns(harness.view).byteCount }
    let own = bytesOfNextDecision() - sharedBytes()
    #expect(own > 0)
    #expect(bytesOfNextDecision() == own)
    _ = bytesOfNextDecision(.prioritize)
    #expect(bytesOfNextDecision() == own, "scores are made of the same columns")
    harness.view = Harness(nodes + [TestNode(name: "one-more")]).view
    #expect(bytesOfNextDecision() == own + sharedBytes())
    #expect(bytesOfNextDecision() == own)
  }

  @Test func `JSON has every part`() throws {
    let (_, explanation) = try decided(fullNodes: false)
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(explanation.json)) as? [String: Any])
    #expect(json["name"] as? String == "web-1")
    #expect(json["liveMigratable"] as? Bool == true)
    #expect((json["decisions"] as? [[String: Any]])?.count == 2)
    let nodes = try #require(json["nodes"] as? [[String: Any]])
    #expect(nodes[0]["priceUSDPerHour"] as? Double == 0.1)
    #expect(nodes[0]["priceSource"] as? String == "annotation")
    #expect(nodes[0]["costUSDPerHour"] as? Double == 0.025)
    #expect(nodes[0]["costUnit"] as? String == "per-vcpu")
    #expect(nodes[0]["score"] as? Int == 10)
    #expect((nodes[0]["terms"] as? [[String: Any]])?.first?["name"] as? String == "cost")
    #expect(nodes[1]["priceSource"] as? String == "assumed")
    #expect(nodes[3]["verdict"] as? String == "not_checkpoint_capable")
    #expect(nodes[3]["score"] == nil)
    #expect((nodes[3]["reason"] as? String)?.contains("checkpoint-node=true") == true)
  }

  @Test func `the table is readable`() throws {
    let (_, explanation) = try decided(fullNodes: false)
    let lines = explanation.table.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines[0] == "Pod default/web-1, live-migratable")
    #expect(lines[1].hasSuffix("filter      3 of 4 nodes accepted"))
    let header = try #require(lines.firstIndex { $0.hasPrefix("NODE") })
    #expect(lines[header] == "NODE      SCORE  COST $/h    PRICE $/h  SOURCE      WHY")
    #expect(lines[header + 1] == "cheap     10     0.025/vCPU  0.1        annotation  cost 1000‰ × 1")
    #expect(
      lines[header + 4].hasPrefix("plain     -      -           0.01       annotation  rejected: node(s) without label")
    )
    #expect(lines.last?.isEmpty == true)
  }

  @Test func `only the newest pod of a name, and the newest attempt, count`() throws {
    let harness = Harness(nodes)
    _ = harness.call(.filter, testPod(), names: ["plain"])
    _ = harness.call(.prioritize, testPod(), names: ["plain", "cheap"])
    _ = harness.call(.filter, testPod(live: "true"), names: ["plain"])
    let again = try #require(harness.service.decisions.explanation(namespace: "default", name: "web-1"))
    #expect(again.decisions.map(\.verb) == [.filter], "scores of an earlier attempt are not shown")
    #expect(again.nodes.map(\.verdict) == [.notCheckpointCapable])
    #expect(harness.service.decisions.explanation(namespace: "default", name: "web-2") == nil)
    #expect(harness.service.decisions.explanation(namespace: "other", name: "web-1") == nil)
  }

  @Test func `decisions are bounded in number and in memory`() throws {
    var configuration = SchedulerConfiguration()
    configuration.explainedDecisions = 10
    let few = Harness(nodes, configuration: configuration)
    for index in 0..<500 { _ = few.call(.filter, testPod("p\(index)"), names: ["cheap"]) }
    #expect(few.service.decisions.size.count == 10)
    #expect(few.service.decisions.recentPods(limit: 3).map(\.name) == ["p499", "p498", "p497"])
    #expect(few.service.decisions.explanation(namespace: "default", name: "p489") == nil)
    #expect(few.service.decisions.explanation(namespace: "default", name: "p490") != nil)

    configuration.explainedDecisions = 1_000
    configuration.explainedBytes = 20_000
    let small = Harness(nodes, configuration: configuration)
    let names = (0..<100).map { "node-\($0)" }
    for index in 0..<50 { _ = small.call(.prioritize, testPod("p\(index)"), names: names) }
    #expect(small.service.decisions.size.bytes <= 20_000)
    #expect(small.service.decisions.size.count > 0)
    _ = small.call(.filter, testPod("big"), names: (0..<5_000).map { "node-\($0)" })
    #expect(small.service.decisions.explanation(namespace: "default", name: "big") == nil)

    configuration.explainedDecisions = 0
    let none = Harness(nodes, configuration: configuration)
    _ = none.call(.filter, testPod(), names: ["cheap"])
    #expect(none.service.decisions.size.count == 0)
  }

  @Test func `times are RFC 3339`() {
    #expect(WallClock.rfc3339(0) == "1970-01-01T00:00:00.000Z")
    #expect(WallClock.rfc3339(1_709_210_096_007) == "2024-02-29T12:34:56.007Z")
    #expect(WallClock.rfc3339(1_798_761_599_999) == "2026-12-31T23:59:59.999Z")
    #expect(WallClock.rfc3339(951_782_400_000) == "2000-02-29T00:00:00.000Z")
  }
}
