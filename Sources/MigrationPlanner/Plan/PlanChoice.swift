/// Makes plans of placements, and chooses among them.
struct PlanChoice {
  private let problem: PlanningProblem
  private let options: PlanningOptions
  private let bound: LowerBound
  private let searchSteps: Int
  /// For `costAndBalance`.
  private let cost: CombinedCost?

  init(_ problem: PlanningProblem, _ options: PlanningOptions, bound: LowerBound, searchSteps: Int) {
    self.problem = problem
    self.options = options
    self.bound = bound
    self.searchSteps = searchSteps
    cost = options.objective == .costAndBalance ? CombinedCost(problem, options) : nil
  }

  /// The plan that leads to a placement, or the one without moves where that does not save enough for the objective that
  /// the placement is best for.
  func plan(to state: PlacementState, for objective: PlanningOptions.Objective) -> Plan {
    var sequencer = Sequencer(problem, goal: state.nodeOfPod, limits: options.limits, imbalance: balanceMeasure)
    sequencer.run { false }
    let assembly = PlanAssembly(problem: problem, bound: bound, imbalance: balanceMeasure)
    let plan = assembly.plan(sequencer, searchSteps: searchSteps)
    let leastSaving = Double(plan.billBefore) * options.leastSavingPercent / 100
    switch (objective, cost) {
    case (.cost, _): return Double(plan.billBefore - plan.billAfter) >= leastSaving ? plan : empty
    case (.costAndBalance, let cost?):
      let saving = cost.nanodollars(empty) - cost.nanodollars(plan)
      return saving >= leastSaving * options.horizonHours ? plan : empty
    case (.balance, _):
      // Moves that no order exists for are left out, and without them the others may do harm.
      let imbalance = Imbalance(problem, threshold: options.balanceThreshold)
      return imbalance.total(plan.placement) <= imbalance.total(problem.podNodes) ? plan : empty
    default: return plan
    }
  }

  /// Of several plans the one of the least combined cost, or none at all where that costs least. Orders of moves leave
  /// pods out, so that only whole plans can be compared.
  func best(_ plans: [Plan]) -> Plan {
    guard let cost else { return plans.first ?? empty }
    var best = empty
    var least = cost.nanodollars(best)
    for plan in plans {
      let own = cost.nanodollars(plan)
      if own < least { (best, least) = (plan, own) }
    }
    return best
  }

  /// How uneven use is, where the plan is to make it even.
  private var balanceMeasure: Imbalance? {
    options.objective.includesBalance ? Imbalance(problem, threshold: options.balanceThreshold) : nil
  }

  private var empty: Plan {
    let bill = problem.bill(problem.podNodes)
    return Plan(
      moves: [], drains: [], unorderedPods: [], billBefore: bill, billAfter: bill, lowerBound: bound,
      steps: searchSteps, placement: problem.podNodes)
  }
}
