internal import ClusterModel
package import MigrationPlanner
package import NodeCost

/// Collects the objects of a cluster and makes of them what the planner takes.
///
/// Objects may come in any order; what refers to others (claims, prices that are missing) is settled at the end. What
/// cannot be known is never guessed: the pod stays where it is, and ``Notes`` say what was missing.
package struct ClusterInput: Sendable {
  /// What a plan does not show by itself, for the person who asked for it.
  package struct Notes: Hashable, Sendable {
    /// Sentences, the important ones first.
    package var sentences: [String] = []
    /// How many nodes have their price from which source.
    package var priceSources: [PriceSource: Int] = [:]
    /// How many nodes somebody removes once they are empty.
    package var removableNodes = 0
    /// How many objects of which kinds were passed over.
    package var ignoredKinds: [String: Int] = [:]
  }

  /// The choices that are not in the objects.
  package struct Choices: Hashable, Sendable {
    package var removal = NodeRemoval.auto
    /// Seconds since 1970: pods migrated less than `cooldownSeconds` before it stay.
    package var nowUnixSeconds: Int64 = 0
    package var cooldownSeconds: Int64 = 0

    package init() {}
  }

  private var nodes: [ReadNode] = []
  private var pods: [ReadPod] = []
  private var budgets: [DisruptionBudget] = []
  private var namespaceLabels: [String: Labels] = [:]
  private var claims: [String: String] = [:]
  private var volumes: [String: PodVolume] = [:]
  private var attachLimits: [String: [String: Int64]] = [:]
  private var ignoredKinds: [String: Int] = [:]
  private var hasClusterAutoscaler = false

  package init() {}

  /// Takes an object in. Pods that are not bound or have ended are passed over.
  package mutating func add(_ object: ClusterObject) {
    switch object {
    case .node(let node): nodes.append(node)
    case .pod(let read):
      guard read.pod.pod.occupiesNode else { return }
      if NodeRemovalRules.isClusterAutoscaler(read.pod.labels) { hasClusterAutoscaler = true }
      pods.append(read)
    case .disruptionBudget(let budget): budgets.append(budget)
    case .namespace(let name, let labels): namespaceLabels[name] = labels
    case .claim(let claim): claims["\(claim.namespace)/\(claim.name)"] = claim.volumeName
    case .volume(let volume): volumes[volume.name] = volume.volume
    case .attachLimits(let node, let limits): attachLimits[node] = limits
    case .other(let kind): ignoredKinds[kind, default: 0] += 1
    }
  }

  /// Fills a builder's nodes, pods, budgets and namespaces, in the order of names, so that equal clusters give equal
  /// plans however they were read.
  ///
  /// - Throws: ``ClusterInputFailure`` where no plan can be made of the input.
  package consuming func fill(
    _ builder: inout PlanningProblem.Builder, prices: PriceBook, choices: Choices
  ) throws(ClusterInputFailure) -> Notes {
    guard !nodes.isEmpty else {
      throw ClusterInputFailure(
        "the input has no nodes; write it with kubectl get nodes,pods,pdb,pvc,pv,csinodes,namespaces -A -o json")
    }
    var notes = Notes(ignoredKinds: ignoredKinds)
    try refuseDuplicates()
    nodes.sort { $0.node.name < $1.node.name }
    pods.sort { ($0.pod.pod.namespace, $0.pod.pod.name) < ($1.pod.pod.namespace, $1.pod.pod.name) }
    builder.nodes = try plannerNodes(prices, choices, &notes)
    builder.pods = plannerPods(choices, &notes)
    builder.budgets = budgets.sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
    builder.namespaceLabels = namespaceLabels
    return notes
  }

  private func refuseDuplicates() throws(ClusterInputFailure) {
    var names = Set<String>()
    for read in nodes where !names.insert(read.node.name).inserted {
      throw ClusterInputFailure(
        "node \(read.node.name) is in the input twice; give each object once (two reads at different times do not mix)")
    }
    names = []
    for read in pods where !names.insert("\(read.pod.pod.namespace)/\(read.pod.pod.name)").inserted {
      throw ClusterInputFailure(
        "pod \(read.pod.pod.namespace)/\(read.pod.pod.name) is in the input twice; give each object once")
    }
  }

  // MARK: Nodes

  private func plannerNodes(
    _ prices: PriceBook, _ choices: Choices, _ notes: inout Notes
  ) throws(ClusterInputFailure) -> [PlannerNode] {
    let found = nodes.map { prices.price(of: NodePricingFacts($0.node)) }
    let known = found.compactMap { $0?.nanodollarsPerHour.rawValue }.sorted()
    guard !known.isEmpty else {
      throw ClusterInputFailure(
        "no node has a price; annotate nodes with \(NodePricingFacts.hourlyCostKey) or give --price-file")
    }
    let median = known[(known.count - 1) / 2]
    let rules = NodeRemovalRules(removal: choices.removal, hasClusterAutoscaler: hasClusterAutoscaler)
    var unpriced: [String] = []
    var result: [PlannerNode] = []
    result.reserveCapacity(nodes.count)
    for (read, price) in zip(nodes, found) {
      if price == nil { unpriced.append(read.node.name) }
      notes.priceSources[price?.source ?? .assumed, default: 0] += 1
      let isRemoved = rules.isRemovedWhenEmpty(read)
      if isRemoved { notes.removableNodes += 1 }
      result.append(
        PlannerNode(
          read.node, nanodollarsPerHour: price?.nanodollarsPerHour.rawValue ?? median, isRemovedWhenEmpty: isRemoved,
          volumeLimits: attachLimits[read.node.name] ?? [:]))
    }
    noteNodes(unpriced, &notes)
    return result
  }

  private func noteNodes(_ unpriced: [String], _ notes: inout Notes) {
    if notes.removableNodes == 0 {
      notes.sentences.append(
        "nobody is known to remove empty nodes, so emptying them saves nothing: label nodes "
          + "\(PlanningName.removedWhenEmpty)=true, or say --removable all to see what an autoscaler would save")
    }
    if !nodes.contains(where: \.node.isCheckpointCapable) {
      notes.sentences.append(
        "no node is labelled \(WellKnownName.checkpointNodeLabel)=true, so no pod can be migrated")
    }
    if let first = unpriced.first {
      notes.sentences.append(
        "\(unpriced.count) nodes have no price and count as the median of the others, first \(first): annotate them with "
          + NodePricingFacts.hourlyCostKey)
    }
  }

  // MARK: Pods

  private func plannerPods(_ choices: Choices, _ notes: inout Notes) -> [PlannerPod] {
    var unknownClaims: [String] = []
    var result: [PlannerPod] = []
    result.reserveCapacity(pods.count)
    for read in pods {
      var pod = read.pod
      for claim in read.claims {
        let name = "\(pod.pod.namespace)/\(claim)"
        if let volume = claims[name].flatMap({ volumes[$0] }) {
          pod.volumes.append(volume)
        } else {
          unknownClaims.append(name)
          pod.volumes.append(PodVolume(isUnknown: true))
        }
      }
      if let migrated = read.lastMigrationUnixSeconds {
        pod.isCoolingDown = migrated.addingSaturating(choices.cooldownSeconds) > choices.nowUnixSeconds
      }
      result.append(pod)
    }
    if let first = unknownClaims.first {
      notes.sentences.append(
        "\(unknownClaims.count) PersistentVolumeClaims of pods, or their volumes, are not in the input, first \(first): "
          + "these pods stay; add pvc,pv to what is read")
    }
    return result
  }
}

/// Why no plan can be made of an input: what is wrong and what to do.
package struct ClusterInputFailure: Error, Hashable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
