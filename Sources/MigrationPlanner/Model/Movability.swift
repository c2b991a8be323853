import ClusterModel

/// Why a pod stays where it is, whatever a plan would gain.
package enum ImmovableReason: UInt8, Hashable, Sendable, CaseIterable {
  case daemon
  case mirror
  case terminating
  case notLiveMigratable
  case optedOut
  case noController
  case hostNamespaces
  case localStorage
  case singleNodeVolume
  case unknownVolume
  case hostPorts
  case notSafeToEvict
  case doNotDisrupt
  case coolingDown
  case disruptionBudgetEmpty
  case nodeNotCheckpointCapable
  case tooManyResources
  case noOtherNodeAllowed

  /// The sentence that reports print behind the pod's name.
  package var explanation: String {
    switch self {
    case .daemon: "belongs to a DaemonSet and goes with its node"
    case .mirror: "is a static pod of its kubelet and goes with its node"
    case .terminating: "is being deleted"
    case .notLiveMigratable: "is not live-migratable (runtime class and label do not opt in)"
    case .optedOut: "opted out (\(WellKnownName.liveMigration)=false)"
    case .noController: "has no controller that would replace it"
    case .hostNamespaces: "uses the node's network, process or IPC namespace"
    case .localStorage: "keeps data on its node's own disks"
    case .singleNodeVolume: "has a volume that one node at a time can mount (ReadWriteOnce)"
    case .unknownVolume: "has a volume of which nothing is known (its claim was not read)"
    case .hostPorts: "takes ports of its node"
    case .notSafeToEvict: "is annotated cluster-autoscaler.kubernetes.io/safe-to-evict=false"
    case .doNotDisrupt: "is annotated karpenter.sh/do-not-disrupt"
    case .coolingDown: "was migrated too recently"
    case .disruptionBudgetEmpty: "is covered by a disruption budget that allows none now"
    case .nodeNotCheckpointCapable: "runs on a node that cannot checkpoint (\(WellKnownName.checkpointNodeLabel))"
    case .tooManyResources: "asks for an extended resource beyond the eight that one plan can weigh"
    case .noOtherNodeAllowed: "fits no other node by its selectors, affinity, tolerations and volumes"
    }
  }

  /// Whether the pod disappears together with its node, so that it neither holds the node nor is paid for.
  package var vanishesWithNode: Bool { self == .daemon || self == .mirror }
}

/// Which pods may be moved.
package struct MovabilityPolicy: Hashable, Sendable {
  /// Runtime classes whose pods are live-migratable without a label.
  package var runtimeClasses: [String] = [WellKnownName.checkpointRuntimeClass]
  /// Whether every pod counts as live-migratable unless it opted out (for what-if plans).
  package var assumesEveryPodMigratable = false
  package var movesPodsWithoutController = false
  package var movesPodsWithHostPorts = false
  package var movesPodsWithLocalStorage = false
  /// Pods whose volumes have to be detached and attached while they stand still.
  package var movesPodsWithSingleNodeVolumes = false

  package init() {}

  /// The first reason that forbids moving the pod, or nil; disruption budgets and nodes are judged by the builder.
  package func immovableReason(of planned: PlannerPod) -> ImmovableReason? {
    if planned.ownerKind == "DaemonSet" { return .daemon }
    if planned.ownerKind == "Node" { return .mirror }
    if planned.pod.isTerminating { return .terminating }
    if planned.pod.liveMigrationValue == "false" { return .optedOut }
    if !assumesEveryPodMigratable && !planned.pod.isLiveMigratable(runtimeClasses: runtimeClasses) {
      return .notLiveMigratable
    }
    if planned.doNotDisrupt { return .doNotDisrupt }
    if planned.safeToEvict == false { return .notSafeToEvict }
    if planned.ownerKind.isEmpty && !movesPodsWithoutController { return .noController }
    if planned.usesHostNamespaces { return .hostNamespaces }
    if !movesPodsWithLocalStorage && planned.volumes.contains(where: \.isLocalToNode) { return .localStorage }
    if planned.volumes.contains(where: \.isUnknown) { return .unknownVolume }
    if !movesPodsWithSingleNodeVolumes && planned.volumes.contains(where: \.isSingleNode) { return .singleNodeVolume }
    if !movesPodsWithHostPorts && !planned.hostPorts.isEmpty { return .hostPorts }
    if planned.isCoolingDown { return .coolingDown }
    return nil
  }
}
