/// Finds a cheap placement: greedy first, then better until told to stop.
struct PlacementSearch {
  let problem: PlanningProblem
  let options: PlanningOptions
  let guide: SearchGuide
  let lowerBound: Int64
  /// Asked often; true ends the search with what it has.
  let shouldStop: (PlanningProgress) -> Bool

  private var maximumMoves: Int { options.limits.movesPerPlan ?? .max }

  private func progress(_ phase: PlanningProgress.Phase, _ steps: Int, _ billBefore: Int64, _ state: PlacementState)
    -> PlanningProgress
  {
    PlanningProgress(
      phase: phase, steps: steps, billBefore: billBefore, bestBill: state.bill, lowerBound: lowerBound,
      moves: state.movedPods)
  }

  /// Gives the best placement found.
  func run() -> (state: PlacementState, steps: Int) {
    let initial = PlacementState(problem)
    let before = initial.bill
    var best = Packing(initial, guide: guide, options: options)
    var steps = 0
    if options.objective != .balance {
      drain(&best, before, &steps)
      improve(&best, before, &steps)
      MoveReduction(problem).exchangeNames(&best)
      best.commit()
    }
    if options.objective != .cost {
      var balance = BalanceSearch(problem, threshold: options.balanceThreshold, maximumMoves: maximumMoves)
      let known = best.state
      balance.run(&best) { shouldStop(progress(.improving, steps, before, known)) }
    }
    return (best.state, steps)
  }

  private func drain(_ best: inout Packing, _ before: Int64, _ steps: inout Int) {
    let start = best
    for order in DrainOrder.allCases {
      if steps > 0 && shouldStop(progress(.draining, steps, before, best.state)) { break }
      var packing = start
      var drains = DrainSearch(
        problem, guide: guide, horizonHours: options.horizonHours, maximumMoves: maximumMoves)
      let known = best.state
      drains.run(&packing, order) { [isFirst = steps == 0] in
        !isFirst && shouldStop(progress(.draining, 1, before, known))
      }
      steps += 1
      if objective(packing.state) < objective(best.state) { best = packing }
      // Where the relaxation guided well, the simpler orders are not worth their time.
      if maximumMoves == .max && Double(best.state.bill) < 1.04 * Double(lowerBound) { break }
    }
    _ = shouldStop(progress(.draining, steps, before, best.state))
  }

  private func objective(_ state: PlacementState) -> Double {
    Double(state.bill) * options.horizonHours + Double(state.moveCost)
  }

  private func improve(_ packing: inout Packing, _ before: Int64, _ steps: inout Int) {
    var search = OpenSetSearch(
      packing, guide: guide, horizonHours: options.horizonHours, maximumMoves: maximumMoves)
    let sufficient = Double(lowerBound) * (1 + options.sufficientGapPercent / 100)
    let isLarge = problem.podCount > 2000
    while true {
      let isSufficient = Double(packing.state.bill) <= sufficient
      if isSufficient && (isLarge || steps > 2000) { return }
      if let most = options.maximumSteps, steps >= most { return }
      if shouldStop(progress(.improving, steps, before, packing.state)) { return }
      steps += 1
      if search.isSmall && steps & 127 == 5 {
        _ = search.tryTwin(&packing)
      } else if isSufficient || !isLarge && steps & 1 == 0 {
        _ = steps & 30 == 0 ? search.rebuild(&packing) : search.bringHome(&packing)
      } else {
        _ = search.step(&packing)
      }
    }
  }
}
