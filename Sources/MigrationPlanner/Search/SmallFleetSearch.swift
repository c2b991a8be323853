/// Search over the open nodes of a fleet that is small enough to judge many sets of them by their room, and to anneal the
/// placement on the promising ones.
///
/// Half of the work goes to sets that cost less, half to fewer and cheaper moves at the bill that was reached: on the same
/// nodes, or on others that cost the same.
struct SmallFleetSearch {
  /// Up to this many nodes that may be open or closed.
  private static let mostChoices = AssignmentAnnealing.mostNodes
  /// Rounds of the longest annealing.
  private static let mostRounds = 1 << 17
  private static let fewestRoundsForMoves = 1 << 8
  /// Rounds of annealing that take as long as finding a set and packing it by ejection.
  private static let roundsPerDraw = 64
  /// Changes of the open set that are compared before one is tried.
  private static let draws = 200
  /// Where the bill can be no lower, the search ends once this many rounds do not lead to fewer moves.
  private static let mostRoundsAtTheBound = 1 << 13

  private let horizonHours: Double
  private let maximumMoves: Int
  private let choices: [Int]
  /// A random number per node; the exclusive or over the open ones identifies a set.
  private let tokens: [UInt64]
  /// How often each set was tried in vain.
  private var attempts: [UInt64: Int] = [:]
  private var repacking: EjectionRepacking
  private let reduction: MoveReduction
  /// Turns amounts to thousandths of what all movable pods ask for.
  private var slackScale: SIMD8<Double> = .zero
  /// How many movable pods run on each node.
  private var residents: [Int]

  /// Rounds of annealing spent on either half of the work, and those of the next run for fewer moves.
  private var spent = (onSets: 0, onMoves: 0)
  private var roundsForMoves = Self.fewestRoundsForMoves
  private var moveWeight: Float = 0.12

  private enum Aim { case lowerBill, sameBill }

  /// Nil for fleets that are not small.
  init?(_ packing: Packing, horizonHours: Double, maximumMoves: Int) {
    let problem = packing.problem
    choices = problem.choices
    tokens = OpenSetChange.tokens(nodeCount: problem.nodeCount)
    if choices.isEmpty || choices.count > Self.mostChoices || packing.openNodes.count > AssignmentAnnealing.mostNodes {
      return nil
    }
    self.horizonHours = horizonHours
    self.maximumMoves = maximumMoves
    repacking = EjectionRepacking(podCount: problem.podCount, reach: problem.nodeCount)
    reduction = MoveReduction(problem)
    residents = [Int](repeating: 0, count: problem.nodeCount)
    var demand = SIMD8<Double>.zero
    for pod in 0..<problem.podCount where problem.isMovable(pod) {
      demand += SIMD8<Double>(problem.kindDemands[Int(problem.podKinds[pod])])
      residents[Int(problem.podNodes[pod])] += 1
    }
    for resource in problem.resourceNames.indices { slackScale[resource] = 1000 / max(demand[resource], 1) }
  }

  /// Improves the packing until `mayGoOn`, which is asked every round with the bill and the moves reached, says no, or until
  /// the bill is sufficient and no fewer moves are in sight.
  mutating func run(
    _ packing: inout Packing, isSufficient: (Int64) -> Bool, mayGoOn: (_ bill: Int64, _ moves: Int) -> Bool
  ) {
    var isTwinNext = false
    while true {
      let (bill, moves) = (packing.state.bill, packing.state.movedPods)
      func asks() -> Bool { mayGoOn(bill, moves) }
      if !asks() { return }
      if !isSufficient(bill) && spent.onSets <= spent.onMoves {
        spent.onSets += Self.roundsPerDraw
        if tryCheaperSet(&packing, asks) { roundsForMoves = Self.fewestRoundsForMoves }
      } else {
        if isSufficient(bill) && roundsForMoves > Self.mostRoundsAtTheBound { return }
        let before = packing.state.cost(horizonHours: horizonHours)
        if isTwinNext { tryTwin(&packing, asks) } else { annealMoves(&packing, asks) }
        if packing.state.cost(horizonHours: horizonHours) < before {
          roundsForMoves = max(roundsForMoves / 4, Self.fewestRoundsForMoves)
        } else if isTwinNext {
          roundsForMoves = min(4 * roundsForMoves, Self.mostRounds)
        }
        isTwinNext.toggle()
      }
    }
  }

  /// Keeps what was done where the placement is no worse than before, else takes it back.
  private func accept(_ packing: inout Packing, before: Double) -> Bool {
    reduction.sendHome(&packing)
    if packing.state.cost(horizonHours: horizonHours) <= before && packing.state.movedPods <= maximumMoves
      && packing.isWithinLimits
    {
      packing.commit()
      return true
    }
    packing.rollBack()
    return false
  }

  // MARK: Cheaper sets

  private mutating func tryCheaperSet(_ packing: inout Packing, _ mayGoOn: () -> Bool) -> Bool {
    guard let (change, token) = pick(.lowerBill, &packing) else { return false }
    let before = packing.state.cost(horizonHours: horizonHours)
    let tries = attempts[token, default: 0]
    attempts[token] = tries + 1
    if repacking.apply(change, &packing, budget: 20 << min(tries, 6)) { return accept(&packing, before: before) }
    packing.rollBack()
    let rounds = min(64 << 2 * min(tries, 5), Self.mostRounds)
    spent.onSets += rounds
    if fit(change, &packing, rounds: rounds, mayGoOn) { return accept(&packing, before: before) }
    packing.rollBack()
    return false
  }

  /// Carries a change out by annealing; pods under rules are placed one by one before. Gives false, and leaves a mess,
  /// where it cannot.
  private mutating func fit(_ change: OpenSetChange, _ packing: inout Packing, rounds: Int, _ mayGoOn: () -> Bool)
    -> Bool
  {
    if !repacking.apply(change, &packing, budget: 20, leavesFreePods: true) { return false }
    guard var annealing = AssignmentAnnealing(packing, open: packing.openNodes, closed: change.closing) else {
      return false
    }
    if !annealing.run(.fit, rounds: rounds, random: &packing.random, mayGoOn: mayGoOn) { return false }
    _ = annealing.run(
      .fewMoves(moveWeight: moveWeight), rounds: max(rounds, Self.fewestRoundsForMoves), random: &packing.random,
      mayGoOn: mayGoOn)
    annealing.apply(to: &packing)
    return true
  }

  // MARK: Fewer moves

  /// Looks for fewer and cheaper moves to the same open nodes.
  private mutating func annealMoves(_ packing: inout Packing, _ mayGoOn: () -> Bool) {
    guard var annealing = AssignmentAnnealing(packing, open: packing.openNodes, closed: []) else { return }
    let before = packing.state.cost(horizonHours: horizonHours)
    let goal = AssignmentAnnealing.Goal.fewMoves(moveWeight: moveWeight)
    spent.onMoves += roundsForMoves
    // Moves weigh as much as still lets about half of the runs end with a placement that fits.
    let fits = annealing.run(goal, rounds: roundsForMoves, random: &packing.random, mayGoOn: mayGoOn)
    moveWeight = min(max(moveWeight * (fits ? 1.25 : 0.8), 0.01), 0.16)
    annealing.apply(to: &packing)
    _ = accept(&packing, before: before)
  }

  /// Goes over to other open nodes at the same bill if that takes fewer or cheaper moves.
  private mutating func tryTwin(_ packing: inout Packing, _ mayGoOn: () -> Bool) {
    guard let (change, token) = pick(.sameBill, &packing) else { return }
    attempts[token, default: 0] += 1
    spent.onMoves += roundsForMoves
    let before = packing.state.cost(horizonHours: horizonHours)
    if fit(change, &packing, rounds: roundsForMoves, mayGoOn) {
      _ = accept(&packing, before: before)
    } else {
      packing.rollBack()
    }
  }

  // MARK: Candidates

  /// The most promising of some random changes with what identifies the set they lead to; nil where none does what is
  /// aimed at.
  private func pick(_ aim: Aim, _ packing: inout Packing) -> (change: OpenSetChange, token: UInt64)? {
    let open = choices.filter { packing.isOpen[$0] }
    let closed = choices.filter { !packing.isOpen[$0] }
    if open.isEmpty { return nil }
    let token = open.reduce(0) { $0 ^ tokens[$1] }
    let room = packing.openNodes.reduce(SIMD8<Double>.zero) { $0 + SIMD8<Double>(packing.state.room[Int($1)]) }
    var best: (change: OpenSetChange, token: UInt64, score: Double)?
    for _ in 0..<Self.draws {
      let change = OpenSetChange.random(closing: open, atMost: 4, opening: closed, atMost: 4, &packing.random)
      let saving = change.saving(packing.problem.nodePrices)
      if aim == .lowerBill ? saving <= 0 : saving != 0 { continue }
      let identity = change.token(from: token, tokens)
      let score = score(change, aim, room, packing) - waiting(aim) * Double(attempts[identity, default: 0])
      if score > best?.score ?? -.infinity { best = (change, identity, score) }
    }
    return best.map { ($0.change, $0.token) }
  }

  /// By how much a set falls behind others for each time that it was tried in vain, in the units of `score`.
  private func waiting(_ aim: Aim) -> Double { aim == .lowerBill ? 20 : 2 }

  /// How promising a change is: by the room it leaves, in thousandths of what is asked for, or by the pods that need not
  /// move. Minus infinity where there is no room for all pods even if they could be split.
  private func score(_ change: OpenSetChange, _ aim: Aim, _ room: SIMD8<Double>, _ packing: Packing) -> Double {
    let problem = packing.problem
    var left = room
    for node in change.closing {
      left -=
        SIMD8<Double>(packing.state.room[node])
        + SIMD8<Double>(packing.state.used[node] &- problem.vanishingUse[node])
    }
    for node in change.opening { left += SIMD8<Double>(packing.state.room[node]) }
    var slack = Double.infinity
    for resource in problem.resourceNames.indices { slack = min(slack, left[resource] * slackScale[resource]) }
    if slack < 0 { return -.infinity }
    if aim == .lowerBill { return slack }
    return Double(change.opening.reduce(0) { $0 + residents[$1] } - change.closing.reduce(0) { $0 + residents[$1] })
  }
}
