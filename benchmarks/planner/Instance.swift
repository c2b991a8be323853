import ClusterModel
import MigrationPlanner

/// A benchmark instance: nodes and pods in the plain format of benchmarks/instances/README.md.
struct Instance {
  struct Node {
    var milliCPU: Int64
    var memoryMiB: Int64
    var gpuMilli: Int64
    var maxPods: Int64
    var nanodollarsPerHour: Int64
    var isCheckpointCapable: Bool
    var nodeClass: Int
  }

  struct Pod {
    var milliCPU: Int64
    var memoryMiB: Int64
    var gpuMilli: Int64
    var isMovable: Bool
    var group: Int
    var podsPerNode: Int
    var node: Int
    var classMask: UInt64
    var antiAffinityKey = ""
    var spreadKey = ""
  }

  var name: String
  var nodes: [Node] = []
  var pods: [Pod] = []
  var zones = 0
  /// Disruptions allowed per group (by group number modulo the count); empty for none.
  var budgets: [Int: Int] = [:]

  init(name: String) { self.name = name }

  /// Reads the format; nil where a line is not as it should be.
  init?(name: String, text: String) {
    self.name = name
    let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
    guard let head = lines.first, head.count == 2, let nodeCount = Int(head[0]), let podCount = Int(head[1]),
      lines.count == nodeCount + podCount + 1
    else { return nil }
    for fields in lines[1...nodeCount] {
      guard fields.count == 7, let price = Double(fields[4]) else { return nil }
      let numbers = fields.map { Int64($0) ?? 0 }
      nodes.append(
        Node(
          milliCPU: numbers[0], memoryMiB: numbers[1], gpuMilli: numbers[2], maxPods: numbers[3],
          nanodollarsPerHour: Int64((price * 1e9).rounded()), isCheckpointCapable: numbers[5] == 1,
          nodeClass: Int(numbers[6])))
    }
    for fields in lines[(nodeCount + 1)...] {
      guard fields.count == 8 else { return nil }
      let numbers = fields.map { Int64($0) ?? 0 }
      pods.append(
        Pod(
          milliCPU: numbers[0], memoryMiB: numbers[1], gpuMilli: numbers[2], isMovable: numbers[3] == 1,
          group: Int(numbers[4]), podsPerNode: Int(numbers[5]), node: Int(numbers[6]),
          classMask: UInt64(bitPattern: numbers[7])))
    }
  }

  /// The instance as the planner's input.
  func builder() -> PlanningProblem.Builder {
    var builder = PlanningProblem.Builder()
    for (index, node) in nodes.enumerated() {
      var labels: [(key: String, value: String)] = [
        ("kubernetes.io/hostname", "node-\(index)"), ("class", "\(node.nodeClass)"),
      ]
      if node.isCheckpointCapable { labels.append((WellKnownName.checkpointNodeLabel, "true")) }
      if zones > 0 { labels.append(("topology.kubernetes.io/zone", "zone-\(index % zones)")) }
      let extended: [String: Int64] = node.gpuMilli > 0 ? ["gpu-milli": node.gpuMilli] : [:]
      builder.nodes.append(
        PlannerNode(
          ClusterModel.Node(
            name: "node-\(index)", labels: Labels(labels),
            allocatable: ResourceAmounts(
              milliCPU: node.milliCPU, memoryBytes: node.memoryMiB << 20, pods: node.maxPods, extended: extended)),
          nanodollarsPerHour: node.nanodollarsPerHour))
    }
    let classes = Set(nodes.map(\.nodeClass)).sorted()
    builder.pods.reserveCapacity(pods.count)
    for (index, pod) in pods.enumerated() { builder.pods.append(plannerPod(pod, index, classes)) }
    for (group, allowed) in budgets.sorted(by: { $0.key < $1.key }) {
      builder.budgets.append(
        DisruptionBudget(
          namespace: "default", name: "budget-\(group)", selector: LabelSelector(matching: ["group": "\(group)"]),
          disruptionsAllowed: allowed))
    }
    return builder
  }

  private func plannerPod(_ pod: Pod, _ index: Int, _ classes: [Int]) -> PlannerPod {
    let extended: [String: Int64] = pod.gpuMilli > 0 ? ["gpu-milli": pod.gpuMilli] : [:]
    let demand = PodDemand(
      requests: ResourceAmounts(milliCPU: pod.milliCPU, memoryBytes: pod.memoryMiB << 20, extended: extended))
    let owner = pod.group < 0 ? "pod-\(index)" : "group-\(pod.group)"
    var planned = PlannerPod(
      ClusterModel.Pod(
        namespace: "default", name: "pod-\(index)", uid: "uid-\(index)", nodeName: "node-\(pod.node)", phase: .running,
        liveMigrationValue: pod.isMovable ? "true" : "false", controllerUID: owner, demand: demand))
    planned.ownerKind = "ReplicaSet"
    if pod.group >= 0 { planned.labels = ["group": "\(pod.group)"] }
    if pod.podsPerNode > 0 { planned.workloadPodsPerNode = pod.podsPerNode }
    let allowed = classes.filter { pod.classMask >> UInt64($0) & 1 != 0 }
    if allowed.count < classes.count {
      planned.nodeAffinity = [NodeSelectorTerm([SelectorRequirement("class", .isIn, allowed.map { "\($0)" })])]
    }
    let own = LabelSelector(matching: planned.labels)
    if !pod.antiAffinityKey.isEmpty { planned.antiAffinity = [PodAffinityTerm(own, topologyKey: pod.antiAffinityKey)] }
    if !pod.spreadKey.isEmpty { planned.spread = [SpreadConstraint(own, topologyKey: pod.spreadKey, maxSkew: 2)] }
    return planned
  }
}
