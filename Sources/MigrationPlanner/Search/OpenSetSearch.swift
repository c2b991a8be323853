/// Local search over the set of open nodes: close a few, perhaps open a few cheaper ones, and see whether everything can
/// be packed.
struct OpenSetSearch {
  /// Up to this many nodes that may be open or closed, combinations of several are tried.
  private static let smallFleet = 64

  let guide: SearchGuide
  let horizonHours: Double
  let maximumMoves: Int
  private var repacking: EjectionRepacking
  private var reduction: MoveReduction
  /// A random number per node; the exclusive or over the open ones identifies a set.
  private var tokens: [UInt64] = []
  /// How often each set was tried in vain.
  private var attempts: [UInt64: Int32] = [:]
  private let choices: [Int32]
  /// Turns amounts to thousandths of what all movable pods ask for.
  private var slackScale: SIMD8<Double> = .zero
  private var isSmall: Bool { choices.count <= Self.smallFleet }

  private struct Change {
    var closing: [Int] = []
    var opening: [Int] = []
    var score = -Double.infinity
    var token: UInt64 = 0
  }

  init(_ packing: Packing, guide: SearchGuide, horizonHours: Double, maximumMoves: Int) {
    let problem = packing.problem
    self.guide = guide
    self.horizonHours = horizonHours
    self.maximumMoves = maximumMoves
    choices = (0..<problem.nodeCount).filter { problem.canEmpty($0) && problem.nodeRefusals[$0] == .none }.map(Int32.init)
    repacking = EjectionRepacking(
      podCount: problem.podCount, reach: choices.count <= Self.smallFleet ? problem.nodeCount : 24)
    reduction = MoveReduction(problem)
    var demand = SIMD8<Double>.zero
    for pod in 0..<problem.podCount where problem.isMovable(pod) {
      demand += SIMD8<Double>(problem.kindDemands[Int(problem.podKinds[pod])])
    }
    for resource in problem.resourceNames.indices { slackScale[resource] = 1000 / max(demand[resource], 1) }
    var generator = SplitMix64(seed: 7)
    for _ in 0..<problem.nodeCount { tokens.append(generator.next()) }
  }

  /// Saving of an hour's bill over the horizon, less what moving costs.
  func objective(_ state: PlacementState) -> Double { Double(state.bill) * horizonHours + Double(state.moveCost) }

  /// Tries one change of the open set; gives whether the placement became cheaper. Nothing is left to roll back.
  mutating func step(_ packing: inout Packing) -> Bool {
    let change = pick(&packing)
    if change.closing.isEmpty { return false }
    let before = objective(packing.state)
    let tries = attempts[change.token, default: 0]
    attempts[change.token] = tries + 1
    for node in change.opening { packing.flip(node) }
    var pool: [Int] = []
    for node in change.closing {
      packing.flip(node)
      for pod in packing.state.pods(on: node) {
        let profile = Int(packing.problem.kindProfiles[Int(packing.problem.podKinds[Int(pod)])])
        if packing.problem.topology.isFree(profile) { packing.lift(Int(pod)) }
        pool.append(Int(pod))
      }
    }
    pool.sort { (packing.size($0), $1) < (packing.size($1), $0) }
    let budget = (isSmall ? 150 : 60) << min(Int(tries), 6)
    if repacking.placeAll(pool, &packing, budget: budget) {
      reduction.sendHome(&packing)
      if objective(packing.state) < before && packing.state.movedPods <= maximumMoves {
        packing.commit()
        return true
      }
    }
    packing.rollBack()
    return false
  }

  /// The most promising of some random changes.
  private mutating func pick(_ packing: inout Packing) -> Change {
    var free = SIMD8<Double>.zero
    var token: UInt64 = 0
    var open: [Int] = []
    var closed: [Int] = []
    for choice in choices {
      let node = Int(choice)
      if packing.isOpen[node] {
        token ^= tokens[node]
        open.append(node)
      } else {
        closed.append(node)
      }
    }
    if isSmall {
      for node in 0..<packing.problem.nodeCount where packing.isOpen[node] { free += SIMD8<Double>(packing.state.room[node]) }
    }
    if open.isEmpty { return Change() }
    var best = Change()
    for _ in 0..<(isSmall ? 24 : 8) {
      var change = draw(open, closed, &packing)
      if change.closing.isEmpty { continue }
      change.token = token
      for node in change.closing + change.opening { change.token ^= tokens[node] }
      score(&change, free, packing)
      if change.score > best.score { best = change }
    }
    return best
  }

  /// A random change that lowers the bill.
  private func draw(_ open: [Int], _ closed: [Int], _ packing: inout Packing) -> Change {
    let prices = packing.problem.nodePrices
    var change = Change()
    let most = isSmall ? 3 : 2
    let closing = 1 + packing.random.below(min(most, open.count))
    let opening = closed.isEmpty ? 0 : packing.random.below(min(isSmall ? 4 : 2, closed.count + 1))
    while change.closing.count < closing {
      let node = open[packing.random.below(open.count)]
      if !change.closing.contains(node) { change.closing.append(node) }
    }
    while change.opening.count < opening {
      let node = closed[packing.random.below(closed.count)]
      if !change.opening.contains(node) { change.opening.append(node) }
    }
    let saved = change.closing.reduce(0) { $0 &+ prices[$1] } &- change.opening.reduce(0) { $0 &+ prices[$1] }
    return saved > 0 ? change : Change()
  }

  private func score(_ change: inout Change, _ free: SIMD8<Double>, _ packing: Packing) {
    let problem = packing.problem
    if isSmall {
      var left = free
      for node in change.closing {
        left -= SIMD8<Double>(packing.state.room[node]) + SIMD8<Double>(packing.state.used[node] &- problem.vanishingUse[node])
      }
      for node in change.opening { left += SIMD8<Double>(packing.state.room[node]) }
      var slack = Double.infinity
      for resource in problem.resourceNames.indices { slack = min(slack, left[resource] * slackScale[resource]) }
      if slack < 0 { return }
      // Sets that were tried before wait for their turn.
      change.score = slack - Double(attempts[change.token, default: 0]) * 20
      return
    }
    var gain = 0.0
    for node in change.closing {
      gain += Double(problem.nodePrices[node]) - guide.worth(packing.state.used[node], on: node)
    }
    for node in change.opening {
      gain -= guide.reducedCosts[node]
    }
    change.score = gain
  }
}
