import ClusterModel

/// Where every movable pod stands, with what follows from it, kept up to date move by move.
///
/// All questions that a search asks of a move (does it fit, is it allowed, what does it save) are answered from here in
/// constant time. A value type over flat arrays: copying it is how a search remembers.
struct PlacementState {
  let problem: PlanningProblem
  /// The node of each pod; -1 while a search has a pod in its hands.
  private(set) var nodeOfPod: [Int32]
  /// What is taken of each node.
  private(set) var used: [ResourceVector]
  /// What is left of each node, never negative: an overfull node has no room, but admits a pod that asks for nothing.
  private(set) var room: [ResourceVector]
  /// Pods that hold each node: the immovable ones and the movable ones that stand there.
  private(set) var holders: [Int32]
  private(set) var topology: TopologyState
  /// The bill of an hour, in nanodollars.
  private(set) var bill: Int64 = 0
  /// How many pods are not where the problem has them.
  private(set) var movedPods = 0
  /// What moving them costs, in nanodollars.
  private(set) var moveCost: Int64 = 0
  /// How many pods of each workload are not where the problem has them.
  private(set) var movedOfWorkload: [Int32]
  /// How many pods that the problem has on each node are elsewhere.
  private(set) var movedOffNode: [Int32]

  // Movable pods on each node, as doubly linked lists over pod numbers; -1 ends a list.
  private(set) var firstPod: [Int32]
  private(set) var nextPod: [Int32]
  private var previousPod: [Int32]

  init(_ problem: PlanningProblem) {
    self.problem = problem
    nodeOfPod = problem.podNodes
    used = problem.immovableUse
    room = problem.capacities
    holders = problem.holdingPods
    topology = TopologyState(problem.topology)
    movedOfWorkload = [Int32](repeating: 0, count: problem.workloadCount)
    movedOffNode = [Int32](repeating: 0, count: problem.nodeCount)
    firstPod = [Int32](repeating: -1, count: problem.nodeCount)
    nextPod = [Int32](repeating: -1, count: problem.podCount)
    previousPod = nextPod
    for node in 0..<problem.nodeCount { updateRoom(node) }
    for node in 0..<problem.nodeCount where isPaid(node) {
      bill = bill.addingSaturating(problem.nodePrices[node])
    }
    for pod in (0..<problem.podCount).reversed() {
      let node = Int(problem.podNodes[pod])
      if problem.isMovable(pod) {
        enter(pod, node)
      } else {
        topology.change(
          problem.topology, profile: Int(problem.kindProfiles[Int(problem.podKinds[pod])]), node: Int32(node), by: 1)
      }
    }
  }

  @inline(__always)
  private mutating func updateRoom(_ node: Int) {
    let free = problem.capacities[node] &- used[node]
    room[node] = free.replacing(with: 0, where: free .< 0)
  }

  private mutating func enter(_ pod: Int, _ node: Int) {
    let kind = Int(problem.podKinds[pod])
    used[node] &+= problem.kindDemands[kind]
    updateRoom(node)
    holders[node] &+= 1
    if holders[node] == 1 && problem.isRemovable[node] { bill &+= problem.nodePrices[node] }
    let next = firstPod[node]
    nextPod[pod] = next
    previousPod[pod] = -1
    if next >= 0 { previousPod[Int(next)] = Int32(pod) }
    firstPod[node] = Int32(pod)
    topology.change(problem.topology, profile: Int(problem.kindProfiles[kind]), node: Int32(node), by: 1)
  }

  /// Takes a pod off its node; it has to be placed again.
  mutating func lift(_ pod: Int) {
    let node = Int(nodeOfPod[pod])
    let kind = Int(problem.podKinds[pod])
    if nodeOfPod[pod] != problem.podNodes[pod] {
      movedPods &-= 1
      moveCost &-= problem.podMoveCosts[pod]
      movedOfWorkload[Int(problem.podWorkloads[pod])] &-= 1
      movedOffNode[Int(problem.podNodes[pod])] &-= 1
    }
    used[node] &-= problem.kindDemands[kind]
    updateRoom(node)
    holders[node] &-= 1
    if holders[node] == 0 && problem.isRemovable[node] { bill &-= problem.nodePrices[node] }
    let next = nextPod[pod]
    let previous = previousPod[pod]
    if next >= 0 { previousPod[Int(next)] = previous }
    if previous >= 0 { nextPod[Int(previous)] = next } else { firstPod[node] = next }
    topology.change(problem.topology, profile: Int(problem.kindProfiles[kind]), node: Int32(node), by: -1)
    nodeOfPod[pod] = -1
  }

  /// Puts a lifted pod onto a node, whether it fits or not.
  mutating func place(_ pod: Int, on node: Int) {
    nodeOfPod[pod] = Int32(node)
    if nodeOfPod[pod] != problem.podNodes[pod] {
      movedPods &+= 1
      moveCost &+= problem.podMoveCosts[pod]
      movedOfWorkload[Int(problem.podWorkloads[pod])] &+= 1
      movedOffNode[Int(problem.podNodes[pod])] &+= 1
    }
    enter(pod, node)
  }

  mutating func move(_ pod: Int, to node: Int) {
    lift(pod)
    place(pod, on: node)
  }

  /// Whether somebody pays for the node: it holds a pod, or nobody would remove it.
  @inline(__always)
  func isPaid(_ node: Int) -> Bool { holders[node] > 0 || !problem.isRemovable[node] }

  /// The bill over so many hours and what the moves cost, in nanodollars: what every search for a lower bill makes small.
  func cost(horizonHours: Double) -> Double { Double(bill) * horizonHours + Double(moveCost) }

  /// Whether the node has room for the demand.
  @inline(__always)
  func hasRoom(_ node: Int, _ demand: ResourceVector) -> Bool { Self.covers(room[node], demand) }

  /// Whether `room` is at least `demand` in every lane; both are not negative.
  @inline(__always)
  static func covers(_ room: ResourceVector, _ demand: ResourceVector) -> Bool {
    isCovered(room &- demand)
  }

  /// Whether no lane of what is left is negative.
  @inline(__always)
  static func isCovered(_ left: ResourceVector) -> Bool {
    let half = left.lowHalf | left.highHalf
    let quarter = half.lowHalf | half.highHalf
    return (quarter[0] | quarter[1]) >= 0
  }

  /// Whether the pod may stand on the node as far as selectors, taints, volumes and other pods go.
  ///
  /// Coming home is always allowed by the mask: what ran there may run there.
  @inline(__always)
  func isAllowed(_ pod: Int, _ kind: Int, on node: Int) -> Bool {
    if !problem.mask(Int(problem.kindMasks[kind]), admits: node) && Int(problem.podNodes[pod]) != node { return false }
    let profile = Int(problem.kindProfiles[kind])
    if problem.topology.isFree(profile) { return true }
    return TopologyCheck(rules: problem.topology).refusal(
      profile: profile, from: nodeOfPod[pod], to: Int32(node), upper: topology, lower: topology) == nil
  }

  /// The movable pods on a node.
  func pods(on node: Int) -> [Int32] {
    var pods: [Int32] = []
    var pod = firstPod[node]
    while pod >= 0 {
      pods.append(pod)
      pod = nextPod[Int(pod)]
    }
    return pods
  }
}
