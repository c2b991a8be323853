package import ClusterModel
package import MigrationPlanner

/// One object of a cluster, as far as planning reads it.
package enum ClusterObject: Sendable {
  case node(ReadNode)
  case pod(ReadPod)
  case disruptionBudget(DisruptionBudget)
  case namespace(name: String, labels: Labels)
  case claim(ReadClaim)
  case volume(ReadVolume)
  /// How many volumes of each CSI driver a node can attach (`CSINode`).
  case attachLimits(node: String, limits: [String: Int64])
  /// A kind that says nothing to a plan.
  case other(kind: String)
}

/// A `v1.Node`, with the annotations by which autoscalers are told to leave it alone.
package struct ReadNode: Hashable, Sendable {
  package var node: Node
  /// `cluster-autoscaler.kubernetes.io/scale-down-disabled: "true"` or `karpenter.sh/do-not-disrupt: "true"`.
  package var isKept = false
}

/// A `v1.Pod`, whose claims are still to be looked up.
package struct ReadPod: Hashable, Sendable {
  package var pod: PlannerPod
  /// Names of the pod's PersistentVolumeClaims, in its own namespace.
  package var claims: [String] = []
  /// Seconds since 1970 at which the pod was last migrated, by its annotation; nil where it has none.
  package var lastMigrationUnixSeconds: Int64?
}

/// A `v1.PersistentVolumeClaim`.
package struct ReadClaim: Hashable, Sendable {
  package var namespace = ""
  package var name = ""
  /// `spec.volumeName`; empty until the claim is bound.
  package var volumeName = ""
}

/// A `v1.PersistentVolume`.
package struct ReadVolume: Hashable, Sendable {
  package var name = ""
  /// What it says about nodes: required node affinity, zone labels, the driver, the node's own disks.
  package var volume = PodVolume()
}

/// Names in Kubernetes objects that planning reads, beside `WellKnownName`.
package enum PlanningName {
  /// Annotation of pods: `false` forbids cluster-autoscaler, and us, to move the pod.
  package static let safeToEvict = "cluster-autoscaler.kubernetes.io/safe-to-evict"
  /// Annotation of pods and nodes: `true` forbids Karpenter, and us, to disturb them.
  package static let doNotDisrupt = "karpenter.sh/do-not-disrupt"
  /// What Karpenter called it before v0.32.
  package static let doNotEvict = "karpenter.sh/do-not-evict"
  /// Annotation of nodes: `true` forbids cluster-autoscaler to remove the node.
  package static let scaleDownDisabled = "cluster-autoscaler.kubernetes.io/scale-down-disabled"
  /// Annotation that the kubelet puts on the mirror pods of its static pods.
  package static let mirror = "kubernetes.io/config.mirror"
  /// Annotation of pods: what a second of standstill weighs against other pods'; 1 is usual, 0 costs nothing.
  package static let downtimeWeight = "dakr.devzero.io/downtime-weight"
  /// Annotation of pods: when the pod was last migrated, RFC 3339.
  package static let lastMigration = "dakr.devzero.io/last-migration"
  /// Label or annotation of nodes: whether somebody removes the node once it is empty.
  package static let removedWhenEmpty = "dakr.devzero.io/removed-when-empty"
}
