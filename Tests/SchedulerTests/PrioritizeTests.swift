import ClusterModel
import NodeCost
import TestSupport
import Testing

@testable import Scheduler

/// In both cache modes the same scores, from 0 to 10, for every node.
private func scores(_ harness: Harness, _ pod: String, _ nodes: [TestNode]) throws -> [String: Int] {
  let byName = harness.call(.prioritize, pod, names: nodes.map(\.name))
  let full = harness.call(.prioritize, pod, nodes: nodes)
  let scores = try byName.scores()
  #expect(try full.scores() == scores)
  #expect(Set(scores.keys) == Set(nodes.map(\.name)), "every host is answered")
  #expect(scores.values.allSatisfy { (0...10).contains($0) })
  for answer in [byName, full] {
    var sum = 0
    for count in answer.outcome.scoreCounts.indices { sum += answer.outcome.scoreCounts[count] }
    #expect(sum == nodes.count)
    #expect(answer.outcome.result == .ok)
  }
  return scores
}

private func priced(_ name: String, _ usd: String?, cpu: Int64 = 4) -> TestNode {
  TestNode(name: name, usdPerHour: usd, cpu: cpu)
}

@Suite struct PrioritizeTests {
  @Test func `the score is ten times the cheapest over the cost`() throws {
    let nodes = [priced("a", "0.1"), priced("b", "0.2"), priced("c", "0.101"), priced("d", "0.1"), priced("e", "0.5")]
    #expect(try scores(Harness(nodes), testPod(), nodes) == ["a": 10, "b": 5, "c": 10, "d": 10, "e": 2])
  }

  @Test func `prices below a dollar do not tie and a large node is not punished for being large`() throws {
    let nodes = [priced("small", "0.0416", cpu: 2), priced("large", "0.3328", cpu: 16), priced("dear", "0.9", cpu: 16)]
    #expect(try scores(Harness(nodes), testPod(), nodes) == ["small": 10, "large": 10, "dear": 4])
  }

  @Test func `a node without a price counts as the median`() throws {
    let nodes = [priced("a", "0.1"), priced("b", "0.2"), priced("c", "0.4"), priced("x", nil)]
    let harness = Harness(nodes)
    #expect(try scores(harness, testPod(), nodes) == ["a": 10, "b": 5, "c": 3, "x": 5])
    let outcome = harness.call(.prioritize, testPod(), names: ["a", "x", "unheard-of"]).outcome
    #expect(outcome.count(of: .annotation) == 1)
    #expect(outcome.count(of: .assumed) == 2)
    #expect(outcome.nodesUnknown == 1)
  }

  @Test func `with no price at all everybody gets the same`() throws {
    let nodes = (0..<5).map { priced("n\($0)", nil) }
    #expect(try Set(scores(Harness(nodes), testPod(), nodes).values) == [10])
    #expect(
      try Set(Harness(nodesSynced: false).call(.prioritize, testPod(), names: ["a", "b"]).scores().values) == [10])
  }

  @Test func `GPU nodes are kept free of CPU pods unless nothing else fits`() throws {
    var gpu = priced("gpu", "0.01")
    gpu.gpus = 1
    let nodes = [gpu, priced("cpu", "1")]
    #expect(try scores(Harness(nodes), testPod(), nodes) == ["gpu": 0, "cpu": 10])
    #expect(try scores(Harness([gpu]), testPod(), [gpu]) == ["gpu": 10])
    let wanting = testPod(requests: [("cpu", "1"), ("nvidia.com/gpu", "1")])
    #expect(try scores(Harness(nodes), wanting, nodes) == ["gpu": 10, "cpu": 0])
  }

  @Test func `marginal prefers the fuller node, and is share where usage is unknown`() throws {
    let nodes = [priced("empty", "0.1"), priced("half", "0.1")]
    let running = Pod(
      namespace: "a", name: "b", uid: "c", nodeName: "half", phase: .running,
      demand: PodDemand(requests: ResourceAmounts(milliCPU: 2000, memoryBytes: 8 << 30)))
    var configuration = SchedulerConfiguration()
    configuration.scorer = Scorer(strategy: .marginal)
    let known = try scores(Harness(nodes, pods: [running], configuration: configuration), testPod(), nodes)
    let (half, empty) = (try #require(known["half"]), try #require(known["empty"]))
    #expect(half == 10 && empty < 10)
    let unsynced = Harness(nodes, pods: [running], podsSynced: false, configuration: configuration)
    #expect(try scores(unsynced, testPod(), nodes) == ["empty": 10, "half": 10])
    // Full nodes without any snapshot.
    let blind = Harness(nodesSynced: false, podsSynced: false, configuration: configuration)
    #expect(try blind.call(.prioritize, testPod(), nodes: nodes).scores() == ["empty": 10, "half": 10])
  }

  @Test func `full nodes need no snapshot and price themselves`() throws {
    let nodes = [priced("a", "0.1"), priced("b", "0.2")]
    let blind = Harness(nodesSynced: false, podsSynced: false)
    #expect(try blind.call(.prioritize, testPod(), nodes: nodes).scores() == ["a": 10, "b": 5])
    // What the request says of a node counts, not what the snapshot had.
    let stale = Harness([priced("a", "9"), priced("b", "0.2")])
    #expect(try stale.call(.prioritize, testPod(), nodes: nodes).scores() == ["a": 10, "b": 5])
  }

  @Test func `pods of other schedulers get no opinion`() throws {
    let nodes = [priced("a", "0.1"), priced("b", "0.2")]
    let answer = Harness(nodes).call(.prioritize, testPod(scheduler: "default-scheduler"), names: ["a", "b"])
    #expect(try answer.scores() == ["a": 0, "b": 0])
    #expect(answer.outcome.result == .passedThrough)
  }

  @Test func `781 different prices stay between 0 and 10`() throws {
    let nodes = (0..<781).map { priced("node-\($0)", "0.\(1000 + $0 * 11)") }
    let values = try Harness(nodes).call(.prioritize, testPod(), names: nodes.map(\.name)).scores()
    #expect(values.count == 781)
    #expect(values.values.min() == 1)
    #expect(values.values.max() == 10)
  }
}
