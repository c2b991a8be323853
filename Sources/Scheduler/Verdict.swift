internal import WireFormat

/// What is said of a node for a pod. Raw values index ``rejections``.
///
/// Every rejection is unresolvable: evicting pods would not help, because kube-scheduler's own dry run of a preemption
/// never asks extenders, finds room without any victim on such a node, and ends in an error ("expected at least one victim
/// pod", kubernetes/kubernetes issues 139270 and 94418).
package enum Verdict: UInt8, Sendable, CaseIterable {
  case accepted = 0
  /// The pod replaces one that is being migrated, and its place is on another node.
  case notReservedTarget
  /// The nodes have not been read yet, so that nothing is known of any.
  case nodesNotSynced
  /// The node is not among those that were read.
  case unknownNode
  /// The node cannot checkpoint and restore.
  case notCheckpointCapable
  /// A plan is emptying the node.
  case evacuating
  /// The room that is left is reserved for a pod that is being migrated.
  case reservedRoom

  /// Label value for metrics.
  package var label: String {
    switch self {
    case .accepted: "accepted"
    case .notReservedTarget: "not_reserved_target"
    case .nodesNotSynced: "nodes_not_synced"
    case .unknownNode: "unknown_node"
    case .notCheckpointCapable: "not_checkpoint_capable"
    case .evacuating: "evacuating"
    case .reservedRoom: "reserved_room"
    }
  }

  /// The sentence that stands in the pod's event, the same for every node.
  package var message: StaticString {
    switch self {
    case .accepted: "accepted"
    case .notReservedTarget: "the pod replaces one that is being migrated, its place is reserved on another node"
    case .nodesNotSynced: "dakr-scheduler has not read the cluster's nodes yet, live-migratable pods wait for that"
    case .unknownNode: "dakr-scheduler does not know the node yet, live-migratable pods wait for that"
    case .notCheckpointCapable:
      "node(s) without label dakr.devzero.io/checkpoint-node=true, which live-migratable pods need"
    case .evacuating: "node(s) being emptied by a migration plan, closed to live-migratable pods"
    case .reservedRoom: "node(s) whose free room is reserved for a pod that is being migrated"
    }
  }

  /// The texts of all rejections, in the order of their raw values from 1.
  static let rejections: [RejectionText] = allCases.dropFirst().map { RejectionText($0.message, isUnresolvable: true) }
}
