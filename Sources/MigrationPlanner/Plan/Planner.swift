/// Finds plans. Pure: knows no clock and does no input or output.
package enum Planner {
  package static func plan(
    _ problem: PlanningProblem, _ options: PlanningOptions = PlanningOptions(),
    shouldStop: (PlanningProgress) -> Bool
  ) -> (LowerBound, [Int32], Int64, Int) {
    let relaxation = CoverRelaxation(problem)
    var ascent = LagrangianAscent(relaxation, fill: 1)
    ascent.climb(steps: 1000)
    let groups = NodeGroups(problem)
    var dual = AssignmentDual(problem, groups, start: ascent.pricesPerUnit(fill: 1))
    let cover = dual.value + Double(dual.fixedBill)
    dual.climb(steps: min(2000, max(20, 40_000_000 / max(dual.work, 1))))
    let bound = LowerBound(problem, groups, dual)
    print("cover", cover / 1e9, "assignment", Double(bound.nanodollarsPerHour) / 1e9, "groups", groups.count, "cohorts", groups.cohorts.count, "work", dual.work)
    return withoutActuallyEscaping(shouldStop) { shouldStop in
      let search = PlacementSearch(
        problem: problem, options: options, guide: SearchGuide(problem, groups, dual), lowerBound: bound.nanodollarsPerHour,
        shouldStop: shouldStop)
      let state = search.run()
      return (bound, state.nodeOfPod, state.bill, state.movedPods)
    }
  }
}
