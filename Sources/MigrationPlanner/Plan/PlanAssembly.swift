/// Turns ordered steps into a plan.
struct PlanAssembly {
  let problem: PlanningProblem
  let bound: LowerBound
  /// Where even use is wanted: tells moves that relieve their node from those that make room.
  let imbalance: Imbalance?

  func plan(_ sequencer: Sequencer, searchSteps: Int) -> Plan {
    let final = sequencer.location
    let drains = drains(sequencer.steps, final)
    var drainOfNode = [Int32](repeating: -1, count: problem.nodeCount)
    let isRelieved = isRelieved(final)
    for (index, drain) in drains.enumerated() { drainOfNode[drain.node] = Int32(index) }
    let moves = sequencer.steps.map { step -> Plan.Move in
      let drain = Int(drainOfNode[Int(problem.podNodes[Int(step.pod)])])
      let reason: Plan.MoveReason =
        if step.isTemporary {
          .breaksCycle
        } else if drain >= 0 {
          .emptiesNode
        } else {
          isRelieved[Int(step.source)] ? .relievesNode : .makesRoom
        }
      let saving = drain >= 0 && !step.isTemporary ? drains[drain].nanodollarsPerHour / Int64(drains[drain].moves) : 0
      return Plan.Move(
        pod: Int(step.pod), source: Int(step.source), target: Int(step.target), wave: Int(step.wave), reason: reason,
        savingNanodollarsPerHour: saving, costNanodollars: problem.podMoveCosts[Int(step.pod)])
    }
    return Plan(
      moves: moves, drains: drains, unorderedPods: sequencer.dropped.map(Int.init),
      billBefore: problem.bill(problem.podNodes), billAfter: problem.bill(final), lowerBound: bound, steps: searchSteps,
      placement: final)
  }

  /// Which nodes are less full in the end; all false where nobody asked for that.
  private func isRelieved(_ final: [Int32]) -> [Bool] {
    guard let imbalance else { return [Bool](repeating: false, count: problem.nodeCount) }
    let before = problem.use(problem.podNodes).used
    let after = problem.use(final).used
    return (0..<problem.nodeCount).map { imbalance.strain($0, after[$0]) < imbalance.strain($0, before[$0]) }
  }

  private func drains(_ steps: [Sequencer.Step], _ final: [Int32]) -> [Plan.Drain] {
    var before = problem.holdingPods
    var after = problem.holdingPods
    for pod in 0..<problem.podCount where problem.isMovable(pod) {
      before[Int(problem.podNodes[pod])] += 1
      after[Int(final[pod])] += 1
    }
    var moves = [Int](repeating: 0, count: problem.nodeCount)
    var waves = moves
    for step in steps {
      waves[Int(step.source)] = max(waves[Int(step.source)], Int(step.wave))
      if !step.isTemporary { moves[Int(problem.podNodes[Int(step.pod)])] += 1 }
    }
    return (0..<problem.nodeCount)
      .filter { before[$0] > 0 && after[$0] == 0 && problem.isRemovable[$0] }
      .map {
        Plan.Drain(node: $0, nanodollarsPerHour: problem.nodePrices[$0], moves: max(moves[$0], 1), wave: waves[$0])
      }
      .sorted { ($0.wave, $1.nanodollarsPerHour, $0.node) < ($1.wave, $0.nanodollarsPerHour, $1.node) }
  }
}
