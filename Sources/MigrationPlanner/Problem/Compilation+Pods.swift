import ClusterModel

/// Where pods may go by their own wishes and the nodes' taints; pods that are equal in this share a mask.
struct MaskTable {
  struct Key: Hashable {
    var nodeSelector: Labels
    var nodeAffinity: [NodeSelectorTerm]?
    var tolerations: [Toleration]
    var volumes: [[NodeSelectorTerm]]
  }

  private var indices: [Key: Int32] = [:]
  private(set) var keys: [Key] = []

  mutating func index(of planned: PlannerPod) -> Int32 {
    let key = Key(
      nodeSelector: planned.nodeSelector, nodeAffinity: planned.nodeAffinity, tolerations: planned.tolerations,
      volumes: planned.volumes.compactMap(\.nodeAffinity))
    if let index = indices[key] { return index }
    indices[key] = Int32(keys.count)
    keys.append(key)
    return Int32(keys.count - 1)
  }
}

extension MaskTable.Key {
  func admits(_ node: Node) -> Bool {
    isSelected(node) && tolerates(node) && volumes.allSatisfy { terms in terms.contains { $0.matches(node) } }
  }

  /// `nodeSelector` and node affinity.
  func isSelected(_ node: Node) -> Bool {
    nodeSelector.pairs.allSatisfy { node.labels[$0.key] == $0.value }
      && (nodeAffinity.map { terms in terms.contains { $0.matches(node) } } ?? true)
  }

  func tolerates(_ node: Node) -> Bool {
    node.taints.allSatisfy { taint in
      taint.effect == .preferNoSchedule || tolerations.contains { $0.tolerates(taint) }
    }
  }
}

extension Compilation {
  private struct Kind: Hashable {
    var demand: ResourceVector
    var mask: Int32
    var profile: Int32
  }

  /// Adds the pods' columns, masks and kinds. Profiles are filled in by `addTopology`.
  mutating func addPods() {
    let profiles = ProfileTable(self)
    let reader = ResourceReader(problem.resourceNames)
    var kinds: [Kind: Int32] = [:]
    var workloads: [String: Int32] = [:]
    for (position, member) in members.enumerated() {
      let planned = input.pods[Int(member)]
      var demand = ResourceVector()
      reader.forEachAmount(of: planned) { resource, amount in
        let unit = problem.resourceUnits[resource]
        demand[resource] &+= Int32(clamping: max(amount, 0) / unit + (max(amount, 0) % unit == 0 ? 0 : 1))
      }
      let kind = Kind(demand: demand, mask: masks.index(of: planned), profile: profiles.profileOfMember[position])
      let index = kinds[kind] ?? Int32(kinds.count)
      if index == kinds.count {
        kinds[kind] = index
        problem.kindDemands.append(kind.demand)
        problem.kindMasks.append(kind.mask)
        problem.kindProfiles.append(kind.profile)
      }
      problem.podKinds.append(index)
      addPodColumns(planned, position, &workloads)
    }
    problem.workloadCount = workloads.count
    addMasks()
    profileInput = profiles
  }

  private mutating func addPodColumns(_ planned: PlannerPod, _ position: Int, _ workloads: inout [String: Int32]) {
    let pod = planned.pod
    problem.podNamespaces.append(pod.namespace)
    problem.podNames.append(pod.name)
    problem.podUIDs.append(pod.uid)
    problem.podNodes.append(memberNodes[position])
    problem.immovableReasons.append(reasons[position])
    let owner = pod.controllerUID.isEmpty ? "pod \(pod.uid)/\(pod.namespace)/\(pod.name)" : pod.controllerUID
    let workload = workloads[owner] ?? Int32(workloads.count)
    if workload == workloads.count { workloads[owner] = workload }
    problem.podWorkloads.append(workload)
    let bytes = planned.memoryToCopyBytes ?? pod.demand.requests.memoryBytes
    problem.podMemoryToCopy.append(bytes)
    problem.podMoveCosts.append(input.moveCost.nanodollars(copying: bytes, weight: planned.downtimeWeight))
  }

  private mutating func addMasks() {
    let nodes = input.nodes
    problem.maskWordCount = (nodes.count + 63) / 64
    problem.wishWords = [UInt64](repeating: 0, count: problem.maskWordCount * masks.keys.count)
    problem.maskWords = problem.wishWords
    for (mask, key) in masks.keys.enumerated() {
      for index in nodes.indices where key.admits(nodes[index].node) {
        let word = mask * problem.maskWordCount + index >> 6
        problem.wishWords[word] |= 1 << UInt64(index & 63)
        if problem.nodeRefusals[index] == .none { problem.maskWords[word] |= 1 << UInt64(index & 63) }
      }
    }
  }
}
