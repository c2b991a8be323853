import ClusterModel
import MigrationPlanner

/// Kubernetes' rules about which pod may stand where, asked one pair of pods at a time.
struct PlacementRules {
  let nodes: [String: PlannerNode]
  let pods: [PlannerPod]
  let namespaceLabels: [String: Labels]

  /// Selectors, affinity, taints and volumes.
  func nodeFault(_ pod: PlannerPod, _ node: Node) -> String? {
    for pair in pod.nodeSelector.pairs where node.labels[pair.key] != pair.value { return "node selector" }
    if let terms = pod.nodeAffinity, !terms.contains(where: { $0.matches(node) }) { return "node affinity" }
    for taint in node.taints where taint.effect != .preferNoSchedule {
      if !pod.tolerations.contains(where: { $0.tolerates(taint) }) { return "taint \(taint.key)" }
    }
    for volume in pod.volumes {
      if let terms = volume.nodeAffinity, !terms.contains(where: { $0.matches(node) }) { return "volume" }
    }
    return nil
  }

  private func domain(_ node: String, _ key: String) -> String? { nodes[node]?.node.labels[key] }

  private func matches(_ term: PodAffinityTerm, of owner: Int, _ other: Int) -> Bool {
    let namespace = pods[other].pod.namespace
    let isInNamespace: Bool
    if term.namespaces.isEmpty && term.namespaceSelector == nil {
      isInNamespace = namespace == pods[owner].pod.namespace
    } else {
      var labels = namespaceLabels[namespace]?.pairs.map { (key: $0.key, value: $0.value) } ?? []
      labels.append((key: "kubernetes.io/metadata.name", value: namespace))
      isInNamespace = term.namespaces.contains(namespace) || term.namespaceSelector?.matches(Labels(labels)) ?? false
    }
    return isInNamespace && term.selector.matches(pods[other].labels)
  }

  private func clash(_ left: HostPort, _ right: HostPort) -> Bool {
    left.port == right.port && left.transport == right.transport
      && (left.address == right.address || left.address == "" || right.address == "")
  }

  /// Whether kube-scheduler would refuse to put the pod onto the node, were it not where it is.
  func refusal(of pod: Int, onto node: String, _ placement: [String]) -> String? {
    let own = pods[pod]
    for other in pods.indices where other != pod {
      for term in own.antiAffinity where matches(term, of: pod, other) {
        if let here = domain(node, term.topologyKey), domain(placement[other], term.topologyKey) == here {
          return "anti-affinity to \(pods[other].pod.name)"
        }
      }
      for term in pods[other].antiAffinity where matches(term, of: other, pod) {
        if let here = domain(node, term.topologyKey), domain(placement[other], term.topologyKey) == here {
          return "anti-affinity of \(pods[other].pod.name)"
        }
      }
      if placement[other] == node,
        own.hostPorts.contains(where: { port in pods[other].hostPorts.contains { clash(port, $0) } })
      {
        return "host port of \(pods[other].pod.name)"
      }
    }
    if own.workloadPodsPerNode > 0 {
      let others = pods.indices.count {
        $0 != pod && placement[$0] == node && pods[$0].pod.controllerUID == own.pod.controllerUID
          && pods[$0].workloadPodsPerNode > 0
      }
      if others >= own.workloadPodsPerNode { return "too many of its workload" }
    }
    if !isAffine(pod, on: node, placement) { return "affinity" }
    var moved = placement
    moved[pod] = node
    for constraint in own.spread {
      guard let counts = spreadCounts(constraint, of: pod, moved), let here = domain(node, constraint.topologyKey),
        let count = counts[here]
      else { return "spread: no domain" }
      // The pod itself counts only where its own selector matches it.
      let floor = counts.count < constraint.minDomains ? 0 : leastWithout(pod, counts, here, constraint)
      if count - floor > constraint.maxSkew { return "spread over \(constraint.topologyKey)" }
    }
    return nil
  }

  /// The least count before the pod is put down, which is what kube-scheduler compares with.
  private func leastWithout(_ pod: Int, _ counts: [String: Int], _ here: String, _ constraint: SpreadConstraint) -> Int
  {
    var before = counts
    if constraint.selector.matches(pods[pod].labels) { before[here, default: 0] -= 1 }
    return before.values.min() ?? 0
  }

  private func isAffine(_ pod: Int, on node: String, _ placement: [String]) -> Bool {
    let own = pods[pod]
    if own.affinity.isEmpty { return true }
    let supporters = pods.indices.filter { other in
      other != pod && own.affinity.allSatisfy { matches($0, of: pod, other) }
    }
    if supporters.isEmpty {
      return own.affinity.allSatisfy { matches($0, of: pod, pod) && domain(node, $0.topologyKey) != nil }
    }
    return own.affinity.allSatisfy { term in
      guard let here = domain(node, term.topologyKey) else { return false }
      return supporters.contains { domain(placement[$0], term.topologyKey) == here }
    }
  }

  /// Pods per domain as the constraint counts them.
  private func spreadCounts(_ constraint: SpreadConstraint, of pod: Int, _ placement: [String]) -> [String: Int]? {
    let own = pods[pod]
    var bare = own
    bare.tolerations = [Toleration()]
    bare.volumes = []
    var counts: [String: Int] = [:]
    var eligible: Set<String> = []
    for (name, node) in nodes {
      if own.spread.contains(where: { node.node.labels[$0.topologyKey] == nil }) { continue }
      if constraint.honoursNodeAffinity && nodeFault(bare, node.node) != nil { continue }
      if constraint.honoursTaints
        && node.node.taints.contains(where: { taint in
          taint.effect != .preferNoSchedule && !own.tolerations.contains { $0.tolerates(taint) }
        })
      {
        continue
      }
      eligible.insert(name)
      if let domain = node.node.labels[constraint.topologyKey] { counts[domain, default: 0] += 0 }
    }
    for other in pods.indices where eligible.contains(placement[other]) && !pods[other].pod.isTerminating {
      if pods[other].pod.namespace == own.pod.namespace && constraint.selector.matches(pods[other].labels),
        let domain = domain(placement[other], constraint.topologyKey)
      {
        counts[domain, default: 0] += 1
      }
    }
    return counts.isEmpty ? nil : counts
  }

  /// Every rule that does not hold, and how badly.
  func violations(_ placement: [String]) -> [String: Int] {
    var found: [String: Int] = [:]
    for pod in pods.indices {
      let own = pods[pod]
      for other in pods.indices where other != pod {
        for term in own.antiAffinity where matches(term, of: pod, other) {
          if let here = domain(placement[pod], term.topologyKey), domain(placement[other], term.topologyKey) == here {
            found["anti-affinity of \(own.pod.name) to \(pods[other].pod.name)"] = 1
          }
        }
      }
      if !own.affinity.isEmpty && !isAffine(pod, on: placement[pod], placement) {
        found["affinity of \(own.pod.name)"] = 1
      }
      for (index, constraint) in own.spread.enumerated() {
        guard let counts = spreadCounts(constraint, of: pod, placement) else { continue }
        let floor = counts.count < constraint.minDomains ? 0 : counts.values.min() ?? 0
        let skew = (counts.values.max() ?? 0) - floor - constraint.maxSkew
        if skew > 0 { found["spread \(index) of \(own.pod.name)"] = skew }
      }
    }
    return found
  }
}
