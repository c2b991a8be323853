/// Orders in which nodes are emptied.
enum DrainOrder: CaseIterable {
  /// Most expensive for what it could hold, by the dual of the relaxation.
  case reducedCost
  /// Most expensive for the pods that have to leave.
  case pricePerMove
  /// Most expensive for the amount that has to leave.
  case pricePerSize
}

/// Empties whole nodes one after another onto those that stay.
struct DrainSearch {
  let guide: SearchGuide
  /// Hours over which a saving is counted.
  let horizonHours: Double
  let maximumMoves: Int
  /// Kinds of pods for which there is no room.
  private var isHopeless: [Bool]

  init(_ problem: PlanningProblem, guide: SearchGuide, horizonHours: Double, maximumMoves: Int) {
    self.guide = guide
    self.horizonHours = horizonHours
    self.maximumMoves = maximumMoves
    isHopeless = [Bool](repeating: false, count: problem.kindCount)
  }

  /// Nodes worth emptying, best first, and whether the order says that they should go at all.
  private func ranked(_ packing: Packing, _ order: DrainOrder) -> [(node: Int, key: Double)] {
    let problem = packing.problem
    var ranked: [(node: Int, key: Double)] = []
    for node in 0..<problem.nodeCount
    where packing.isOpen[node] && problem.canEmpty(node) && !packing.holdsTooMany(node) {
      let price = Double(problem.nodePrices[node])
      var count = 0.0
      var cost = 0.0
      var pod = packing.state.firstPod[node]
      while pod >= 0 {
        count += 1
        cost += Double(problem.podMoveCosts[Int(pod)])
        pod = packing.state.nextPod[Int(pod)]
      }
      if count == 0 { continue }
      let net = price - cost / max(horizonHours, 1e-6)
      let used = guide.worth(packing.state.used[node], on: node)
      let key =
        switch order {
        case .reducedCost: guide.reducedCosts[node] + net - price - used * 1e-3
        case .pricePerMove: net / count
        case .pricePerSize: net / max(used, 1)
        }
      if net > 0 { ranked.append((node, key)) }
    }
    return ranked.sorted { ($0.key, $1.node) > ($1.key, $0.node) }
  }

  /// Drains in the given order; `shouldStop` is asked after each node.
  ///
  /// Under `reducedCost` the nodes that the dual would close are taken out of the targets first, so that nothing is
  /// moved to a node that is about to be emptied itself; each comes back when it turns out that it cannot be emptied.
  mutating func run(_ packing: inout Packing, _ order: DrainOrder, shouldStop: () -> Bool) {
    let queue = ranked(packing, order)
    if order == .reducedCost && maximumMoves == .max {
      let closing = queue.filter { $0.key > 0 }
      for (node, _) in closing { packing.flip(node) }
      packing.commit()
      var failed: [Int] = []
      for (node, _) in closing {
        packing.flip(node)
        packing.commit()
        if !drain(&packing, node) {
          packing.flip(node)
          packing.commit()
          failed.append(node)
        }
      }
      isHopeless = [Bool](repeating: false, count: isHopeless.count)
      for node in failed { packing.flip(node) }
      packing.commit()
      drainEach(&packing, failed, shouldStop)
      drainEach(&packing, queue.filter { $0.key <= 0 }.map(\.node), shouldStop)
    } else {
      drainEach(&packing, queue.map(\.node), shouldStop)
    }
  }

  /// Drains one node, or leaves everything as it was.
  ///
  /// While nodes are only drained, room only shrinks: a kind that found none while the packing was untouched will find
  /// none later, and nodes that hold pods of such kinds need no try.
  private mutating func drain(_ packing: inout Packing, _ node: Int) -> Bool {
    var pod = packing.state.firstPod[node]
    while pod >= 0 {
      if isHopeless[Int(packing.problem.podKinds[Int(pod)])] { return false }
      pod = packing.state.nextPod[Int(pod)]
    }
    let before = packing.placements
    if let stuck = packing.drain(node) {
      let kind = Int(packing.problem.podKinds[stuck])
      let profile = Int(packing.problem.kindProfiles[kind])
      // A pod that a limit holds says nothing about others of its kind.
      let isForWantOfRoom = packing.problem.topology.isFree(profile) && !packing.exceedsLimits(stuck)
      if packing.placements == before && isForWantOfRoom { isHopeless[kind] = true }
    } else if packing.state.movedPods <= maximumMoves {
      packing.commit()
      return true
    }
    packing.rollBack()
    return false
  }

  private mutating func drainEach(_ packing: inout Packing, _ nodes: [Int], _ shouldStop: () -> Bool) {
    for node in nodes {
      if shouldStop() { return }
      _ = drain(&packing, node)
    }
  }
}
