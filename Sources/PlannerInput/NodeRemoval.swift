internal import ClusterModel

/// Which nodes somebody removes once they are empty; the others are paid for whatever a plan does.
package enum NodeRemoval: String, Hashable, Sendable, CaseIterable {
  /// Karpenter's nodes, nodes of managed groups where a cluster-autoscaler runs, and nodes that say so.
  case auto
  case all
  case none
}

/// What tells whether a node is removed once it is empty.
struct NodeRemovalRules: Sendable {
  var removal: NodeRemoval
  /// Whether a cluster-autoscaler's pod was met.
  var hasClusterAutoscaler: Bool

  private static let karpenterLabels = ["karpenter.sh/nodepool", "karpenter.sh/provisioner-name"]
  /// Node groups of EKS, GKE, AKS, kOps and Cluster API, which cluster-autoscaler scales.
  private static let groupLabels = [
    "eks.amazonaws.com/nodegroup", "alpha.eksctl.io/nodegroup-name", "cloud.google.com/gke-nodepool",
    "kubernetes.azure.com/agentpool", "agentpool", "kops.k8s.io/instancegroup", "node.cluster.x-k8s.io/nodepool",
  ]

  /// The node's own word comes first, then the caller's, then what its labels tell. Annotations by which an autoscaler is
  /// told to keep a node hold whatever the caller says.
  func isRemovedWhenEmpty(_ read: ReadNode) -> Bool {
    let node = read.node
    if read.isKept { return false }
    switch node.annotations[PlanningName.removedWhenEmpty] ?? node.labels[PlanningName.removedWhenEmpty] {
    case "true": return true
    case "false": return false
    default: break
    }
    switch removal {
    case .all: return true
    case .none: return false
    case .auto:
      if Self.karpenterLabels.contains(where: { node.labels[$0] != nil }) { return true }
      return hasClusterAutoscaler && Self.groupLabels.contains { node.labels[$0] != nil }
    }
  }

  /// Whether a pod is a cluster-autoscaler, by the labels of its chart and of its examples.
  static func isClusterAutoscaler(_ labels: Labels) -> Bool {
    ["app", "k8s-app", "app.kubernetes.io/name"].contains { labels[$0]?.contains("cluster-autoscaler") ?? false }
  }
}
