package import ClusterModel

/// A node as the planner sees it.
package struct PlannerNode: Hashable, Sendable {
  package var node: Node
  /// What an hour of the node costs, in nanodollars; not negative.
  package var nanodollarsPerHour: Int64
  /// Whether somebody removes the node once it is empty (Karpenter, cluster-autoscaler, or declared so). A node that
  /// nobody removes is paid for whatever the plan does.
  package var isRemovedWhenEmpty: Bool
  /// How many volumes of each CSI driver can be attached (`CSINode.spec.drivers[].allocatable.count`).
  package var volumeLimits: [String: Int64]

  package init(
    _ node: Node, nanodollarsPerHour: Int64, isRemovedWhenEmpty: Bool = true, volumeLimits: [String: Int64] = [:]
  ) {
    self.node = node
    self.nanodollarsPerHour = nanodollarsPerHour
    self.isRemovedWhenEmpty = isRemovedWhenEmpty
    self.volumeLimits = volumeLimits
  }
}

/// A required term of inter-pod affinity or anti-affinity.
package struct PodAffinityTerm: Hashable, Sendable {
  package var selector: LabelSelector
  package var topologyKey: String
  /// Namespaces by name. Where this and `namespaceSelector` are empty, the pod's own namespace is meant.
  package var namespaces: [String]
  /// Namespaces by label; an empty selector means all of them.
  package var namespaceSelector: LabelSelector?

  package init(
    _ selector: LabelSelector, topologyKey: String, namespaces: [String] = [],
    namespaceSelector: LabelSelector? = nil
  ) {
    self.selector = selector
    self.topologyKey = topologyKey
    self.namespaces = namespaces
    self.namespaceSelector = namespaceSelector
  }
}

/// A topology spread constraint with `whenUnsatisfiable: DoNotSchedule`.
package struct SpreadConstraint: Hashable, Sendable {
  /// Keys of `matchLabelKeys` are already part of it, with the pod's own values.
  package var selector: LabelSelector
  package var topologyKey: String
  /// At least 1.
  package var maxSkew: Int
  package var minDomains: Int
  /// `nodeAffinityPolicy: Honor`, the default: only nodes that the pod's node affinity admits are domains.
  package var honoursNodeAffinity: Bool
  /// `nodeTaintsPolicy: Honor`; the default is to ignore taints.
  package var honoursTaints: Bool

  package init(
    _ selector: LabelSelector, topologyKey: String, maxSkew: Int = 1, minDomains: Int = 1,
    honoursNodeAffinity: Bool = true, honoursTaints: Bool = false
  ) {
    self.selector = selector
    self.topologyKey = topologyKey
    self.maxSkew = maxSkew
    self.minDomains = minDomains
    self.honoursNodeAffinity = honoursNodeAffinity
    self.honoursTaints = honoursTaints
  }
}

/// A port of the node that a pod takes.
package struct HostPort: Hashable, Sendable {
  /// `TCP`, `UDP` or `SCTP`.
  package var transport: String
  package var port: Int32
  /// Empty or `0.0.0.0` stands for every address.
  package var address: String

  package init(_ port: Int32, transport: String = "TCP", address: String = "") {
    self.port = port
    self.transport = transport
    self.address = address == "0.0.0.0" ? "" : address
  }
}

/// A volume of a pod, where it says something about nodes.
package struct PodVolume: Hashable, Sendable {
  /// The alternatives of the persistent volume's node affinity; nil where it can be reached from everywhere.
  package var nodeAffinity: [NodeSelectorTerm]?
  /// Whether the data is on the node's own disks and stays there: `hostPath`, `local`. An emptyDir travels with the pod.
  package var isLocalToNode: Bool
  /// The CSI driver against whose limit the volume counts, or empty.
  package var attachDriver: String
  /// Whether only one node can have the volume mounted at a time (`ReadWriteOnce`, `ReadWriteOncePod`), so that a
  /// migration has to detach and attach it while the pod stands still.
  package var isSingleNode: Bool
  /// Whether nothing is known of the volume, because its claim or the volume itself was not read.
  package var isUnknown: Bool

  package init(
    nodeAffinity: [NodeSelectorTerm]? = nil, isLocalToNode: Bool = false, attachDriver: String = "",
    isSingleNode: Bool = false, isUnknown: Bool = false
  ) {
    self.nodeAffinity = nodeAffinity
    self.isLocalToNode = isLocalToNode
    self.attachDriver = attachDriver
    self.isSingleNode = isSingleNode
    self.isUnknown = isUnknown
  }
}

/// A pod as the planner sees it: the scheduling model's pod and what only planning reads.
package struct PlannerPod: Hashable, Sendable {
  package var pod: Pod
  package var labels: Labels = [:]
  /// Kind of the controlling owner, such as `ReplicaSet`; `Node` for mirror pods; empty for bare pods.
  package var ownerKind: String = ""
  package var nodeSelector: Labels = [:]
  /// Alternatives of `requiredDuringSchedulingIgnoredDuringExecution`; nil where there is none.
  package var nodeAffinity: [NodeSelectorTerm]?
  package var tolerations: [Toleration] = []
  package var affinity: [PodAffinityTerm] = []
  package var antiAffinity: [PodAffinityTerm] = []
  package var spread: [SpreadConstraint] = []
  package var hostPorts: [HostPort] = []
  package var volumes: [PodVolume] = []
  /// `hostNetwork`, `hostPID` or `hostIPC`.
  package var usesHostNamespaces = false
  /// Annotation `cluster-autoscaler.kubernetes.io/safe-to-evict`.
  package var safeToEvict: Bool?
  /// Annotation `karpenter.sh/do-not-disrupt: "true"` (or its older spelling).
  package var doNotDisrupt = false
  /// Whether the last migration is so recent that the policy's cooldown has not passed.
  package var isCoolingDown = false
  /// At most so many pods of this pod's workload on one node (0: no limit), a limit of ours beside Kubernetes' own.
  package var workloadPodsPerNode = 0
  /// Memory that a migration copies; nil takes the memory request.
  package var memoryToCopyBytes: Int64?
  /// What a second of this pod's downtime weighs against others'; 1 is usual, 0 costs nothing.
  package var downtimeWeight = 1.0

  package init(_ pod: Pod) { self.pod = pod }
}

/// A PodDisruptionBudget's state.
package struct DisruptionBudget: Hashable, Sendable {
  package var namespace: String
  package var name: String
  package var selector: LabelSelector
  /// `status.disruptionsAllowed`.
  package var disruptionsAllowed: Int

  package init(namespace: String, name: String, selector: LabelSelector, disruptionsAllowed: Int) {
    self.namespace = namespace
    self.name = name
    self.selector = selector
    self.disruptionsAllowed = disruptionsAllowed
  }
}
