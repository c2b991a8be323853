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
      let (bound, guide) = relax(problem)
      let search = PlacementSearch(
        problem: problem, options: options, guide: guide, lowerBound: bound.nanodollarsPerHour, shouldStop: shouldStop)
      let found = search.run()
      var sequencer = Sequencer(problem, goal: found.state.nodeOfPod, limits: options.limits)
      sequencer.run { false }
      let assembly = PlanAssembly(problem: problem, bound: bound, isBalancing: options.objective == .balance)
      let plan = assembly.plan(sequencer, searchSteps: found.steps)
      return plan.billAfter <= plan.billBefore ? plan : empty(problem, bound, found.steps)
    }
  }

  /// The bound alone.
  package static func lowerBound(_ problem: PlanningProblem) -> LowerBound { relax(problem).bound }

  private static func relax(_ problem: PlanningProblem) -> (bound: LowerBound, guide: SearchGuide) {
    let relaxation = CoverRelaxation(problem)
    var ascent = LagrangianAscent(relaxation)
    ascent.climb(steps: 1000)
    let groups = NodeGroups(problem)
    var dual = AssignmentDual(problem, groups, start: ascent.pricesPerUnit(resources: problem.resourceNames.count))
    dual.climb(steps: min(2000, max(20, 40_000_000 / max(dual.work, 1))))
    return (LowerBound(problem, groups, dual), SearchGuide(problem, groups, dual))
  }

  private static func empty(_ problem: PlanningProblem, _ bound: LowerBound, _ steps: Int) -> Plan {
    let bill = problem.bill(problem.podNodes)
    return Plan(
      moves: [], drains: [], unorderedPods: [], billBefore: bill, billAfter: bill, lowerBound: bound, steps: steps,
      placement: problem.podNodes)
  }
}
