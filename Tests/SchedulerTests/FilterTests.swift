import ClusterModel
import NodeCost
import TestSupport
import Testing

@testable import Scheduler

private let cluster = [
  TestNode(name: "plain"), TestNode(name: "capable-1", isCheckpointCapable: true),
  TestNode(name: "capable-2", isCheckpointCapable: true),
]
private let names = cluster.map(\.name)

/// In both cache modes the same nodes and the same reasons, and every node is either accepted or has a reason.
private func filter(
  _ harness: Harness, _ pod: String, _ nodes: [TestNode] = cluster
) throws -> (accepted: [String], failed: [String: String]) {
  let byName = harness.call(.filter, pod, names: nodes.map(\.name))
  let full = harness.call(.filter, pod, nodes: nodes)
  let accepted = try byName.nodeNames()
  let failed = try byName.failures()
  #expect(try full.itemNames() == accepted)
  #expect(try full.failures() == failed)
  #expect(try byName.failures("FailedAndUnresolvableNodes") == failed, "unresolvable nodes stand in both maps")
  #expect(Set(accepted).union(failed.keys) == Set(nodes.map(\.name)), "no node is left out silently")
  #expect(Set(accepted).isDisjoint(with: failed.keys))
  for answer in [byName, full] {
    #expect(answer.outcome.status == 200)
    #expect(answer.outcome.nodesExamined == nodes.count)
    #expect(answer.outcome.nodesRejected == failed.count)
    #expect(answer.outcome.result == (accepted.isEmpty ? .rejectedAll : .ok))
  }
  #expect(full.outcome.carriedFullNodes && !byName.outcome.carriedFullNodes)
  return (accepted, failed)
}

@Suite struct FilterTests {
  @Test func `ordinary pods go anywhere`() throws {
    #expect(try filter(Harness(cluster), testPod()).accepted == names)
  }

  @Test(arguments: [
    (testPod(live: "true"), true), (testPod(live: "false", runtimeClass: "checkpoint"), false),
    (testPod(runtimeClass: "checkpoint"), true), (testPod(runtimeClass: "gvisor"), false),
    (testPod(live: "yes"), false),
  ])
  func `live-migratable pods go to labelled nodes only`(pod: String, isLive: Bool) throws {
    let harness = Harness(cluster)
    let (accepted, failed) = try filter(harness, pod)
    #expect(accepted == (isLive ? ["capable-1", "capable-2"] : names))
    #expect(failed == (isLive ? ["plain": "\(Verdict.notCheckpointCapable.message)"] : [:]))
    #expect(harness.call(.filter, pod, names: names).outcome.isLiveMigratable == isLive)
  }

  @Test func `with no labelled node every node has the same one sentence`() throws {
    let nodes = (0..<50).map { TestNode(name: "n\($0)") }
    let (accepted, failed) = try filter(Harness(nodes), testPod(live: "true"), nodes)
    #expect(accepted.isEmpty)
    #expect(Set(failed.values).count == 1)
    let sentence = try #require(failed["n0"])
    #expect(sentence.contains("dakr.devzero.io/checkpoint-node=true"))
    // kube-scheduler puts "0/50 nodes are available: 50 <sentence>." into an event of 1,024 bytes.
    #expect(sentence.utf8.count < 200)
    #expect(!sentence.contains("n0") && !sentence.hasSuffix("."))
  }

  @Test func `nodes being emptied are closed to live-migratable pods only`() throws {
    let harness = Harness(cluster, reservations: Reservations(evacuatingNodes: ["capable-1"]))
    let (accepted, failed) = try filter(harness, testPod(live: "true"))
    #expect(accepted == ["capable-2"])
    #expect(failed["capable-1"] == "\(Verdict.evacuating.message)")
    #expect(try filter(harness, testPod()).accepted == names)
  }

  @Test func `a replacement goes to its reserved target only`() throws {
    let demand = PodDemand(requests: ResourceAmounts(milliCPU: 500, memoryBytes: 512 << 20))
    let byUID = Reservation(nodeName: "capable-2", demand: demand, replacementUID: KubernetesFixture.uid("web-1"))
    let byOwner = Reservation(nodeName: "capable-2", demand: demand, controllerUID: "rs-1")
    for reservation in [byUID, byOwner] {
      let harness = Harness(cluster, reservations: Reservations([reservation]))
      let (accepted, failed) = try filter(harness, testPod(live: "true", controller: "rs-1"))
      #expect(accepted == ["capable-2"])
      #expect(Set(failed.values) == ["\(Verdict.notReservedTarget.message)"])
    }
    // Once the replacement is known by UID, other pods of the same owner are free.
    var known = byOwner
    known.replacementUID = KubernetesFixture.uid("web-1")
    let harness = Harness(cluster, reservations: Reservations([known]))
    #expect(
      try filter(harness, testPod("web-2", live: "true", controller: "rs-1")).accepted == ["capable-1", "capable-2"])
    // The target has to be able to restore, even so.
    let onPlain = Reservation(nodeName: "plain", demand: demand, replacementUID: KubernetesFixture.uid("web-1"))
    #expect(try filter(Harness(cluster, reservations: Reservations([onPlain])), testPod(live: "true")).accepted.isEmpty)
  }

  @Test(arguments: [
    (1000, true), (2500, true), (2501, false), (4000, false),
  ])
  func `nobody takes reserved room`(requested: Int64, fits: Bool) throws {
    // 4,000 allocatable, 500 used, 1,000 held: 2,500 are left.
    let held = Reservation(
      nodeName: "capable-1", demand: PodDemand(requests: ResourceAmounts(milliCPU: 1000)), replacementUID: "other")
    let running = Pod(
      namespace: "a", name: "b", uid: "c", nodeName: "capable-1", phase: .running,
      demand: PodDemand(requests: ResourceAmounts(milliCPU: 500)))
    let harness = Harness(cluster, pods: [running], reservations: Reservations([held]))
    let (accepted, failed) = try filter(harness, testPod(requests: [("cpu", "\(requested)m")]))
    #expect(accepted.contains("capable-1") == fits)
    #expect(failed == (fits ? [:] : ["capable-1": "\(Verdict.reservedRoom.message)"]))
    // The pod for which the room is held may take it, and a resource that nobody holds does not matter.
    #expect(try filter(harness, testPod(requests: [("memory", "1Gi")])).accepted == names)
    let mine = Reservation(
      nodeName: "capable-1", demand: PodDemand(requests: ResourceAmounts(milliCPU: 1000)),
      replacementUID: KubernetesFixture.uid("web-1"))
    let owner = Harness(cluster, pods: [running], reservations: Reservations([mine]))
    #expect(try filter(owner, testPod(requests: [("cpu", "\(requested)m")])).accepted == ["capable-1"])
  }

  @Test func `extended resources and the number of pods are held too`() throws {
    var node = TestNode(name: "gpu")
    node.gpus = 2
    let held = Reservation(
      nodeName: "gpu", demand: PodDemand(requests: ResourceAmounts(extended: ["nvidia.com/gpu": 1])),
      replacementUID: "x")
    let harness = Harness([node], reservations: Reservations([held]))
    #expect(try filter(harness, testPod(requests: [("nvidia.com/gpu", "1")]), [node]).accepted == ["gpu"])
    #expect(try filter(harness, testPod(requests: [("nvidia.com/gpu", "2")]), [node]).accepted.isEmpty)
    let crowd = (0..<109).map { index in
      Pod(namespace: "a", name: "p\(index)", uid: "p\(index)", nodeName: "gpu", phase: .running)
    }
    let full = Harness([node], pods: crowd, reservations: Reservations([held]))
    #expect(try filter(full, testPod(requests: []), [node]).accepted.isEmpty)
  }

  @Test func `while pods are not read, reserved nodes are left alone`() throws {
    let held = Reservation(nodeName: "plain", demand: PodDemand(requests: .zero), replacementUID: "x")
    let harness = Harness(cluster, reservations: Reservations([held]), podsSynced: false)
    #expect(try filter(harness, testPod()).accepted == ["capable-1", "capable-2"])
  }

  @Test func `pods of other schedulers are let through`() throws {
    let everything = Reservations(
      [
        Reservation(
          nodeName: "plain", demand: PodDemand(requests: ResourceAmounts(milliCPU: 9999)), replacementUID: "x")
      ],
      evacuatingNodes: Set(names))
    let harness = Harness(cluster, reservations: everything)
    let answer = harness.call(.filter, testPod(live: "true", scheduler: "default-scheduler"), names: names)
    #expect(try answer.nodeNames() == names)
    #expect(answer.outcome.result == .passedThrough)
    #expect(harness.service.decisions.size.count == 0)
    var configuration = SchedulerConfiguration()
    configuration.schedulerNames = ["mine", "other"]
    let mine = Harness(cluster, configuration: configuration)
    #expect(try mine.call(.filter, testPod(live: "true", scheduler: "other"), names: names).nodeNames().count == 2)
    #expect(try mine.call(.filter, testPod(live: "true"), names: names).nodeNames().count == 3)
    configuration.schedulerNames = []
    let all = Harness(cluster, configuration: configuration)
    #expect(try all.call(.filter, testPod(live: "true", scheduler: "x"), names: names).nodeNames().count == 2)
  }

  @Test func `before nodes are read, only live-migratable pods wait`() throws {
    let harness = Harness(nodesSynced: false, podsSynced: false)
    #expect(try harness.call(.filter, testPod(), names: names).nodeNames() == names)
    let answer = harness.call(.filter, testPod(live: "true"), names: names)
    #expect(try answer.nodeNames().isEmpty)
    #expect(try Set(answer.failures().values) == ["\(Verdict.nodesNotSynced.message)"])
    // A request that carries the nodes proves them itself.
    #expect(try harness.call(.filter, testPod(live: "true"), nodes: cluster).itemNames() == ["capable-1", "capable-2"])
  }

  @Test func `a node that is not known yet takes no live-migratable pod`() throws {
    let harness = Harness(cluster)
    let answer = harness.call(.filter, testPod(live: "true"), names: ["new", "capable-1"])
    #expect(try answer.nodeNames() == ["capable-1"])
    #expect(try answer.failures() == ["new": "\(Verdict.unknownNode.message)"])
    #expect(answer.outcome.nodesUnknown == 1)
    #expect(try harness.call(.filter, testPod(), names: ["new", "plain"]).nodeNames() == ["new", "plain"])
  }
}
