package import ClusterModel

/// Room that is kept on one node for the replacement of one pod that is being migrated there.
package struct Reservation: Hashable, Sendable {
  /// The node that the pod moves to.
  package var nodeName: String
  /// What the pod will take there.
  package var demand: PodDemand
  /// UID of the replacement, once it is known; empty before.
  package var replacementUID: String
  /// UID of the owner that makes the replacement: before its own UID is known, any new pod of this owner is taken for it.
  package var controllerUID: String

  package init(nodeName: String, demand: PodDemand, replacementUID: String = "", controllerUID: String = "") {
    self.nodeName = nodeName
    self.demand = demand
    self.replacementUID = replacementUID
    self.controllerUID = controllerUID
  }

  /// Whether the room is kept for this pod.
  func isHeld(for pod: Pod) -> Bool {
    if !replacementUID.isEmpty { return replacementUID == pod.uid }
    return !controllerUID.isEmpty && controllerUID == pod.controllerUID
  }
}

/// What migrations under way have promised: a value, empty where there are none.
package struct Reservations: Hashable, Sendable {
  package var reservations: [Reservation]
  /// Names of nodes that a plan is emptying.
  package var evacuatingNodes: Set<String>

  package static let none = Reservations()

  package init(_ reservations: [Reservation] = [], evacuatingNodes: Set<String> = []) {
    self.reservations = reservations
    self.evacuatingNodes = evacuatingNodes
  }

  package var isEmpty: Bool { reservations.isEmpty && evacuatingNodes.isEmpty }

  /// The nodes on which room is held for a pod; empty where the pod replaces none.
  func targets(of pod: Pod) -> Set<String> {
    var targets: Set<String> = []
    for reservation in reservations where reservation.isHeld(for: pod) { targets.insert(reservation.nodeName) }
    return targets
  }

  /// What is held for others than `pod`, by node name.
  func heldForOthers(than pod: Pod) -> [String: ResourceAmounts] {
    var held: [String: ResourceAmounts] = [:]
    for reservation in reservations where !reservation.isHeld(for: pod) {
      held[reservation.nodeName, default: .zero].add(reservation.demand.requests)
    }
    return held
  }
}
