internal import ClusterModel

/// What holds for one pod on every node, worked out once a request.
struct PodPolicy {
  /// Whether we decide about the pod at all.
  let isOurs: Bool
  let isLiveMigratable: Bool
  /// Names of the nodes on which the pod's place is reserved; empty where it is no replacement.
  let targets: Set<String>
  /// What is held for other pods, by node name.
  let heldForOthers: [String: ResourceAmounts]
  /// The pod's requests.
  let requests: ResourceAmounts

  init(_ pod: Pod, configuration: SchedulerConfiguration, reservations: Reservations) {
    isOurs = configuration.decides(about: pod)
    isLiveMigratable = pod.isLiveMigratable(runtimeClasses: configuration.checkpointRuntimeClasses)
    targets = reservations.reservations.isEmpty ? [] : reservations.targets(of: pod)
    heldForOthers = reservations.reservations.isEmpty ? [:] : reservations.heldForOthers(than: pod)
    requests = pod.demand.requests
  }

  /// Whether every node is accepted without a look.
  var acceptsEverything: Bool {
    !isOurs || (!isLiveMigratable && targets.isEmpty && heldForOthers.isEmpty)
  }
}

/// What is known of one node while a pod is judged.
struct JudgedNode {
  /// The name; only read where there are reservations or nodes being emptied.
  var name: String
  /// Whether the node can checkpoint and restore; nil where the node is not known.
  var isCheckpointCapable: Bool?
  /// What the node offers; nil where the node is not known.
  var allocatable: ResourceAmounts?
  /// What is taken on it; nil where that is not known.
  var used: ResourceAmounts?
}

extension PodPolicy {
  /// Judges one node. The order is that of the architecture's "walk of a scheduling request": a replacement goes to its
  /// reserved target, a live-migratable pod to nodes that are proven able to checkpoint and that nobody is emptying, and
  /// no pod where it would take reserved room.
  func verdict(on node: JudgedNode, reservations: Reservations, areNodesSynced: Bool) -> Verdict {
    guard isOurs else { return .accepted }
    if !targets.isEmpty, !targets.contains(node.name) { return .notReservedTarget }
    if isLiveMigratable {
      guard let isCapable = node.isCheckpointCapable else { return areNodesSynced ? .unknownNode : .nodesNotSynced }
      guard isCapable else { return .notCheckpointCapable }
      if reservations.evacuatingNodes.contains(node.name) { return .evacuating }
    }
    guard let held = heldForOthers[node.name] else { return .accepted }
    guard let allocatable = node.allocatable, var taken = node.used else { return .reservedRoom }
    taken.add(held)
    return requests.fits(into: allocatable, beside: taken) ? .accepted : .reservedRoom
  }
}

extension ResourceAmounts {
  /// Whether everything asked for here is left of `whole` after `taken`. What is not asked for does not matter, as in
  /// kube-scheduler's NodeResourcesFit.
  fileprivate func fits(into whole: ResourceAmounts, beside taken: ResourceAmounts) -> Bool {
    func isEnough(_ wanted: Int64, _ whole: Int64, _ taken: Int64) -> Bool {
      wanted <= 0 || wanted <= whole.subtractingSaturating(taken)
    }
    return isEnough(milliCPU, whole.milliCPU, taken.milliCPU)
      && isEnough(memoryBytes, whole.memoryBytes, taken.memoryBytes)
      && isEnough(ephemeralStorageBytes, whole.ephemeralStorageBytes, taken.ephemeralStorageBytes)
      && isEnough(pods, whole.pods, taken.pods)
      && extended.allSatisfy { isEnough($0.count, whole[extended: $0.name], taken[extended: $0.name]) }
  }
}
