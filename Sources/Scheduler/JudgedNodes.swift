internal import ClusterModel
internal import WireFormat

/// The nodes of one request, as the rules see them: from the snapshot in names mode, from the request itself (and what is
/// taken on them from the snapshot, where it knows them) in full mode.
struct JudgedNodes {
  private let view: SchedulingView
  private let needsNames: Bool

  init(_ view: SchedulingView) {
    self.view = view
    needsNames = !view.reservations.isEmpty
  }

  /// A node of which the request has only the name.
  ///
  /// - Parameter index: its dense index in the view's snapshot, or nil.
  func node(at index: Int?) -> JudgedNode {
    guard let index else { return JudgedNode(name: "") }
    let node = view.snapshot.nodes[index]
    return JudgedNode(
      name: needsNames ? node.name : "", isCheckpointCapable: view.snapshot.columns.isCheckpointCapable[index],
      allocatable: needsNames ? node.allocatable : nil, used: needsNames ? used(at: index) : nil)
  }

  /// A node that the request carries.
  func node(_ node: Node, at index: Int?) -> JudgedNode {
    JudgedNode(
      name: node.name, isCheckpointCapable: node.isCheckpointCapable, allocatable: node.allocatable,
      used: index.flatMap(used))
  }

  private func used(at index: Int) -> ResourceAmounts? {
    view.arePodsSynced ? view.snapshot.usage[index].requests : nil
  }
}
