/// Assigns pods to a given set of nodes by simulated annealing: first until no node is overfull, then with as few and as
/// cheap moves as it finds.
///
/// Where a handful of nodes must be filled to the last thousandth, placing pods one by one fails although a placement
/// exists. Annealing lets nodes be overfull on the way: a step sends one pod elsewhere or exchanges two, and is judged by
/// how much it overfills and by what it moves. Only pods without rules between pods take part; all others stay.
///
/// Source of the scheme: Kirkpatrick, Gelatt, Vecchi, "Optimization by simulated annealing" (Science 220, 1983).
struct AssignmentAnnealing {
  /// Most nodes that take part: a bit of a word each.
  static let mostNodes = 64
  /// Steps made at each temperature, a round.
  static let stepsPerRound = 256

  /// What is sought. Amounts are in mean pods: 1 is what the pods that take part ask for on average.
  struct Goal {
    /// How bad a move of average cost is.
    var moveWeight: Float
    /// How bad an overfull node is, beyond what is too much on it.
    var overfullWeight: Float
    var firstTemperature: Float
    var lastTemperature: Float

    /// Any placement that fits; the run ends with the first one.
    static let fit = Goal(moveWeight: 0, overfullWeight: 0, firstTemperature: 0.8, lastTemperature: 0.0008)

    /// The placement that fits and whose moves cost least. The dearer moves are, the fewer remain where there is room
    /// to spare, and the less often a placement fits in the end where there is none.
    static func fewMoves(moveWeight: Float) -> Goal {
      Goal(
        moveWeight: moveWeight, overfullWeight: 2 * moveWeight, firstTemperature: 2 * moveWeight,
        lastTemperature: 0.07 * moveWeight)
    }
  }

  // Nodes and pods that take part, by their numbers in the problem; all else here uses positions in these two.
  private let nodes: [Int32]
  private let pods: [Int32]
  private var demands: [ResourceVector] = []
  /// A bit per node that the pod may stand on.
  private var admitting: [UInt64] = []
  /// Position of each pod's home; -1 where that does not take part.
  private var homes: [Int8] = []
  /// Cost of moving each pod, 1000 on average; integers, so that sums of differences stay exact.
  private var moveCosts: [Int32] = []
  /// Turns amounts to mean pods.
  private var scale = SIMD8<Float>.zero

  // The assignment.
  private var places: [Int8] = []
  /// What is left of each node; negative where it is overfull.
  private var left: [ResourceVector] = []
  private var penalties: [Float] = []
  private var overfull = 0
  private var moveCost: Int32 = 0

  /// The cheapest placement that fits, as positions of nodes; empty until there is one.
  private(set) var best: [Int8] = []
  private var bestMoveCost = Int32.max

  /// Takes over some open nodes of a packing and the pods without rules on these and on some closed ones, which have to go.
  ///
  /// Nil where there are too many nodes, or where the pods would not fit even if they could be split.
  init?(_ packing: Packing, open: [Int32], closed: [Int]) {
    let problem = packing.problem
    let state = packing.state
    // What an overfull node holds stays, so that it becomes no worse.
    nodes = open.filter { PlacementState.isCovered(problem.capacities[Int($0)] &- state.used[Int($0)]) }
    if nodes.isEmpty || nodes.count > Self.mostNodes { return nil }
    left = nodes.map { problem.capacities[Int($0)] &- state.used[Int($0)] }
    var room = left.reduce(SIMD8<Double>.zero) { $0 + SIMD8<Double>($1) }
    let leaving = closed.flatMap { state.pods(on: $0) }
    for pod in leaving { room -= SIMD8<Double>(problem.demand(of: Int(pod))) }
    if room.min() < 0 { return nil }
    pods = (leaving + nodes.flatMap { state.pods(on: Int($0)) }).filter { problem.isFree(Int($0)) }
    if pods.isEmpty || !addPods(problem, state) { return nil }
  }

  /// Gives false where a pod may stand on none of the nodes.
  private mutating func addPods(_ problem: PlanningProblem, _ state: PlacementState) -> Bool {
    var positions = [Int8](repeating: -1, count: problem.nodeCount)
    for (position, node) in nodes.enumerated() { positions[Int(node)] = Int8(position) }
    var bitsOfMask: [Int32: UInt64] = [:]
    for pod in pods {
      let pod = Int(pod)
      let mask = problem.kindMasks[Int(problem.podKinds[pod])]
      let known = bitsOfMask[mask] ?? bits(problem, mask)
      bitsOfMask[mask] = known
      let home = positions[Int(problem.podNodes[pod])]
      let bits = home >= 0 ? known | 1 << UInt64(home) : known
      if bits == 0 { return false }
      let demand = problem.demand(of: pod)
      var place = positions[Int(state.nodeOfPod[pod])]
      if place < 0 {
        // It leaves a closed node, for the first that admits it, whether it fits there or not.
        place = Int8(bits.trailingZeroBitCount)
        left[Int(place)] &-= demand
        if !Self.isSane(left[Int(place)]) { return false }
      }
      demands.append(demand)
      admitting.append(bits)
      homes.append(home)
      places.append(place)
    }
    setScales(pods.map { Double(problem.podMoveCosts[Int($0)]) })
    return true
  }

  /// Whether another pod could be put on the node without leaving the range of 32 bits; demands are below 2³⁰.
  @inline(__always)
  private static func isSane(_ left: ResourceVector) -> Bool {
    PlacementState.isCovered(left &+ ResourceVector(repeating: 1 << 30))
  }

  /// A bit per node that a mask admits.
  private func bits(_ problem: PlanningProblem, _ mask: Int32) -> UInt64 {
    nodes.enumerated().reduce(0) { bits, entry in
      problem.mask(Int(mask), admits: Int(entry.element)) ? bits | 1 << UInt64(entry.offset) : bits
    }
  }

  private mutating func setScales(_ costs: [Double]) {
    let count = Float(pods.count)
    var sum = SIMD8<Float>.zero
    for demand in demands { sum += SIMD8<Float>(demand) }
    for resource in 0..<SIMD8<Float>.scalarCount where sum[resource] > 0 { scale[resource] = count / sum[resource] }
    let mean = costs.reduce(0, +) / Double(count)
    moveCosts = costs.map { mean > 0 ? Int32(min($0 / mean, 1000) * 1000) : 1000 }
  }

  /// How bad it is that so little is left of a node.
  @inline(__always)
  private func penalty(_ left: ResourceVector, _ goal: Goal) -> Float {
    if PlacementState.isCovered(left) { return 0 }
    if !Self.isSane(left) { return .infinity }
    // Shifting the sign over all bits masks the lanes that are not negative; a comparison compiles to a loop.
    return goal.overfullWeight - (SIMD8<Float>(left & (left &>> 31)) * scale).sum()
  }

  @inline(__always)
  private func moveCost(_ pod: Int, on node: Int8) -> Int32 { node == homes[pod] ? 0 : moveCosts[pod] }

  /// Anneals from where the pods are, for a number of rounds that is a power of two; gives whether the run ended with a
  /// placement that fits. The best one of all runs is kept. Ends early when `mayGoOn`, asked every round, says no.
  mutating func run(_ goal: Goal, rounds: Int, random: inout SplitMix64, mayGoOn: () -> Bool) -> Bool {
    penalties = left.map { penalty($0, goal) }
    overfull = left.count { !PlacementState.isCovered($0) }
    moveCost = pods.indices.reduce(0) { $0 + moveCost($1, on: places[$1]) }
    remember()
    // The root that leads from the first temperature to the last in as many multiplications as there are rounds.
    var cooling = goal.lastTemperature / goal.firstTemperature
    for _ in 0..<rounds.trailingZeroBitCount { cooling = cooling.squareRoot() }
    var temperature = goal.firstTemperature
    for _ in 0..<rounds {
      if goal.moveWeight == 0 && overfull == 0 || !mayGoOn() { break }
      for _ in 0..<Self.stepsPerRound { step(goal, temperature, &random) }
      temperature *= cooling
    }
    return overfull == 0
  }

  private mutating func remember() {
    if overfull == 0 && moveCost < bestMoveCost {
      bestMoveCost = moveCost
      best = places
    }
  }

  /// Sends a random pod to a random node or exchanges it for a pod there, if that is good or the temperature allows it.
  @inline(__always)
  private mutating func step(_ goal: Goal, _ temperature: Float, _ random: inout SplitMix64) {
    let pod = random.below(pods.count)
    let source = places[pod]
    let other = random.below(2 * pods.count)
    let isExchange = other < pods.count
    let target = isExchange ? places[other] : Int8(other % nodes.count)
    if target == source || admitting[pod] >> UInt64(target) & 1 == 0 { return }
    var flow = demands[pod]
    var moved = moveCost(pod, on: target) - moveCost(pod, on: source)
    if isExchange {
      if admitting[other] >> UInt64(source) & 1 == 0 { return }
      flow &-= demands[other]
      moved += moveCost(other, on: source) - moveCost(other, on: target)
    }
    let (from, to) = (Int(source), Int(target))
    let (leftAtSource, leftAtTarget) = (left[from] &+ flow, left[to] &- flow)
    let (penaltyAtSource, penaltyAtTarget) = (penalty(leftAtSource, goal), penalty(leftAtTarget, goal))
    let worse =
      penaltyAtSource + penaltyAtTarget - penalties[from] - penalties[to] + Float(moved) * 0.001 * goal.moveWeight
    if worse > 0 && !Self.allows(worse / temperature, random.unit()) { return }
    for (node, after) in [(from, leftAtSource), (to, leftAtTarget)] {
      overfull += (PlacementState.isCovered(after) ? 0 : 1) - (PlacementState.isCovered(left[node]) ? 0 : 1)
    }
    (left[from], left[to]) = (leftAtSource, leftAtTarget)
    (penalties[from], penalties[to]) = (penaltyAtSource, penaltyAtTarget)
    places[pod] = target
    if isExchange { places[other] = source }
    moveCost += moved
    if overfull == 0 { remember() }
  }

  /// Whether `uniform` is below a stand-in for exp(-x): (1 + x / 64)^-64.
  @inline(__always)
  private static func allows(_ x: Float, _ uniform: Float) -> Bool {
    var power = 1 + x * (1 / 64)
    for _ in 0..<6 { power *= power }
    return uniform * power < 1
  }

  /// Brings a packing to the best placement found; `best` must not be empty.
  func apply(to packing: inout Packing) {
    let moves = pods.indices.filter { packing.state.nodeOfPod[Int(pods[$0])] != nodes[Int(best[$0])] }
    for position in moves { packing.lift(Int(pods[position])) }
    for position in moves { packing.place(Int(pods[position]), on: Int(nodes[Int(best[position])])) }
  }
}
