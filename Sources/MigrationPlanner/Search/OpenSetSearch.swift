/// Local search over the set of open nodes: close a few, perhaps open a few cheaper ones, and see whether everything can
/// be packed.
struct OpenSetSearch {
  let guide: SearchGuide
  let horizonHours: Double
  let maximumMoves: Int
  private var repacking: EjectionRepacking
  private var reduction: MoveReduction
  private let movable: [Int]
  /// A random number per node; the exclusive or over the open ones identifies a set.
  private let tokens: [UInt64]
  /// How often each set was tried in vain.
  private var attempts: [UInt64: Int32] = [:]
  /// Nodes that may be open or closed.
  private let choices: [Int]
  /// Rounds of annealing since it last did what ejection did not.
  private var idleRounds = 0
  /// By how much a placement may be worse than the one before, for searches that remember the best themselves.
  var tolerance = 0.0

  init(_ packing: Packing, guide: SearchGuide, horizonHours: Double, maximumMoves: Int) {
    let problem = packing.problem
    self.guide = guide
    self.horizonHours = horizonHours
    self.maximumMoves = maximumMoves
    choices = problem.choices
    repacking = EjectionRepacking(podCount: problem.podCount, reach: 24)
    reduction = MoveReduction(problem)
    movable = (0..<problem.podCount).filter { problem.isMovable($0) }
    tokens = OpenSetChange.tokens(nodeCount: problem.nodeCount)
  }

  /// Keeps what was done where the placement is no worse than before by more than `tolerance`, else takes it back.
  private func accept(_ packing: inout Packing, before: Double) -> Bool {
    reduction.sendHome(&packing)
    // Equally good placements are taken as well: they lead away from where nothing gets better.
    if packing.state.cost(horizonHours: horizonHours) <= before + tolerance && packing.state.movedPods <= maximumMoves
      && packing.isWithinLimits
    {
      packing.commit()
      return true
    }
    packing.rollBack()
    return false
  }

  /// Packs some open nodes anew (nil: all of them) from where the pods run: those whose nodes stay open start at home, and
  /// leave it only where others cannot do without.
  mutating func rebuild(_ packing: inout Packing, nodes count: Int?) -> Bool {
    let before = packing.state.cost(horizonHours: horizonHours)
    let problem = packing.problem
    var isChosen = [Bool](repeating: count == nil, count: problem.nodeCount)
    for _ in 0..<(count ?? 0) { isChosen[Int(packing.openNodes[packing.random.below(packing.openNodes.count)])] = true }
    let strangers = movable.filter { pod in
      let (place, home) = (Int(packing.state.nodeOfPod[pod]), Int(problem.podNodes[pod]))
      return place != home && (isChosen[place] || isChosen[home]) && problem.isFree(pod)
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
    if repacking.placeAll(pool.map(\.pod), &packing, budget: count == nil ? 600 : 40) {
      return accept(&packing, before: before)
    }
    packing.rollBack()
    return false
  }

  /// Brings one pod home that stands elsewhere although its node stays open, and finds room for whoever has to go.
  mutating func bringHome(_ packing: inout Packing) -> Bool {
    let problem = packing.problem
    let before = packing.state.cost(horizonHours: horizonHours)
    for _ in 0..<32 {
      if movable.isEmpty { return false }
      let pod = movable[packing.random.below(movable.count)]
      let home = Int(problem.podNodes[pod])
      if Int(packing.state.nodeOfPod[pod]) == home || !packing.isOpen[home] || !problem.isFree(pod) { continue }
      var ejected: [Int] = []
      let demand = problem.kindDemands[Int(problem.podKinds[pod])]
      var others = packing.state.pods(on: home).map(Int.init).filter { problem.isFree($0) }
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
    guard let (change, token) = pick(&packing) else { return false }
    let before = packing.state.cost(horizonHours: horizonHours)
    let tries = min(Int(attempts[token, default: 0]), 6)
    attempts[token, default: 0] += 1
    if repacking.apply(change, &packing, budget: 24 << tries) { return accept(&packing, before: before) }
    packing.rollBack()
    // Annealing does what ejection does not in fleets of many small pods, and little elsewhere: it has to earn its time.
    if idleRounds > 2 * repacking.ejections { return false }
    if anneal(change, &packing, rounds: 256 << min(tries, 4)), accept(&packing, before: before) {
      idleRounds = 0
      return true
    }
    packing.rollBack()
    return false
  }

  /// Carries a change out by annealing, on the nodes that open and some of those that are open.
  private mutating func anneal(_ change: OpenSetChange, _ packing: inout Packing, rounds: Int) -> Bool {
    for node in change.opening + change.closing { packing.flip(node) }
    let problem = packing.problem
    let hasBoundPods = change.closing.contains { node in
      packing.state.pods(on: node).contains { !problem.isFree(Int($0)) }
    }
    if hasBoundPods { return false }
    let hosts = hosts(for: change, &packing)
    guard var annealing = AssignmentAnnealing(packing, open: hosts, closed: change.closing) else { return false }
    idleRounds += rounds
    if !annealing.run(.fit, rounds: rounds, random: &packing.random, mayGoOn: { true }) { return false }
    _ = annealing.run(.fewMoves(moveWeight: 0.12), rounds: 256, random: &packing.random, mayGoOn: { true })
    annealing.apply(to: &packing)
    return true
  }

  /// The nodes that open, and random ones with much room.
  private func hosts(for change: OpenSetChange, _ packing: inout Packing) -> [Int32] {
    var hosts = change.opening.map(Int32.init)
    let count = min(AssignmentAnnealing.mostNodes, packing.openNodes.count)
    while hosts.count < count {
      var best: (node: Int32, room: Double)?
      for _ in 0..<4 {
        let node = packing.openNodes[packing.random.below(packing.openNodes.count)]
        let room = guide.worth(packing.state.room[Int(node)], on: Int(node))
        if room > best?.room ?? -1 && !hosts.contains(node) { best = (node, room) }
      }
      if let best { hosts.append(best.node) }
    }
    return hosts
  }

  /// The most promising of some random changes that lower the bill, with what identifies the set they lead to.
  private func pick(_ packing: inout Packing) -> (change: OpenSetChange, token: UInt64)? {
    var token: UInt64 = 0
    var open: [Int] = []
    var closed: [Int] = []
    for node in choices {
      if packing.isOpen[node] {
        token ^= tokens[node]
        open.append(node)
      } else {
        closed.append(node)
      }
    }
    if open.isEmpty { return nil }
    var best: (change: OpenSetChange, score: Double)?
    for _ in 0..<8 {
      let change = OpenSetChange.random(closing: open, atMost: 2, opening: closed, atMost: 1, &packing.random)
      if change.saving(packing.problem.nodePrices) <= 0 { continue }
      let score = score(change, packing)
      if score > best?.score ?? -.infinity { best = (change, score) }
    }
    return best.map { ($0.change, $0.change.token(from: token, tokens)) }
  }

  /// What a change is worth by the relaxation's prices.
  private func score(_ change: OpenSetChange, _ packing: Packing) -> Double {
    var gain = 0.0
    for node in change.closing {
      gain += Double(packing.problem.nodePrices[node]) - guide.worth(packing.state.used[node], on: node)
    }
    for node in change.opening { gain -= guide.reducedCosts[node] }
    return gain
  }
}
