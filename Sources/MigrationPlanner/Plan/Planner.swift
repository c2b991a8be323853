/// Finds plans. Pure: knows no clock, and does no input or output.
package enum Planner {
  /// Finds a plan.
  ///
  /// - Parameter shouldStop: asked often (hundreds of times a second); true makes the planner finish with the best that
  ///   it has, which takes a fraction of a second for the largest fleets, and some seconds where use is to be even.
  ///   Progress is reported through it. The same problem, options and answers give the same plan.
  package static func plan(
    _ problem: PlanningProblem, _ options: PlanningOptions = PlanningOptions(),
    shouldStop: (PlanningProgress) -> Bool
  ) -> Plan {
    withoutActuallyEscaping(shouldStop) { shouldStop in
      var options = options
      if options.objective == .costAndBalance && options.balanceWeight == 0 { options.objective = .cost }
      var relaxation = Relaxation(problem)
      var search = PlacementSearch(problem, options, shouldStop: shouldStop)
      let (found, steps) = search.run(&relaxation)
      let choice = PlanChoice(problem, options, bound: relaxation.bound(), searchSteps: steps)
      return choice.best(found.map { choice.plan(to: $1, for: $0) })
    }
  }

  /// The bound alone.
  package static func lowerBound(_ problem: PlanningProblem) -> LowerBound {
    var relaxation = Relaxation(problem)
    relaxation.refine()
    return relaxation.bound()
  }
}
