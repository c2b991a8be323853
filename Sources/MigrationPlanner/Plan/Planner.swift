/// Finds plans. Pure: knows no clock, and does no input or output.
package enum Planner {
  /// Finds a plan.
  ///
  /// - Parameter shouldStop: asked often (hundreds of times a second); true makes the planner finish with the best that
  ///   it has, which takes a fraction of a second for the largest fleets. Progress is reported through it. The same
  ///   problem, options and answers give the same plan.
  package static func plan(
    _ problem: PlanningProblem, _ options: PlanningOptions = PlanningOptions(),
    shouldStop: (PlanningProgress) -> Bool
  ) -> Plan {
    withoutActuallyEscaping(shouldStop) { shouldStop in
      var relaxation = Relaxation(problem)
      var search = PlacementSearch(problem, options, shouldStop: shouldStop)
      let found = search.run(&relaxation)
      let bound = relaxation.bound()
      var sequencer = Sequencer(problem, goal: found.state.nodeOfPod, limits: options.limits)
      sequencer.run { false }
      let assembly = PlanAssembly(problem: problem, bound: bound, isBalancing: options.objective == .balance)
      let plan = assembly.plan(sequencer, searchSteps: found.steps)
      let leastSaving = options.objective == .cost ? Double(plan.billBefore) * options.leastSavingPercent / 100 : 0
      let isWorthwhile = Double(plan.billBefore - plan.billAfter) >= leastSaving
      return isWorthwhile ? plan : empty(problem, bound, found.steps)
    }
  }

  /// The bound alone.
  package static func lowerBound(_ problem: PlanningProblem) -> LowerBound {
    var relaxation = Relaxation(problem)
    relaxation.refine()
    return relaxation.bound()
  }

  private static func empty(_ problem: PlanningProblem, _ bound: LowerBound, _ steps: Int) -> Plan {
    let bill = problem.bill(problem.podNodes)
    return Plan(
      moves: [], drains: [], unorderedPods: [], billBefore: bill, billAfter: bill, lowerBound: bound, steps: steps,
      placement: problem.podNodes)
  }
}
