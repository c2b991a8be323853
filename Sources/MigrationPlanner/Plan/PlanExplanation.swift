/// Says of a plan what it does not do, and why not.
///
/// Made from a problem and a plan on demand, since the reasons of 150,000 pods would be larger than the plan.
package struct PlanExplanation {
  /// Why a node takes a pod or does not.
  package enum Refusal: Hashable, Sendable {
    case isEmptied
    case isUnused
    case node(NodeRefusal)
    /// Selectors, affinity, taints or volumes of the pod.
    case notSelected
    /// Position of the resource in the problem.
    case lacks(resource: Int)
    case rule(ConstraintSource)
  }

  /// Why a node that is paid for stays.
  package enum KeptReason: Hashable, Sendable {
    /// Nobody would remove it.
    case notRemovable
    /// A pod stays on it, for this reason.
    case holdsImmovablePod(Int, ImmovableReason)
    /// More pods run on it than a plan may take from a node.
    case holdsTooManyPods(Int, limit: Int)
    /// This pod fits on no other node that stays; the counts say how many nodes refuse it for what.
    case noRoom(pod: Int, [RefusalCount])
    /// Moving its pods would cost more than its price over the horizon.
    case notWorthwhile(savingNanodollars: Int64, costNanodollars: Int64)
    /// Emptying it would save less than it would cost in balance, both in nanodollars per hour.
    case evenUseIsWorthMore(savingPerHour: Int64, imbalancePerHour: Int64)
    /// Each pod would find room by itself, but not all of them together, or a limit on moves is reached.
    case noRoomForAll
  }

  package struct RefusalCount: Hashable, Sendable {
    package var refusal: Refusal
    package var nodes: Int
  }

  /// A target that a move could have had.
  package struct Alternative: Hashable, Sendable {
    package var node: Int
    /// Why not, or nil where the pod would have fitted, only less tightly.
    package var refusal: Refusal?
  }

  let problem: PlanningProblem
  private let plan: Plan
  let options: PlanningOptions
  /// The cluster that the plan leads to.
  private(set) var state: PlacementState
  private var isEmptied: [Bool]

  package init(_ problem: PlanningProblem, _ plan: Plan, _ options: PlanningOptions = PlanningOptions()) {
    self.problem = problem
    self.plan = plan
    self.options = options
    state = PlacementState(problem)
    for pod in 0..<problem.podCount where plan.placement[pod] != problem.podNodes[pod] {
      state.move(pod, to: Int(plan.placement[pod]))
    }
    isEmptied = [Bool](repeating: false, count: problem.nodeCount)
    for drain in plan.drains { isEmptied[drain.node] = true }
  }

  /// Why a pod cannot go to a node in the cluster that the plan leads to; nil where it can.
  package func refusal(of pod: Int, on node: Int) -> Refusal? {
    if isEmptied[node] { return .isEmptied }
    if !state.isPaid(node) { return .isUnused }
    if problem.nodeRefusals[node] != .none { return .node(problem.nodeRefusals[node]) }
    let kind = Int(problem.podKinds[pod])
    if !problem.mask(Int(problem.kindMasks[kind]), admits: node) { return .notSelected }
    let demand = problem.kindDemands[kind]
    for resource in problem.resourceNames.indices where demand[resource] > state.room[node][resource] {
      return .lacks(resource: resource)
    }
    let profile = Int(problem.kindProfiles[kind])
    return TopologyCheck(rules: problem.topology).refusal(
      profile: profile, from: state.nodeOfPod[pod], to: Int32(node), upper: state.topology, lower: state.topology
    ).map(Refusal.rule)
  }

  /// Why a node is still paid for after the plan; nil where it is not.
  package func reasonForKeeping(_ node: Int) -> KeptReason? {
    if isEmptied[node] || !state.isPaid(node) { return nil }
    if !problem.isRemovable[node] { return .notRemovable }
    if problem.holdingPods[node] > 0 {
      for pod in 0..<problem.podCount where Int(problem.podNodes[pod]) == node {
        if let reason = problem.immovableReasons[pod], !reason.vanishesWithNode {
          return .holdsImmovablePod(pod, reason)
        }
      }
    }
    if let limit = options.limits.movesPerNode {
      let pods = problem.podNodes.indices.count { Int(problem.podNodes[$0]) == node && problem.isMovable($0) }
      if pods > limit { return .holdsTooManyPods(pods, limit: limit) }
    }
    let pods = state.pods(on: node).map(Int.init).sorted { left, right in
      let sizes = (problem.kindDemands[Int(problem.podKinds[left])], problem.kindDemands[Int(problem.podKinds[right])])
      return (sizes.0[0], sizes.0[1], right) > (sizes.1[0], sizes.1[1], left)
    }
    for pod in pods {
      let counts = refusals(of: pod)
      if counts.reduce(0, { $0 + $1.nodes }) == problem.nodeCount - 1 { return .noRoom(pod: pod, counts) }
    }
    let saving = Int64((Double(problem.nodePrices[node]) * options.horizonHours).rounded())
    let cost = pods.reduce(0) { $0 + (state.nodeOfPod[$1] == problem.podNodes[$1] ? problem.podMoveCosts[$1] : 0) }
    if cost >= saving { return .notWorthwhile(savingNanodollars: saving, costNanodollars: cost) }
    return balanceReason(node, pods) ?? .noRoomForAll
  }

  /// How many of the other nodes refuse a pod for what, most frequent first.
  package func refusals(of pod: Int) -> [RefusalCount] {
    var counts: [Refusal: Int] = [:]
    for node in 0..<problem.nodeCount where node != Int(state.nodeOfPod[pod]) {
      if let refusal = refusal(of: pod, on: node) { counts[refusal, default: 0] += 1 }
    }
    return counts.map { RefusalCount(refusal: $0.key, nodes: $0.value) }
      .sorted { ($0.nodes, sentence($1.refusal)) > ($1.nodes, sentence($0.refusal)) }
  }

  /// Other targets that a move could have had, those that fit first, at most `limit`.
  package func alternatives(to move: Plan.Move, limit: Int = 3) -> [Alternative] {
    var fitting: [Alternative] = []
    var refused: [Alternative] = []
    for node in 0..<problem.nodeCount where node != move.target && node != move.source {
      let alternative = Alternative(node: node, refusal: refusal(of: move.pod, on: node))
      if alternative.refusal == nil {
        fitting.append(alternative)
        if fitting.count == limit { return fitting }
      } else if refused.count < limit {
        refused.append(alternative)
      }
    }
    return Array((fitting + refused).prefix(limit))
  }

  /// A refusal in words.
  package func sentence(_ refusal: Refusal) -> String {
    switch refusal {
    case .isEmptied: "is emptied by this plan"
    case .isUnused: "is empty and would have to be paid for again"
    case .node(.notCheckpointCapable): "cannot restore checkpoints"
    case .node(.unschedulable): "is cordoned"
    case .node(.notReady): "is not ready"
    case .node(.none): "takes pods"
    case .notSelected: "does not match selectors, affinity, tolerations or volumes"
    case .lacks(let resource): "has too little \(problem.resourceNames[resource])"
    case .rule(.antiAffinity), .rule(.antiAffinityOfOthers): "holds pods that must not be with it"
    case .rule(.affinity): "lacks the pods that it has to be with"
    case .rule(.affinityOfOthers): "would take it away from pods that need it"
    case .rule(.topologySpread): "would spread the workload unevenly"
    case .rule(.hostPort): "has the host port taken"
    case .rule(.workloadPodsPerNode): "holds as many pods of the workload as are allowed"
    }
  }
}
