import Testing

@testable import ClusterModel

/// Snapshots share what did not change between them; what did change has to show all the same.
@Suite struct SharedNodesTests {
  private func node(_ name: String, milliCPU: Int64 = 4000) -> Node {
    Node(name: name, labels: ["a": name], allocatable: ResourceAmounts(milliCPU: milliCPU, pods: 110))
  }

  private func pod(_ uid: String, on nodeName: String, milliCPU: Int64) -> Pod {
    Pod(
      namespace: "n", name: uid, uid: uid, nodeName: nodeName, phase: .running,
      demand: PodDemand(requests: ResourceAmounts(milliCPU: milliCPU)))
  }

  @Test func `every change shows in the next snapshot`() {
    var builder = SnapshotBuilder()
    builder.replaceNodes([node("b"), node("a")])
    #expect(builder.snapshot().columns.requestedMilliCPU == [0, 0])
    builder.upsert(pod("p", on: "b", milliCPU: 500))
    let second = builder.snapshot()
    #expect(second.nodes.map(\.name) == ["a", "b"])
    #expect(second.columns.requestedMilliCPU == [0, 500])
    #expect(second.usage.map(\.requests.milliCPU) == [0, 500])
    builder.upsert(node("b", milliCPU: 8000))
    #expect(builder.snapshot().columns.allocatableMilliCPU == [4000, 8000])
    builder.upsert(node("aa"))
    let fourth = builder.snapshot()
    #expect(fourth.nodes.map(\.name) == ["a", "aa", "b"])
    #expect(fourth.names.index(of: "b") == 2)
    #expect(fourth.columns.requestedMilliCPU == [0, 0, 500])
    builder.removeNode(named: "a")
    #expect(builder.snapshot().columns.requestedMilliCPU == [0, 500])
    builder.replaceNodes([node("c")])
    #expect(builder.snapshot().nodes.map(\.name) == ["c"])
    #expect(second.nodes.map(\.name) == ["a", "b"], "an old snapshot stays as it was")
  }

  @Test func `sums over extended resources are those of dictionaries`() {
    for round in 0..<200 {
      // Another order of the names in every round.
      let names = (0..<6).map { "example.com/r\(($0 * 5 + round) % 6)" }
      var left = ResourceAmounts.zero
      var right = ResourceAmounts.zero
      var expected: [String: Int64] = [:]
      for (index, name) in names.enumerated() {
        let (own, other) = (Int64(round + index), Int64(index * 7))
        if index < 4 {
          left[extended: name] = own
          expected[name, default: 0] += own
        }
        if index > 1 {
          right[extended: name] = other
          expected[name, default: 0] += other
        }
      }
      var sum = left
      sum.add(right)
      #expect(Dictionary(uniqueKeysWithValues: sum.extended.map { ($0.name, $0.count) }) == expected)
      #expect(sum.extended.map(\.name) == expected.keys.sorted())
      sum.subtract(right)
      for amount in left.extended { #expect(sum[extended: amount.name] == amount.count) }
    }
  }

  @Test func `of equal names in a list the last one counts`() {
    var amounts = ResourceAmounts.zero
    amounts.setExtended([
      ExtendedAmount(name: "b", count: 1), ExtendedAmount(name: "a", count: 2), ExtendedAmount(name: "b", count: 3),
    ])
    #expect(amounts.extended.map(\.name) == ["a", "b"])
    #expect(amounts[extended: "b"] == 3)
  }
}
