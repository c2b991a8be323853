/// A placement under construction: which nodes take pods, where the tightest room is, and how to get back.
struct Packing {
  private(set) var state: PlacementState
  /// Whether the search lets pods be moved to each node.
  private(set) var isOpen: [Bool]
  private(set) var index: RoomIndex
  var random: SplitMix64
  /// Relative disturbance of scores, 0 for none.
  var noise: Float = 0
  let guide: SearchGuide
  private let movesPerWorkload: Int32
  private let movesPerNode: Int32
  /// How many nodes with room are compared before the best of them is taken.
  private let window: Int
  /// Open nodes in no order, and where each stands in the list.
  private(set) var openNodes: [Int32] = []
  private var openPositions: [Int32]
  /// What was done since the last `commit`, as pods with the node they came from.
  private var log: [Undo] = []
  private var flips: [Int32] = []
  /// How often a pod was placed.
  private(set) var placements = 0

  private struct Undo {
    var pod: Int32
    var node: Int32
  }

  var problem: PlanningProblem { state.problem }

  init(_ state: PlacementState, guide: SearchGuide, options: PlanningOptions) {
    self.state = state
    self.guide = guide
    random = SplitMix64(seed: options.seed)
    movesPerWorkload = Int32(clamping: max(options.limits.movesPerWorkload ?? .max, 0))
    movesPerNode = Int32(clamping: max(options.limits.movesPerNode ?? .max, 0))
    let problem = state.problem
    window = problem.nodeCount <= 64 ? .max : 24
    index = RoomIndex(nodeCount: problem.nodeCount, groupOfNode: guide.groups.groupOfNode, shares: guide.shares)
    isOpen = [Bool](repeating: false, count: problem.nodeCount)
    openPositions = [Int32](repeating: -1, count: problem.nodeCount)
    for node in 0..<problem.nodeCount where state.isPaid(node) {
      setOpen(node, true)
    }
  }

  private mutating func setOpen(_ node: Int, _ open: Bool) {
    isOpen[node] = open
    if open {
      index.update(node, room: state.room[node])
      openPositions[node] = Int32(openNodes.count)
      openNodes.append(Int32(node))
    } else {
      index.remove(node)
      let position = Int(openPositions[node])
      let last = openNodes.removeLast()
      if Int(last) != node {
        openNodes[position] = last
        openPositions[Int(last)] = Int32(position)
      }
    }
  }

  /// Lets pods be moved to the node, or no longer.
  mutating func flip(_ node: Int) {
    flips.append(Int32(node))
    setOpen(node, !isOpen[node])
  }

  mutating func lift(_ pod: Int) {
    let node = Int(state.nodeOfPod[pod])
    log.append(Undo(pod: Int32(pod), node: Int32(node)))
    state.lift(pod)
    if isOpen[node] { index.update(node, room: state.room[node]) }
  }

  mutating func place(_ pod: Int, on node: Int) {
    placements &+= 1
    log.append(Undo(pod: Int32(pod), node: -1))
    state.place(pod, on: node)
    if isOpen[node] { index.update(node, room: state.room[node]) }
  }

  mutating func move(_ pod: Int, to node: Int) {
    lift(pod)
    place(pod, on: node)
  }

  /// Makes what was done since the last commit permanent.
  mutating func commit() {
    log.removeAll(keepingCapacity: true)
    flips.removeAll(keepingCapacity: true)
  }

  /// Takes back everything since the last commit.
  mutating func rollBack() {
    while let entry = log.popLast() {
      let pod = Int(entry.pod)
      if entry.node < 0 {
        let node = Int(state.nodeOfPod[pod])
        state.lift(pod)
        if isOpen[node] { index.update(node, room: state.room[node]) }
      } else {
        state.place(pod, on: Int(entry.node))
        if isOpen[Int(entry.node)] { index.update(Int(entry.node), room: state.room[Int(entry.node)]) }
      }
    }
    while let node = flips.popLast() { setOpen(Int(node), !isOpen[Int(node)]) }
  }

  /// What the pod is worth, by which pods are compared.
  @inline(__always)
  func size(_ pod: Int) -> Float { guide.worth[Int(problem.podKinds[pod])] }

  /// Whether the pod, if it went anywhere but home, would be one too many of its workload or off its node.
  @inline(__always)
  func exceedsLimits(_ pod: Int) -> Bool {
    if movesPerWorkload == .max && movesPerNode == .max { return false }
    let own = state.nodeOfPod[pod]
    let home = problem.podNodes[pod]
    return (own < 0 || own == home)
      && (state.movedOfWorkload[Int(problem.podWorkloads[pod])] >= movesPerWorkload
        || state.movedOffNode[Int(home)] >= movesPerNode)
  }

  /// Whether the node holds so many pods of its own that the plan may not take them all.
  func holdsTooMany(_ node: Int) -> Bool {
    if movesPerNode == .max { return false }
    var left = movesPerNode - state.movedOffNode[node]
    var pod = state.firstPod[node]
    while pod >= 0 {
      if Int(problem.podNodes[Int(pod)]) == node { left -= 1 }
      pod = state.nextPod[Int(pod)]
    }
    return left < 0
  }

  /// Whether no workload and no node has more pods away from home than it may.
  var isWithinLimits: Bool {
    (movesPerWorkload == .max || state.movedOfWorkload.allSatisfy { $0 <= movesPerWorkload })
      && (movesPerNode == .max || state.movedOffNode.allSatisfy { $0 <= movesPerNode })
  }

  /// How little a target with this much room is liked: what is left unused of it, and how badly that is mixed.
  @inline(__always)
  private func score(_ left: ResourceVector, _ group: Int) -> Float {
    let left = SIMD8<Float>(left)
    let difference = left[0] * guide.shares[group][0] - left[1] * guide.shares[group][1]
    return 0.5 * (left * guide.prices[group]).sum() + guide.imbalance[group] * abs(difference)
  }

  /// The open node other than its own where the pod belongs most and fits most tightly, or nil.
  mutating func bestTarget(_ pod: Int) -> Int? {
    let kind = Int(problem.podKinds[pod])
    let demand = problem.kindDemands[kind]
    let home = Int(problem.podNodes[pod])
    let own = Int(state.nodeOfPod[pod])
    if home != own && isOpen[home] && state.hasRoom(home, demand) && state.isAllowed(pod, kind, on: home) {
      return home
    }
    if exceedsLimits(pod) { return nil }
    var best: Int?
    var bestScore = Float.infinity
    var seen = 0
    for position in guide.orders.range(kind) {
      let group = Int(guide.orders[position])
      let regret = guide.regret(kind, group)
      if regret * (1 - noise) >= bestScore { break }
      var buckets = index.occupied(group) & ~0 << UInt64(index.bucket(demand, group: group))
      while buckets != 0 {
        let bucket = buckets.trailingZeroBitCount
        buckets &= buckets &- 1
        var node = index.firstNode(group, bucket)
        while node >= 0 {
          let left = state.room[Int(node)] &- demand
          if PlacementState.isCovered(left) && Int(node) != own {
            var score = regret + score(left, group)
            if noise > 0 { score *= 1 + noise * (random.unit() - 0.5) }
            if score < bestScore && state.isAllowed(pod, kind, on: Int(node)) {
              bestScore = score
              best = Int(node)
            }
            seen &+= 1
            if seen >= window && best != nil { return best }
          }
          node = index.node(after: node)
        }
      }
    }
    return best
  }

  /// Closes a node and moves everything off it, largest pods first. Gives nil, or the pod that fits nowhere, and then
  /// leaves a mess to roll back.
  mutating func drain(_ node: Int) -> Int? {
    flip(node)
    let pods = state.pods(on: node).map { (pod: Int($0), size: size(Int($0))) }
      .sorted { ($0.size, $1.pod) > ($1.size, $0.pod) }
    for (pod, _) in pods {
      guard let target = bestTarget(pod) else { return pod }
      move(pod, to: target)
    }
    return nil
  }
}
