/// What keeps pods off a node unless they tolerate it.
package struct Taint: Hashable, Sendable {
  package enum Effect: String, Hashable, Sendable {
    case noSchedule = "NoSchedule"
    case preferNoSchedule = "PreferNoSchedule"
    case noExecute = "NoExecute"
  }

  package var key: String
  package var value: String
  package var effect: Effect

  package init(key: String, value: String = "", effect: Effect) {
    self.key = key
    self.value = value
    self.effect = effect
  }
}

/// A Kubernetes node, reduced to what scheduling, pricing and planning read.
package struct Node: Hashable, Sendable {
  package var name: String
  package var uid: String
  package var labels: Labels
  /// Only annotations of our own (`dakr.devzero.io/…`); the others are large and nobody reads them.
  package var annotations: Labels
  /// `spec.providerID`, such as `aws:///us-east-1a/i-0123456789`; empty where there is none.
  package var providerID: String
  package var taints: [Taint]
  /// `spec.unschedulable`: cordoned.
  package var isUnschedulable: Bool
  /// Whether the condition `Ready` is `True`.
  package var isReady: Bool
  /// `status.allocatable`.
  package var allocatable: ResourceAmounts

  package init(
    name: String, uid: String = "", labels: Labels = [:], annotations: Labels = [:], providerID: String = "",
    taints: [Taint] = [], isUnschedulable: Bool = false, isReady: Bool = true, allocatable: ResourceAmounts = .zero
  ) {
    self.name = name
    self.uid = uid
    self.labels = labels
    self.annotations = annotations
    self.providerID = providerID
    self.taints = taints
    self.isUnschedulable = isUnschedulable
    self.isReady = isReady
    self.allocatable = allocatable
  }

  /// Whether live-migratable pods may run here: label `dakr.devzero.io/checkpoint-node=true`.
  package var isCheckpointCapable: Bool { labels[WellKnownName.checkpointNodeLabel] == "true" }
}

/// Names that are fixed so that the product is a drop-in for the system it follows.
package enum WellKnownName {
  /// Label of nodes on which a pod can be checkpointed and restored; the value has to be `true`.
  package static let checkpointNodeLabel = "dakr.devzero.io/checkpoint-node"
  /// Label or annotation of pods: `true` makes a pod live-migratable, `false` opts it out whatever its runtime class.
  package static let liveMigration = "dakr.devzero.io/live-migration"
  /// Annotation of nodes: price in USD per hour, which wins over every other source.
  package static let hourlyCostAnnotation = "dakr.devzero.io/hourly-cost"
  /// Prefix of the annotations that the model keeps.
  package static let annotationPrefix = "dakr.devzero.io/"
  /// The scheduler name by which pods opt in, unless configured otherwise.
  package static let schedulerName = "dz-scheduler"
  /// The runtime class that makes a pod live-migratable, unless configured otherwise.
  package static let checkpointRuntimeClass = "checkpoint"
}
