/// Places pods that fit nowhere by ejecting others, which are then placed in their turn.
///
/// Source of the scheme: Nagata and Bräysy, "A powerful route minimization heuristic for the vehicle routing problem with
/// time windows" (2009): a last-in-first-out pool of unplaced items, ejections that cost what the ejected have been
/// trouble so far, and random feasible exchanges in between. Only pods without rules between pods are ejected, so that
/// those rules need to be judged only for the pods that were to be moved anyway.
struct EjectionRepacking {
  /// How much trouble each pod has been.
  private var penalties: [Float]
  /// How many nodes are looked at for an ejection.
  let reach: Int
  /// Ejections so far.
  private(set) var ejections = 0
  /// How much dearer it is to eject a pod that is at home.
  var homeWeight: Float = 1.2
  private var candidates: [Int32] = []
  private var pods: [Ejectable] = []

  private struct Ejectable {
    var pod: Int32
    var cost: Float
    var demand: ResourceVector
  }

  /// A set of pods to eject from a node; -1 fills up.
  private struct Ejection {
    var node = -1
    var pods: (Int32, Int32, Int32) = (-1, -1, -1)
    var cost = Float.infinity
  }

  init(podCount: Int, reach: Int) {
    penalties = [Float](repeating: 1, count: podCount)
    self.reach = reach
  }

  /// Places all of `pool` (the last one first), where a pod that is in the pool and still stands somewhere is moved.
  /// Gives false when `budget` ejections did not do.
  mutating func placeAll(_ pool: [Int], _ packing: inout Packing, budget: Int) -> Bool {
    var pool = pool
    var remaining = budget
    var troubled: [Int] = []
    defer { for pod in troubled { penalties[pod] = 1 } }
    while let pod = pool.popLast() {
      if let target = packing.bestTarget(pod) {
        put(pod, on: target, &packing)
        continue
      }
      if remaining == 0 || packing.exceedsLimits(pod) { return false }
      remaining -= 1
      ejections += 1
      penalties[pod] += 1
      troubled.append(pod)
      let ejection = cheapestEjection(for: pod, &packing)
      if ejection.node < 0 { return false }
      for ejected in [ejection.pods.0, ejection.pods.1, ejection.pods.2] where ejected >= 0 {
        packing.lift(Int(ejected))
        pool.append(Int(ejected))
      }
      put(pod, on: ejection.node, &packing)
      if remaining & 3 == 0 { shuffle(&packing) }
    }
    return true
  }

  private func put(_ pod: Int, on node: Int, _ packing: inout Packing) {
    if packing.state.nodeOfPod[pod] >= 0 { packing.lift(pod) }
    packing.place(pod, on: node)
  }

  private mutating func cheapestEjection(for pod: Int, _ packing: inout Packing) -> Ejection {
    let problem = packing.problem
    let kind = Int(problem.podKinds[pod])
    let demand = problem.kindDemands[kind]
    let size = max(packing.size(pod), 1e-3)
    collectCandidates(for: kind, &packing)
    var best = Ejection()
    for candidate in candidates {
      let node = Int(candidate)
      if node == Int(packing.state.nodeOfPod[pod]) || !packing.state.isAllowed(pod, kind, on: node) { continue }
      collectEjectable(packing, node, size)
      let regret = packing.guide.regret(kind, Int(packing.guide.groups.groupOfNode[node]))
      search(node, packing.state.room[node], demand, regret < .infinity ? 0.5 * regret / size : 0, &best)
    }
    return best
  }

  /// All open nodes where these are few; otherwise those with most room in the groups where the kind belongs, and others
  /// at random.
  private mutating func collectCandidates(for kind: Int, _ packing: inout Packing) {
    candidates.removeAll(keepingCapacity: true)
    if packing.openNodes.count <= reach {
      candidates.append(contentsOf: packing.openNodes)
      return
    }
    for position in packing.guide.orders.range(kind) where candidates.count < reach / 2 {
      let group = Int(packing.guide.orders[position])
      var buckets = packing.index.occupied(group)
      var taken = 0
      while buckets != 0 && taken < 3 {
        let bucket = 63 - buckets.leadingZeroBitCount
        buckets &= ~(1 << UInt64(bucket))
        var node = packing.index.firstNode(group, bucket)
        while node >= 0 && taken < 3 {
          candidates.append(node)
          taken += 1
          node = packing.index.node(after: node)
        }
      }
    }
    while candidates.count < reach {
      candidates.append(packing.openNodes[packing.random.below(packing.openNodes.count)])
    }
  }

  private mutating func collectEjectable(_ packing: Packing, _ node: Int, _ size: Float) {
    let problem = packing.problem
    let group = Int(packing.guide.groups.groupOfNode[node])
    pods.removeAll(keepingCapacity: true)
    var pod = packing.state.firstPod[node]
    while pod >= 0 {
      let kind = Int(problem.podKinds[Int(pod)])
      if problem.topology.isFree(Int(problem.kindProfiles[kind])) && !packing.exceedsLimits(Int(pod)) {
        let demand = problem.kindDemands[kind]
        let isHome = problem.podNodes[Int(pod)] == Int32(node)
        let worth = packing.guide.worth[kind]
        let regret = packing.guide.regret(kind, group)
        // A pod that is in the wrong place is cheap to send away.
        let fitness = regret < .infinity ? worth / (worth + regret) : 1
        let cost = penalties[Int(pod)] * (worth / size) * fitness * (isHome ? homeWeight : 1)
        pods.append(Ejectable(pod: pod, cost: cost, demand: demand))
      }
      pod = packing.state.nextPod[Int(pod)]
    }
  }

  /// Finds the cheapest one, two or three pods without which the demand fits.
  private func search(
    _ node: Int, _ room: ResourceVector, _ demand: ResourceVector, _ entry: Float, _ best: inout Ejection
  ) {
    for first in pods.indices where entry + pods[first].cost < best.cost {
      let one = room &+ pods[first].demand
      if PlacementState.covers(one, demand) {
        best = Ejection(node: node, pods: (pods[first].pod, -1, -1), cost: entry + pods[first].cost)
        continue
      }
      for second in pods.indices.dropFirst(first + 1)
      where entry + pods[first].cost + pods[second].cost < best.cost {
        let cost = entry + pods[first].cost + pods[second].cost
        let two = one &+ pods[second].demand
        if PlacementState.covers(two, demand) {
          best = Ejection(node: node, pods: (pods[first].pod, pods[second].pod, -1), cost: cost)
          continue
        }
        if pods.count > 24 { continue }
        for third in pods.indices.dropFirst(second + 1) where cost + pods[third].cost < best.cost {
          if PlacementState.covers(two &+ pods[third].demand, demand) {
            best = Ejection(
              node: node, pods: (pods[first].pod, pods[second].pod, pods[third].pod), cost: cost + pods[third].cost)
          }
        }
      }
    }
  }

  /// Exchanges a few random pods between nodes, so that the same ejections do not come back for ever.
  private func shuffle(_ packing: inout Packing) {
    if candidates.count < 2 { return }
    for _ in 0..<6 {
      let left = Int(candidates[packing.random.below(candidates.count)])
      let right = Int(candidates[packing.random.below(candidates.count)])
      guard left != right, let pod = randomPod(on: left, &packing), let other = randomPod(on: right, &packing) else {
        continue
      }
      exchange(pod, left, other, right, &packing)
    }
  }

  private func exchange(_ pod: Int, _ left: Int, _ other: Int, _ right: Int, _ packing: inout Packing) {
    let problem = packing.problem
    let kind = Int(problem.podKinds[pod])
    let otherKind = Int(problem.podKinds[other])
    let demand = problem.kindDemands[kind]
    let otherDemand = problem.kindDemands[otherKind]
    if kind == otherKind || !packing.state.isAllowed(pod, kind, on: right)
      || !packing.state.isAllowed(other, otherKind, on: left)
    {
      return
    }
    if PlacementState.covers(packing.state.room[right] &+ otherDemand, demand)
      && PlacementState.covers(packing.state.room[left] &+ demand, otherDemand)
    {
      packing.lift(pod)
      packing.lift(other)
      packing.place(pod, on: right)
      packing.place(other, on: left)
    } else if packing.state.hasRoom(right, demand) {
      packing.move(pod, to: right)
    }
  }

  private func randomPod(on node: Int, _ packing: inout Packing) -> Int? {
    var pod = packing.state.firstPod[node]
    if pod < 0 { return nil }
    var steps = packing.random.below(16)
    while steps > 0 {
      let next = packing.state.nextPod[Int(pod)]
      pod = next >= 0 ? next : packing.state.firstPod[node]
      steps -= 1
    }
    return packing.problem.isFree(Int(pod)) && !packing.exceedsLimits(Int(pod)) ? Int(pod) : nil
  }
}
