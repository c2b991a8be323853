import ClusterModel
import TestSupport
import Testing

@Suite struct NameTableTests {
  @Test func everyNameHasItsIndexAndNoOtherStringHasOne() {
    let names = (0..<5000).map { "ip-10-\($0 / 256)-\($0 % 256)-7.eu-central-1.compute.internal" }
    let table = NameTable(names)
    for (index, name) in names.enumerated() {
      #expect(table.index(of: name) == index)
      #expect(table.index(of: name + "x") == nil)
      #expect(table.index(of: String(name.dropLast())) == nil)
    }
    #expect(table.index(of: "") == nil)
  }

  @Test func namesOfEveryLengthAreTold() {
    let names = (0..<64).map { String(repeating: "a", count: $0) }
    let table = NameTable(names)
    for (index, name) in names.enumerated() { #expect(table.index(of: name) == index) }
    #expect(table.index(of: String(repeating: "a", count: 64)) == nil)
  }

  @Test func anEmptyTableFindsNothing() {
    #expect(NameTable([]).index(of: "node") == nil)
    #expect(NameTable([]).count == 0)
  }
}

@Suite struct SnapshotBuilderTests {
  private func pod(_ uid: String, on node: String, milliCPU: Int64, phase: Pod.Phase = .running) -> Pod {
    Pod(
      namespace: "default", name: uid, uid: uid, nodeName: node, phase: phase,
      demand: PodDemand(requests: ResourceAmounts(milliCPU: milliCPU, memoryBytes: milliCPU)))
  }

  @Test func podsMayArriveBeforeTheirNode() throws {
    var builder = SnapshotBuilder()
    builder.upsert(pod("p", on: "n", milliCPU: 300))
    #expect(builder.snapshot().nodes.isEmpty)
    builder.upsert(Node(name: "n", allocatable: ResourceAmounts(milliCPU: 4000)))
    let snapshot = builder.snapshot()
    let index = try #require(snapshot.names.index(of: "n"))
    #expect(snapshot.columns.requestedMilliCPU[index] == 300)
    #expect(snapshot.columns.podCount[index] == 1)
  }

  @Test func finishedAndUnboundPodsTakeNoRoom() throws {
    var builder = SnapshotBuilder()
    builder.replaceNodes([Node(name: "n")])
    builder.replacePods([
      pod("done", on: "n", milliCPU: 1, phase: .succeeded), pod("failed", on: "n", milliCPU: 2, phase: .failed),
      pod("pending", on: "", milliCPU: 4, phase: .pending), pod("bound", on: "n", milliCPU: 8, phase: .pending),
    ])
    let snapshot = builder.snapshot()
    #expect(snapshot.columns.requestedMilliCPU == [8])
    #expect(snapshot.podCount == 4)
  }

  @Test func anOldSnapshotDoesNotChange() {
    var builder = SnapshotBuilder()
    builder.replaceNodes([Node(name: "a"), Node(name: "b")])
    let before = builder.snapshot()
    builder.removeNode(named: "a")
    let after = builder.snapshot()
    #expect(before.names.index(of: "b") == 1)
    #expect(after.names.index(of: "b") == 0)
    #expect(before.generation < after.generation)
  }

  /// Whatever the order of changes, the snapshot is that of a builder which saw only the final state.
  @Test func incrementalChangesEqualAFreshBuild() {
    var generator = SeededGenerator(seed: 20_261)
    for _ in 0..<50 {
      var builder = SnapshotBuilder()
      var nodes: [String: Node] = [:]
      var pods: [String: Pod] = [:]
      for _ in 0..<300 {
        let name = "n\(Int.random(in: 0..<12, using: &generator))"
        let uid = "p\(Int.random(in: 0..<60, using: &generator))"
        switch Int.random(in: 0..<6, using: &generator) {
        case 0:
          let node = Node(
            name: name, allocatable: ResourceAmounts(milliCPU: Int64.random(in: 1...9, using: &generator)))
          nodes[name] = node
          builder.upsert(node)
        case 1:
          nodes[name] = nil
          builder.removeNode(named: name)
        case 2:
          pods[uid] = nil
          builder.removePod(uid: uid)
        default:
          let phase: Pod.Phase = Bool.random(using: &generator) ? .running : .succeeded
          let changed = pod(uid, on: name, milliCPU: Int64.random(in: 0...500, using: &generator), phase: phase)
          pods[uid] = changed
          builder.upsert(changed)
        }
      }
      var fresh = SnapshotBuilder()
      fresh.replacePods(Array(pods.values))
      fresh.replaceNodes(Array(nodes.values))
      let incremental = builder.snapshot()
      let expected = fresh.snapshot()
      #expect(incremental.nodes == expected.nodes)
      #expect(incremental.usage == expected.usage)
      #expect(incremental.columns.requestedMilliCPU == expected.columns.requestedMilliCPU)
      #expect(incremental.podCount == expected.podCount)
    }
  }
}
