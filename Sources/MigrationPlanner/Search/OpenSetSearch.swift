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
  private let movable: [Int]
  /// A random number per node; the exclusive or over the open ones identifies a set.
  private var tokens: [UInt64] = []
  /// How often each set was tried in vain.
  private var attempts: [UInt64: Int32] = [:]
  private let choices: [Int32]
  /// By how much a placement may be worse than the one before, for searches that remember the best themselves.
  var tolerance = 0.0
  /// Turns amounts to thousandths of what all movable pods ask for.
  private var slackScale: SIMD8<Double> = .zero
  var isSmall: Bool { choices.count <= Self.smallFleet }

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
    choices = (0..<problem.nodeCount).filter { problem.canEmpty($0) && problem.nodeRefusals[$0] == .none }.map(
      Int32.init)
    repacking = EjectionRepacking(
      podCount: problem.podCount, reach: choices.count <= Self.smallFleet ? problem.nodeCount : 24)
    reduction = MoveReduction(problem)
    movable = (0..<problem.podCount).filter { problem.isMovable($0) }
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

  /// Whether a pod is under no rules between pods, so that it may be lifted and put down at will.
  private func isFree(_ pod: Int, _ problem: PlanningProblem) -> Bool {
    problem.topology.isFree(Int(problem.kindProfiles[Int(problem.podKinds[pod])]))
  }

  /// Keeps what was done where the placement is no worse than before by more than `tolerance`, else takes it back.
  private func accept(_ packing: inout Packing, before: Double) -> Bool {
    reduction.sendHome(&packing)
    // Equally good placements are taken as well: they lead away from where nothing gets better.
    if objective(packing.state) <= before + tolerance && packing.state.movedPods <= maximumMoves {
      packing.commit()
      return true
    }
    packing.rollBack()
    return false
  }

  /// Packs anew for the same open nodes, from where the pods run: those whose nodes stay open start at home, and leave
  /// it only where others cannot do without.
  mutating func rebuild(_ packing: inout Packing) -> Bool {
    let before = objective(packing.state)
    let problem = packing.problem
    let strangers = movable.filter {
      packing.state.nodeOfPod[$0] != problem.podNodes[$0] && isFree($0, problem)
    }
    for pod in strangers { packing.lift(pod) }
    var pool: [(pod: Int, size: Float)] = []
    for pod in strangers {
      let home = Int(problem.podNodes[pod])
      if packing.isOpen[home] && packing.state.hasRoom(home, problem.kindDemands[Int(problem.podKinds[pod])]) {
        packing.place(pod, on: home)
      } else {
        pool.append((pod, packing.size(pod) * (1 + 0.3 * packing.random.unit())))
      }
    }
    pool.sort { ($0.size, $1.pod) < ($1.size, $0.pod) }
    repacking.homeWeight = 1 + 3 * packing.random.unit()
    packing.noise = packing.random.below(2) == 0 ? 0.3 : 0
    defer {
      repacking.homeWeight = 1.2
      packing.noise = 0
    }
    if repacking.placeAll(pool.map(\.pod), &packing, budget: isSmall ? 600 : 200) {
      return accept(&packing, before: before)
    }
    packing.rollBack()
    return false
  }

  /// Brings one pod home that stands elsewhere although its node stays open, and finds room for whoever has to go.
  mutating func bringHome(_ packing: inout Packing) -> Bool {
    let problem = packing.problem
    let before = objective(packing.state)
    for _ in 0..<32 {
      if movable.isEmpty { return false }
      let pod = movable[packing.random.below(movable.count)]
      let home = Int(problem.podNodes[pod])
      if Int(packing.state.nodeOfPod[pod]) == home || !packing.isOpen[home] || !isFree(pod, problem) { continue }
      var ejected: [Int] = []
      let demand = problem.kindDemands[Int(problem.podKinds[pod])]
      var others = packing.state.pods(on: home).map(Int.init).filter { isFree($0, problem) }
      others.sort { problem.podNodes[$0] != home && problem.podNodes[$1] == home }
      packing.lift(pod)
      while !packing.state.hasRoom(home, demand), !others.isEmpty {
        let choice = packing.random.below(min(others.count, 6))
        let other = others.remove(at: choice)
        packing.lift(other)
        ejected.append(other)
      }
      if packing.state.hasRoom(home, demand) {
        packing.place(pod, on: home)
        repacking.homeWeight = 3
        defer { repacking.homeWeight = 1.2 }
        if repacking.placeAll(ejected, &packing, budget: 20) { return accept(&packing, before: before) }
      }
      packing.rollBack()
      return false
    }
    return false
  }

  /// Tries one change of the open set; gives whether the placement became cheaper. Nothing is left to roll back.
  mutating func step(_ packing: inout Packing) -> Bool {
    let change = pick(&packing, isTwin: false)
    if change.closing.isEmpty { return false }
    let before = objective(packing.state)
    let tries = attempts[change.token, default: 0]
    attempts[change.token] = tries + 1
    if apply(change, &packing, budget: (isSmall ? 150 : 60) << min(Int(tries), 6)) {
      return accept(&packing, before: before)
    }
    packing.rollBack()
    return false
  }

  /// Goes over to other open nodes at the same bill, looks there for fewer moves for a while, and comes back if there are
  /// none. For small fleets.
  mutating func tryTwin(_ packing: inout Packing) -> Bool {
    let change = pick(&packing, isTwin: true)
    if change.closing.isEmpty { return false }
    let saved = packing
    if apply(change, &packing, budget: 200), packing.state.movedPods <= maximumMoves {
      reduction.sendHome(&packing)
      packing.commit()
      for round in 0..<40 { _ = round % 8 == 0 ? rebuild(&packing) : bringHome(&packing) }
      if objective(packing.state) < objective(saved.state) { return true }
    }
    packing = saved
    return false
  }

  /// Opens and closes nodes and packs what stood on the closed ones; gives false, and leaves a mess, where it cannot.
  private mutating func apply(_ change: Change, _ packing: inout Packing, budget: Int) -> Bool {
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
    return repacking.placeAll(pool, &packing, budget: budget)
  }

  /// The most promising of some random changes.
  private mutating func pick(_ packing: inout Packing, isTwin: Bool) -> Change {
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
      for node in 0..<packing.problem.nodeCount where packing.isOpen[node] {
        free += SIMD8<Double>(packing.state.room[node])
      }
    }
    if open.isEmpty { return Change() }
    var best = Change()
    for _ in 0..<(isTwin ? 120 : isSmall ? 24 : 8) {
      var change = draw(open, closed, &packing, isTwin: isTwin)
      if change.closing.isEmpty { continue }
      change.token = token
      for node in change.closing + change.opening { change.token ^= tokens[node] }
      score(&change, free, packing)
      if isTwin && change.score > -.infinity { return change }
      if change.score > best.score { best = change }
    }
    return best
  }

  /// A random change that lowers the bill.
  private func draw(_ open: [Int], _ closed: [Int], _ packing: inout Packing, isTwin: Bool) -> Change {
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
    return saved > 0 && !isTwin || saved == 0 && isTwin ? change : Change()
  }

  private func score(_ change: inout Change, _ free: SIMD8<Double>, _ packing: Packing) {
    let problem = packing.problem
    if isSmall {
      var left = free
      for node in change.closing {
        left -=
          SIMD8<Double>(packing.state.room[node])
          + SIMD8<Double>(packing.state.used[node] &- problem.vanishingUse[node])
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
