/// Finds a cheap placement: greedy first, then better until told to stop.
struct PlacementSearch {
  /// Up to this many pods the search affords to remember the best placement and to wander off from it.
  private static let fewPods = 2000
  /// Up to this many pods a drain without guidance costs next to nothing.
  private static let manyPods = 20_000

  let problem: PlanningProblem
  let options: PlanningOptions
  /// Asked often; true ends the search with what it has.
  let shouldStop: (PlanningProgress) -> Bool

  private let initial: PlacementState
  private var lowerBound: Int64 = 0
  private var steps = 0

  init(_ problem: PlanningProblem, _ options: PlanningOptions, shouldStop: @escaping (PlanningProgress) -> Bool) {
    self.problem = problem
    self.options = options
    self.shouldStop = shouldStop
    initial = PlacementState(problem)
  }

  private var maximumMoves: Int { options.limits.movesPerPlan ?? .max }

  private func isStopped(_ phase: PlanningProgress.Phase, bill: Int64, moves: Int) -> Bool {
    shouldStop(
      PlanningProgress(
        phase: phase, steps: steps, billBefore: initial.bill, bestBill: bill, lowerBound: lowerBound, moves: moves))
  }

  /// The bill that is so near to the bound that nothing is left to be found.
  private var sufficientBill: Double { Double(lowerBound) * (1 + options.sufficientGapPercent / 100) }

  private func isSufficient(_ bill: Int64) -> Bool { Double(bill) <= sufficientBill }

  private func objective(_ state: PlacementState) -> Double { state.cost(horizonHours: options.horizonHours) }

  /// Gives the best placements found, each with the objective that it is best for, and the number of steps made; refines
  /// the relaxation as far as it was needed.
  mutating func run(_ relaxation: inout Relaxation) -> (
    found: [(PlanningOptions.Objective, PlacementState)], steps: Int
  ) {
    lowerBound = relaxation.bound().nanodollarsPerHour
    if options.objective == .balance {
      relaxation.refine()
      lowerBound = relaxation.bound().nanodollarsPerHour
      return ([(.balance, balanced(Packing(initial, guide: relaxation.quickGuide(), options: options)).state)], steps)
    }
    let cheapest = cheapest(&relaxation)
    switch options.objective {
    case .cost, .balance: return ([(.cost, cheapest.state)], steps)
    case .costThenBalance: return ([(.costThenBalance, balanced(cheapest).state)], steps)
    case .costAndBalance: return (compromises(cheapest), steps)
    }
  }

  /// The placement of the least bill that was found.
  private mutating func cheapest(_ relaxation: inout Relaxation) -> Packing {
    var known = initial
    // Many clusters are held by what cannot move; there a first drain reaches the bound, and the proof is at hand.
    if problem.podCount <= Self.manyPods || isHeldByPins(relaxation) {
      var packing = Packing(initial, guide: relaxation.quickGuide(), options: options)
      drain(&packing, [.pricePerMove])
      known = packing.state
      if isSufficient(known.bill) { return packing }
    }
    relaxation.refine()
    lowerBound = relaxation.bound().nanodollarsPerHour
    let guide = relaxation.guide()
    var packing = Packing(initial, guide: guide, options: options)
    drain(&packing, DrainOrder.allCases)
    if objective(known) < objective(packing.state) { packing = Packing(known, guide: guide, options: options) }
    known = initial
    improve(&packing)
    MoveReduction(problem).exchangeNames(&packing)
    packing.commit()
    return packing
  }

  /// Evens out, whatever that costs in moves. Bounded, and therefore not to be stopped: see `BalanceSearch`.
  private func balanced(_ start: Packing) -> Packing {
    _ = isStopped(.balancing, bill: start.state.bill, moves: start.state.movedPods)
    var packing = start
    BalanceSearch(
      imbalance: Imbalance(problem, threshold: options.balanceThreshold), worth: nil,
      horizonHours: options.horizonHours, maximumMoves: maximumMoves
    ).run(&packing)
    return packing
  }

  /// The placements that the other objectives give, and the best compromise that is found from each of them.
  private func compromises(_ cheapest: Packing) -> [(PlanningOptions.Objective, PlacementState)] {
    let present = Packing(initial, guide: cheapest.guide, options: options)
    let even = balanced(present)
    var search = CompromiseSearch(problem, options)
    var best: PlacementState?
    for start in [cheapest, present, even] {
      var packing = start
      search.run(&packing)
      if search.cost.nanodollars(packing.state) < best.map(search.cost.nanodollars) ?? .infinity {
        best = packing.state
      }
    }
    return [
      (.cost, cheapest.state), (.balance, even.state), (.costThenBalance, balanced(cheapest).state),
      (.costAndBalance, best ?? initial),
    ]
  }

  /// Whether most of the bill is paid whatever a plan does.
  private func isHeldByPins(_ relaxation: Relaxation) -> Bool { relaxation.fixedBill > initial.bill / 2 }

  /// Drains from the start in each of the orders, and keeps the best.
  private mutating func drain(_ best: inout Packing, _ orders: [DrainOrder]) {
    let start = best
    for (position, order) in orders.enumerated() {
      let (bill, moves) = (best.state.bill, best.state.movedPods)
      if position > 0 && isStopped(.draining, bill: bill, moves: moves) { return }
      var packing = start
      var drains = DrainSearch(
        problem, guide: start.guide, horizonHours: options.horizonHours, maximumMoves: maximumMoves)
      drains.run(&packing, order) { position > 0 && isStopped(.draining, bill: bill, moves: moves) }
      steps += 1
      if objective(packing.state) < objective(best.state) { best = packing }
      // Where the relaxation guided well, the simpler orders are not worth their time.
      if maximumMoves == .max && Double(best.state.bill) < 1.04 * Double(lowerBound) { return }
    }
  }

  private mutating func improve(_ packing: inout Packing) {
    if problem.podCount > Self.fewPods {
      changeOpenSet(&packing)
    } else if var search = SmallFleetSearch(packing, horizonHours: options.horizonHours, maximumMoves: maximumMoves) {
      let sufficient = sufficientBill
      search.run(&packing, isSufficient: { Double($0) <= sufficient }) { bill, moves in
        steps += 1
        return mayGoOn(bill: bill, moves: moves)
      }
    } else {
      wander(&packing)
    }
  }

  private func openSetSearch(_ packing: Packing) -> OpenSetSearch {
    OpenSetSearch(packing, guide: packing.guide, horizonHours: options.horizonHours, maximumMoves: maximumMoves)
  }

  private mutating func changeOpenSet(_ packing: inout Packing) {
    var search = openSetSearch(packing)
    while mayGoOn(packing.state) && !isSufficient(packing.state.bill) {
      steps += 1
      _ = search.step(&packing)
    }
  }

  /// Changes the open nodes and the moves in turn. Now and then a few moves too many are accepted, since they may lead to
  /// fewer; the best is kept aside.
  private mutating func wander(_ packing: inout Packing) {
    var search = openSetSearch(packing)
    var best = packing
    let firstStep = steps
    var lastGain = steps
    let moveCost = Double(packing.state.moveCost) / Double(max(packing.state.movedPods, 1))
    while mayGoOn(best.state) && (!isSufficient(best.state.bill) || steps < firstStep + 2000) {
      if steps & 511 == 0 { packing = best }
      steps += 1
      search.tolerance = 0
      if steps & (steps - lastGain > 2000 ? 7 : 1) != 1 || isSufficient(packing.state.bill) {
        search.tolerance = steps & 14 == 0 ? 1.5 * moveCost : 0
        switch steps & 30 {
        case 0: _ = search.rebuild(&packing, nodes: nil)
        case 2, 6, 10, 14, 18, 22, 26, 30: _ = search.rebuild(&packing, nodes: 1 + steps / 32 % 4)
        default: _ = search.bringHome(&packing)
        }
      } else {
        _ = search.step(&packing)
      }
      if packing.state.bill < best.state.bill { lastGain = steps }
      if objective(packing.state) < objective(best.state) { best = packing }
    }
    packing = best
  }

  private func mayGoOn(_ best: PlacementState) -> Bool { mayGoOn(bill: best.bill, moves: best.movedPods) }

  private func mayGoOn(bill: Int64, moves: Int) -> Bool {
    steps < options.maximumSteps ?? .max && !isStopped(.improving, bill: bill, moves: moves)
  }
}
