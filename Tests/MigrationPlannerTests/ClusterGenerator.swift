import ClusterModel
import TestSupport

@testable import MigrationPlanner

/// Makes small clusters in which every feature of the model occurs, valid ones and (now and then) ones in which a rule is
/// violated already.
struct ClusterGenerator {
  private var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
  private mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  mutating func builder() -> PlanningProblem.Builder {
    var builder = PlanningProblem.Builder()
    builder.policy.movesPodsWithHostPorts = chance(50)
    builder.policy.movesPodsWithoutController = chance(20)
    builder.policy.movesPodsWithLocalStorage = chance(20)
    builder.policy.assumesEveryPodMigratable = chance(10)
    if chance(20) { builder.headroom.cpu = 0.1 }
    if chance(20) { builder.headroom.memory = 0.15 }
    builder.moveCost.nanodollarsPerMove = chance(30) ? 1_000_000_000 : 1000
    for index in 0..<(2 + below(9)) { builder.nodes.append(node(index)) }
    builder.namespaceLabels = ["a": ["team": "x"], "b": ["team": "y"]]
    let workloads = (0..<(1 + below(8))).map { workload($0) }
    for index in 0..<below(45) { addPod(index, workloads[below(workloads.count)], &builder) }
    for index in 0..<below(3) {
      builder.budgets.append(
        DisruptionBudget(
          namespace: "a", name: "budget-\(index)", selector: LabelSelector(matching: ["app": "w\(below(8))"]),
          disruptionsAllowed: below(3)))
    }
    return builder
  }

  private mutating func node(_ index: Int) -> PlannerNode {
    var labels: [(key: String, value: String)] = [
      (key: "kubernetes.io/hostname", value: "n\(index)"), (key: "pool", value: "p\(below(3))"),
    ]
    if !chance(10) { labels.append((key: "zone", value: "z\(below(3))")) }
    if !chance(12) { labels.append((key: WellKnownName.checkpointNodeLabel, value: "true")) }
    var taints: [Taint] = []
    if chance(12) { taints.append(Taint(key: "dedicated", value: "x", effect: .noSchedule)) }
    if chance(10) { taints.append(Taint(key: "soft", effect: .preferNoSchedule)) }
    let size = Int64(1 + below(3))
    let node = Node(
      name: "n\(index)", labels: Labels(labels), taints: taints, isUnschedulable: chance(8), isReady: !chance(5),
      allocatable: ResourceAmounts(
        milliCPU: size * 4000 - 70, memoryBytes: size * 8 << 30, ephemeralStorageBytes: 20 << 30, pods: 4 + size * 6,
        extended: chance(25) ? ["nvidia.com/gpu": 4] : [:]))
    return PlannerNode(
      node, nanodollarsPerHour: Int64(1 + below(20)) * 50_000_000, isRemovedWhenEmpty: !chance(10),
      volumeLimits: ["disk.csi": Int64(1 + below(4))])
  }

  private mutating func workload(_ index: Int) -> PlannerPod {
    let namespace = chance(70) ? "a" : "b"
    let requests = ResourceAmounts(
      milliCPU: Int64(below(8)) * 130, memoryBytes: Int64(below(9)) * 200 << 20,
      ephemeralStorageBytes: chance(20) ? 1 << 30 : 0, extended: chance(8) ? ["nvidia.com/gpu": 1] : [:])
    var pod = PlannerPod(
      Pod(
        namespace: namespace, name: "", uid: "", phase: .running, isTerminating: chance(3),
        liveMigrationValue: chance(80) ? "true" : (chance(50) ? "false" : nil), controllerUID: "w\(index)",
        demand: PodDemand(requests: requests)))
    pod.ownerKind = chance(90) ? "ReplicaSet" : (chance(50) ? "DaemonSet" : "")
    pod.labels = ["app": "w\(index)", "tier": "t\(below(2))"]
    let own = LabelSelector(matching: ["app": "w\(index)"])
    let tier = LabelSelector(matching: ["tier": "t\(below(2))"])
    let key = chance(50) ? "zone" : "kubernetes.io/hostname"
    if chance(15) { pod.antiAffinity.append(PodAffinityTerm(own, topologyKey: key)) }
    if chance(10) {
      pod.antiAffinity.append(
        PodAffinityTerm(
          tier, topologyKey: "kubernetes.io/hostname", namespaceSelector: LabelSelector(matching: ["team": "x"])))
    }
    if chance(10) { pod.affinity.append(PodAffinityTerm(chance(50) ? own : tier, topologyKey: key)) }
    if chance(5) { pod.affinity.append(PodAffinityTerm(tier, topologyKey: "zone", namespaces: ["a", "b"])) }
    if chance(20) {
      pod.spread.append(
        SpreadConstraint(
          own, topologyKey: key, maxSkew: 1 + below(2), minDomains: 1 + below(4), honoursNodeAffinity: chance(70),
          honoursTaints: chance(30)))
    }
    if chance(10) { pod.nodeSelector = ["pool": "p\(below(3))"] }
    if chance(10) { pod.nodeAffinity = [NodeSelectorTerm([SelectorRequirement("zone", .notIn, ["z0"])])] }
    if chance(30) { pod.tolerations = [Toleration(key: "dedicated")] }
    if chance(8) { pod.hostPorts = [HostPort(8080, address: chance(50) ? "" : "10.0.0.\(below(2))")] }
    if chance(10) { pod.volumes = [PodVolume(attachDriver: "disk.csi")] }
    if chance(5) {
      pod.volumes.append(PodVolume(nodeAffinity: [NodeSelectorTerm([SelectorRequirement("zone", .isIn, ["z1"])])]))
    }
    if chance(4) { pod.volumes.append(PodVolume(isLocalToNode: true)) }
    if chance(8) { pod.workloadPodsPerNode = 1 + below(3) }
    pod.doNotDisrupt = chance(3)
    pod.safeToEvict = chance(3) ? false : nil
    pod.isCoolingDown = chance(3)
    pod.usesHostNamespaces = chance(3)
    return pod
  }

  /// Adds a pod where the checker's rules let it be, or, now and then, anywhere.
  private mutating func addPod(_ index: Int, _ workload: PlannerPod, _ builder: inout PlanningProblem.Builder) {
    var pod = workload
    pod.pod.name = "p\(index)"
    pod.pod.uid = "u\(index)"
    pod.memoryToCopyBytes = chance(30) ? Int64(below(100)) << 20 : nil
    let isCareless = chance(4)
    for _ in 0..<6 {
      pod.pod.nodeName = "n\(below(builder.nodes.count))"
      if isCareless || PlacementJudge.accepts(pod, builder) {
        builder.pods.append(pod)
        return
      }
    }
  }
}
