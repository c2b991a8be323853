/// Orders the moves that lead to a placement into waves.
///
/// All moves of a wave can start at once: while they are under way each pod takes room on both of its nodes and counts,
/// for rules between pods, wherever that is the stricter reading. A wave ends when all of its moves have.
struct Sequencer {
  /// One step of a pod.
  struct Step: Hashable {
    var pod: Int32
    var source: Int32
    var target: Int32
    var wave: Int32
    /// Whether the pod only steps aside and moves on later.
    var isTemporary: Bool
  }

  private let problem: PlanningProblem
  private let limits: PlanningOptions.Limits
  private let imbalance: Imbalance?
  private let check: TopologyCheck
  /// Where each pod is to stand in the end.
  private var goal: [Int32]
  private(set) var location: [Int32]
  private(set) var steps: [Step] = []
  /// Pods that could not be moved in any order.
  private(set) var dropped: [Int32] = []

  private var used: [ResourceVector]
  private var upper: TopologyState
  private var lower: TopologyState
  private var wave = Int32(0)
  private var hopped: Set<Int32> = []
  private var hopsLeft: Int
  /// Moves that leave each node, those to come included.
  private var leaving: [Int]
  // What the current wave has used of the limits.
  private var startedTotal = 0
  private var startedAtSource: [Int32: Int] = [:]
  private var startedAtTarget: [Int32: Int] = [:]
  private var startedOfWorkload: [Int32: Int] = [:]
  private var startedOfBudget: [Int32: Int32] = [:]

  /// - Parameter imbalance: where even use is wanted; pods that cannot reach their goal then go where it is raised least.
  init(_ problem: PlanningProblem, goal: [Int32], limits: PlanningOptions.Limits, imbalance: Imbalance? = nil) {
    self.problem = problem
    self.limits = limits
    self.imbalance = imbalance
    self.goal = goal
    check = TopologyCheck(rules: problem.topology)
    location = problem.podNodes
    let initial = PlacementState(problem)
    used = initial.used
    upper = initial.topology
    lower = initial.topology
    leaving = [Int](repeating: 0, count: problem.nodeCount)
    for pod in goal.indices where goal[pod] != problem.podNodes[pod] { leaving[Int(problem.podNodes[pod])] += 1 }
    // The search keeps to this limit; a promise to people does not hang on every step of it.
    for pod in goal.indices where goal[pod] != problem.podNodes[pod] {
      let home = Int(problem.podNodes[pod])
      if leaving[home] <= limits.movesPerNode ?? .max { continue }
      leaving[home] -= 1
      self.goal[pod] = Int32(home)
      dropped.append(Int32(pod))
    }
    let planned = leaving.reduce(0, +)
    hopsLeft = min(16 + goal.count / 50, max(0, (limits.movesPerPlan ?? .max) - planned))
  }

  /// Finds the order. `shouldStop` may end it early; what is not ordered by then is dropped.
  mutating func run(_ shouldStop: () -> Bool) {
    var pending = ordered()
    while !pending.isEmpty {
      if shouldStop() { break }
      let before = steps.count
      beginWave()
      pending = startPossible(pending)
      if steps.count == before {
        if stepAside(pending) || retarget(&pending) {
          endWave(from: before)
          continue
        }
        pending = dropLeast(pending)
        wave -= 1
        continue
      }
      endWave(from: before)
    }
    dropped.append(contentsOf: pending)
  }

  /// Moves that make room first, then node by node what saves most per move.
  private func ordered() -> [Int32] {
    let pods = (0..<Int32(problem.podCount)).filter { goal[Int($0)] != problem.podNodes[Int($0)] }
    var leaving = [Int32](repeating: 0, count: problem.nodeCount)
    var remaining = problem.holdingPods
    for pod in 0..<problem.podCount where problem.isMovable(pod) {
      remaining[Int(goal[pod])] += 1
      if goal[pod] != problem.podNodes[pod] { leaving[Int(problem.podNodes[pod])] += 1 }
    }
    let value = (0..<problem.nodeCount).map { node -> Double in
      if remaining[node] > 0 || !problem.isRemovable[node] { return .infinity }
      return Double(problem.nodePrices[node]) / Double(max(leaving[node], 1))
    }
    return pods.sorted { left, right in
      let nodes = (Int(problem.podNodes[Int(left)]), Int(problem.podNodes[Int(right)]))
      if nodes.0 == nodes.1 { return left < right }
      return (value[nodes.0], nodes.1) > (value[nodes.1], nodes.0)
    }
  }

  private mutating func beginWave() {
    wave += 1
    startedTotal = 0
    startedAtSource.removeAll(keepingCapacity: true)
    startedAtTarget.removeAll(keepingCapacity: true)
    startedOfWorkload.removeAll(keepingCapacity: true)
    startedOfBudget.removeAll(keepingCapacity: true)
  }

  /// Starts every pending move that can; gives those that remain.
  private mutating func startPossible(_ pending: [Int32]) -> [Int32] {
    var rest: [Int32] = []
    for pod in pending {
      let target = goal[Int(pod)]
      if isWithinLimits(pod, to: target) && canStart(pod, to: target) {
        start(pod, to: target, isTemporary: false)
      } else {
        rest.append(pod)
      }
    }
    return rest
  }

  private func isWithinLimits(_ pod: Int32, to target: Int32) -> Bool {
    if startedTotal >= limits.movesAtOnce ?? .max { return false }
    let source = location[Int(pod)]
    if let most = limits.movesAtOncePerSource, startedAtSource[source, default: 0] >= most { return false }
    if let most = limits.movesAtOncePerTarget, startedAtTarget[target, default: 0] >= most { return false }
    let workload = problem.podWorkloads[Int(pod)]
    if let most = limits.movesAtOncePerWorkload, startedOfWorkload[workload, default: 0] >= most { return false }
    for budget in problem.budgets(of: Int(pod))
    where startedOfBudget[budget, default: 0] >= problem.budgetAllowances[Int(budget)] {
      return false
    }
    return true
  }

  private func canStart(_ pod: Int32, to target: Int32) -> Bool {
    let kind = Int(problem.podKinds[Int(pod)])
    let node = Int(target)
    let free = problem.capacities[node] &- used[node]
    if !PlacementState.covers(free.replacing(with: 0, where: free .< 0), problem.kindDemands[kind]) { return false }
    let mask = Int(problem.kindMasks[kind])
    if !problem.mask(mask, admits: node) && problem.podNodes[Int(pod)] != target { return false }
    let profile = Int(problem.kindProfiles[kind])
    if problem.topology.isFree(profile) { return true }
    return check.refusal(
      profile: profile, from: location[Int(pod)], to: target, upper: upper, lower: lower) == nil
  }

  private mutating func start(_ pod: Int32, to target: Int32, isTemporary: Bool) {
    let source = location[Int(pod)]
    let kind = Int(problem.podKinds[Int(pod)])
    let profile = Int(problem.kindProfiles[kind])
    used[Int(target)] &+= problem.kindDemands[kind]
    upper.change(problem.topology, profile: profile, node: target, by: 1)
    lower.change(problem.topology, profile: profile, node: source, by: -1)
    steps.append(Step(pod: pod, source: source, target: target, wave: wave, isTemporary: isTemporary))
    startedTotal += 1
    if limits.movesAtOncePerSource != nil { startedAtSource[source, default: 0] += 1 }
    if limits.movesAtOncePerTarget != nil { startedAtTarget[target, default: 0] += 1 }
    if limits.movesAtOncePerWorkload != nil { startedOfWorkload[problem.podWorkloads[Int(pod)], default: 0] += 1 }
    for budget in problem.budgets(of: Int(pod)) { startedOfBudget[budget, default: 0] += 1 }
  }

  /// Lets the moves of the wave end: sources are free from here on.
  private mutating func endWave(from first: Int) {
    for step in steps[first...] {
      let kind = Int(problem.podKinds[Int(step.pod)])
      let profile = Int(problem.kindProfiles[kind])
      used[Int(step.source)] &-= problem.kindDemands[kind]
      upper.change(problem.topology, profile: profile, node: step.source, by: -1)
      lower.change(problem.topology, profile: profile, node: step.target, by: 1)
      location[Int(step.pod)] = step.target
    }
  }

  /// Breaks a cycle: the cheapest pod that stands where another wants to go waits on some node with room.
  private mutating func stepAside(_ pending: [Int32]) -> Bool {
    if hopsLeft == 0 { return false }
    let mostLeaving = limits.movesPerNode ?? .max
    var isWanted = [Bool](repeating: false, count: problem.nodeCount)
    for pod in pending { isWanted[Int(goal[Int(pod)])] = true }
    let candidates = pending.filter { isWanted[Int(location[Int($0)])] && !hopped.contains($0) }
      .sorted { (problem.podMoveCosts[Int($0)], $0) < (problem.podMoveCosts[Int($1)], $1) }
    for pod in candidates.prefix(32) {
      for node in 0..<Int32(problem.nodeCount) where !isWanted[Int(node)] && node != location[Int(pod)] {
        if leaving[Int(node)] < mostLeaving && isWithinLimits(pod, to: node) && canStart(pod, to: node) {
          start(pod, to: node, isTemporary: true)
          leaving[Int(node)] += 1
          hopped.insert(pod)
          hopsLeft -= 1
          return true
        }
      }
    }
    return false
  }

  /// Sends pods that cannot reach their goal to the tightest other node that is paid for in the end and can take them, or
  /// to the emptiest where even use is wanted.
  private mutating func retarget(_ pending: inout [Int32]) -> Bool {
    var holders = problem.holdingPods
    for pod in goal.indices where problem.isMovable(pod) { holders[Int(goal[pod])] += 1 }
    var rest: [Int32] = []
    for pod in pending {
      var best: (node: Int32, dislike: Double)?
      let demand = problem.kindDemands[Int(problem.podKinds[Int(pod)])]
      for node in 0..<Int32(problem.nodeCount) where node != location[Int(pod)] {
        if holders[Int(node)] == 0 && problem.isRemovable[Int(node)] { continue }
        let sum = used[Int(node)] &+ demand
        let dislike = imbalance?.strain(Int(node), sum) ?? Double((problem.capacities[Int(node)] &- sum)[0])
        if dislike < best?.dislike ?? .infinity && isWithinLimits(pod, to: node) && canStart(pod, to: node) {
          best = (node, dislike)
        }
      }
      if let best {
        goal[Int(pod)] = best.node
        start(pod, to: best.node, isTemporary: false)
      } else {
        rest.append(pod)
      }
    }
    defer { pending = rest }
    return rest.count < pending.count
  }

  /// Gives up the moves off the node that saves least, of those that cannot go on.
  private mutating func dropLeast(_ pending: [Int32]) -> [Int32] {
    guard let last = pending.last else { return [] }
    let node = problem.podNodes[Int(last)]
    dropped.append(contentsOf: pending.filter { problem.podNodes[Int($0)] == node })
    return pending.filter { problem.podNodes[Int($0)] != node }
  }
}
