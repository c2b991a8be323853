package import MigrationPlanner

/// A plan and everything that is needed to tell about it.
package struct PlannedCluster {
  package let problem: PlanningProblem
  package let plan: Plan
  package let options: PlanningOptions
  package let moveCost: PlanningProblem.MoveCostModel
  /// What the input lacked, in sentences.
  package let notes: [String]
  /// When the cluster was read, RFC 3339.
  package let takenAt: String

  package init(
    problem: PlanningProblem, plan: Plan, options: PlanningOptions, moveCost: PlanningProblem.MoveCostModel,
    notes: [String], takenAt: String
  ) {
    self.problem = problem
    self.plan = plan
    self.options = options
    self.moveCost = moveCost
    self.notes = notes
    self.takenAt = takenAt
  }

  /// How many moves, drains and nodes that stay are told one by one: an object in etcd has 1.5 MB, and what is beyond
  /// is a forecast that the next plan makes anew.
  package static let listedEntries = 1_000

  /// Nodes that stay and are paid for, the dearest first, with the reason; none where the plan was not to empty any.
  package func keptNodes(atMost limit: Int, _ explanation: PlanExplanation) -> [(
    node: Int, reason: PlanExplanation.KeptReason
  )] {
    var kept: [(node: Int, reason: PlanExplanation.KeptReason)] = []
    if options.objective == .balance { return kept }
    let order = (0..<problem.nodeCount).sorted {
      (problem.nodePrices[$1], problem.nodeNames[$0]) < (problem.nodePrices[$0], problem.nodeNames[$1])
    }
    for node in order {
      guard kept.count < limit else { break }
      if let reason = explanation.reasonForKeeping(node) { kept.append((node, reason)) }
    }
    return kept
  }

  /// Why a plan has no moves, in a sentence.
  package var whyNothingIsDone: String {
    switch options.objective {
    case .cost: "no set of moves within the limits saves enough to be worth its cost"
    case .balance: "no move within the limits makes the use of the nodes noticeably more even"
    case .costThenBalance, .costAndBalance:
      "no set of moves within the limits saves enough, or makes the use of the nodes so much more even, to be worth its cost"
    }
  }

  package var movablePods: Int { problem.immovableReasons.count { $0 == nil } }
  package var removableNodes: Int { problem.isRemovable.count { $0 } }
  /// How many nodes can take migrated pods.
  package var receivingNodes: Int { problem.nodeRefusals.count { $0 == .none } }

  /// How many nodes are paid for once the plan is carried out.
  package var paidNodes: Int {
    var isPaid = (0..<problem.nodeCount).map { problem.holdingPods[$0] > 0 || !problem.isRemovable[$0] }
    for pod in 0..<problem.podCount where problem.isMovable(pod) { isPaid[Int(plan.placement[pod])] = true }
    return isPaid.count { $0 }
  }

  /// How many pods stay for which reason, most frequent first. Pods that go with their node are not among them.
  package var immovablePods: [(reason: ImmovableReason, pods: Int)] {
    var counts = [Int](repeating: 0, count: ImmovableReason.allCases.count)
    for reason in problem.immovableReasons.compactMap({ $0 }) where !reason.vanishesWithNode {
      counts[Int(reason.rawValue)] += 1
    }
    return ImmovableReason.allCases.filter { counts[Int($0.rawValue)] > 0 }
      .map { ($0, counts[Int($0.rawValue)]) }.sorted { $0.1 > $1.1 }
  }

  /// A reason for keeping a node, in words.
  package func sentence(_ reason: PlanExplanation.KeptReason, _ explanation: PlanExplanation) -> String {
    switch reason {
    case .notRemovable: "nobody removes it once it is empty"
    case .holdsImmovablePod(let pod, let why): "pod \(problem.podTitle(pod)) \(why.explanation)"
    case .holdsTooManyPods(let pods, let limit):
      "\(pods) pods would have to leave, and a plan may take \(limit) from a node (--max-moves-per-node)"
    case .noRoom(let pod, let counts):
      "pod \(problem.podTitle(pod)) fits nowhere else: "
        + counts.prefix(3).map { "\($0.nodes) × \(explanation.sentence($0.refusal))" }.joined(separator: "; ")
    case .notWorthwhile(let saving, let cost):
      "moving its pods costs $\(Dollars.exact(cost)), its price over the horizon is $\(Dollars.exact(saving))"
    case .evenUseIsWorthMore(let saving, let imbalance):
      "emptying it saves $\(Dollars.perHour(saving)) an hour and costs $\(Dollars.perHour(imbalance)) of balance on the others"
    case .noRoomForAll:
      "each of its pods fits elsewhere, but not all of them together, or the limit on moves is reached"
    }
  }

  /// Expected standstill of one move, in seconds.
  package func downtimeSeconds(_ move: Plan.Move) -> Double {
    moveCost.downtimeSeconds(copying: problem.podMemoryToCopy[move.pod])
  }

  /// Why a pod moves, in words.
  package static func words(_ reason: Plan.MoveReason) -> String {
    switch reason {
    case .emptiesNode: "empties its node"
    case .makesRoom: "makes room"
    case .breaksCycle: "steps aside for a while"
    case .relievesNode: "relieves its node"
    }
  }
}
