import ClusterModel
import NodeCost
import TestSupport
import Testing

@testable import Scheduler

/// What holds of every cluster and pod, tried on random ones from a fixed seed.
@Suite struct PropertyTests {
  private static func cluster(_ random: inout SeededGenerator) -> [TestNode] {
    (0..<Int.random(in: 1...12, using: &random)).map { index in
      TestNode(
        name: "node-\(index)",
        usdPerHour: Bool.random(using: &random) ? "0.\(Int.random(in: 10...99, using: &random))" : nil,
        isCheckpointCapable: Bool.random(using: &random), cpu: [2, 4, 8, 64].randomElement(using: &random) ?? 4,
        memoryGibibytes: [4, 16, 256].randomElement(using: &random) ?? 16,
        gpus: Int64.random(in: 0...4, using: &random) / 4,
        version: Bool.random(using: &random) ? .v1_20 : .v1_36)
    }
  }

  private static func pods(_ random: inout SeededGenerator) -> [Pod] {
    (0..<Int.random(in: 0...8, using: &random)).map { index in
      Pod(
        namespace: "a", name: "p\(index)", uid: "p\(index)", nodeName: "node-\(Int.random(in: 0..<12, using: &random))",
        phase: .running,
        demand: PodDemand(requests: ResourceAmounts(milliCPU: Int64.random(in: 0...2000, using: &random))))
    }
  }

  private static func reservations(_ random: inout SeededGenerator) -> Reservations {
    guard Bool.random(using: &random) else { return .none }
    return Reservations(
      (0..<Int.random(in: 0...2, using: &random)).map { _ in
        Reservation(
          nodeName: "node-\(Int.random(in: 0..<12, using: &random))",
          demand: PodDemand(requests: ResourceAmounts(milliCPU: Int64.random(in: 0...3000, using: &random))),
          replacementUID: Int.random(in: 0..<4, using: &random) == 0 ? KubernetesFixture.uid("web-1") : "other")
      }, evacuatingNodes: Bool.random(using: &random) ? ["node-1", "node-2"] : [])
  }

  @Test func `names and full nodes agree, answers are complete, and live-migratable pods only get proven nodes`() throws
  {
    var random = SeededGenerator(seed: 20260901)
    for _ in 0..<150 {
      let nodes = Self.cluster(&random)
      var configuration = SchedulerConfiguration()
      configuration.scorer = Scorer(
        strategy: ScoringStrategy.allCases.randomElement(using: &random) ?? .unit,
        weights: try ScoreWeights(targetAllocated: Int.random(in: 0...2, using: &random)))
      let reservations = Self.reservations(&random)
      let harness = Harness(
        nodes, pods: Self.pods(&random), reservations: reservations, podsSynced: Bool.random(using: &random),
        configuration: configuration)
      let isLive = Bool.random(using: &random)
      let pod = testPod(
        live: isLive ? "true" : nil, requests: [("cpu", "\(Int.random(in: 0...4000, using: &random))m")])
      let asked = nodes.shuffled(using: &random)

      let byName = harness.call(.filter, pod, names: asked.map(\.name))
      let full = harness.call(.filter, pod, nodes: asked)
      let accepted = try byName.nodeNames()
      #expect(try full.itemNames() == accepted)
      #expect(try byName.failures() == full.failures())
      #expect(try Set(accepted).union(byName.failures().keys) == Set(asked.map(\.name)))
      let echoes = asked.filter { accepted.contains($0.name) }.map(\.json)
      for echo in echoes { #expect(full.text.contains(echo)) }
      if isLive {
        let proven = Set(nodes.filter(\.isCheckpointCapable).map(\.name)).subtracting(reservations.evacuatingNodes)
        #expect(Set(accepted).isSubset(of: proven))
      }

      let scores = try harness.call(.prioritize, pod, names: asked.map(\.name)).scores()
      #expect(try harness.call(.prioritize, pod, nodes: asked).scores() == scores)
      #expect(Set(scores.keys) == Set(asked.map(\.name)))
      #expect(scores.values.allSatisfy { (0...10).contains($0) })

      let victims = asked.map { #""\#($0.name)":{"Pods":[{"UID":"u"}],"NumPDBViolations":0}"# }.joined(separator: ",")
      let preempt = harness.call(
        .preempt, #"{"Pod":\#(pod),"NodeNameToVictims":null,"NodeNameToMetaVictims":{\#(victims)}}"#)
      #expect(try Set(preempt.victims().keys) == Set(accepted), "preempt offers what filter accepts")
    }
  }

  @Test func `a view reuses prices of unchanged nodes and no others`() throws {
    let book = PriceBook(catalogue: nil)
    var builder = SnapshotBuilder()
    builder.replaceNodes([TestNode(name: "b", usdPerHour: "1").model, TestNode(name: "c", usdPerHour: "2").model])
    let first = SchedulingView.make(snapshot: builder.snapshot(), prices: book, nodesSynced: true, podsSynced: true)
    builder.upsert(TestNode(name: "a", usdPerHour: "3").model)
    builder.upsert(TestNode(name: "c", usdPerHour: "4").model)
    let second = SchedulingView.make(
      snapshot: builder.snapshot(), prices: book, nodesSynced: true, podsSynced: true, replacing: first)
    #expect(second.prices.map { $0?.nanodollarsPerHour.description } == ["3", "1", "4"])
    let slot = SnapshotSlot(first)
    #expect(slot.load() === first)
    slot.store(second)
    #expect(slot.load() === second)
  }
}
