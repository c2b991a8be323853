/// Relieves nodes that are too full, and evens out: lowers the imbalance by one move after another.
///
/// Takes pods off the fullest node that one can still be taken off with profit. Ends by itself: every move gains
/// something, and one takes microseconds, so nobody is asked whether to stop.
struct BalanceSearch {
  /// A move has to lower the imbalance by at least this much (full nodes), so that a balanced fleet is left alone.
  private static let leastGain = 0.003
  /// As above for moves off a node above the threshold, which is to be relieved even where all of its pods are small.
  private static let leastGainAboveThreshold = 0.000_01
  /// How many of the emptiest nodes that admit a pod are compared, and how many nodes are looked at for them.
  static let reach = (compared: 16, seen: 64)

  let imbalance: Imbalance
  /// What a full node's imbalance is worth, in nanodollars over the horizon; nil where money does not count.
  let worth: Double?
  let horizonHours: Double
  let maximumMoves: Int

  /// Moves pods until nothing is gained.
  func run(_ packing: inout Packing) {
    if worth == 0 { return }
    var full = NodeOrder(nodeCount: packing.problem.nodeCount)
    var targets = full
    for node in packing.openNodes.map(Int.init) {
      let strain = imbalance.strain(node, packing.state.used[node])
      full.update(node, strain)
      if packing.problem.nodeRefusals[node] == .none { targets.update(node, strain) }
    }
    var before: Int
    repeat {
      before = packing.placements
      relieveEach(of: &full, &packing, &targets)
      // What one node gave away may be room that another one, which was given up, can use.
    } while packing.placements != before
    packing.commit()
  }

  /// Goes from the fullest node to the emptiest, and back where one gets fuller.
  private func relieveEach(of full: inout NodeOrder, _ packing: inout Packing, _ targets: inout NodeOrder) {
    var pending = full
    while packing.state.movedPods < maximumMoves, let node = pending.nodes.last.map(Int.init) {
      guard let (pod, target) = bestMove(off: node, packing, targets) else {
        pending.remove(node)
        continue
      }
      packing.move(pod, to: target)
      for changed in [node, target] {
        let strain = imbalance.strain(changed, packing.state.used[changed])
        full.update(changed, strain)
        pending.update(changed, strain)
        if packing.problem.nodeRefusals[changed] == .none { targets.update(changed, strain) }
      }
    }
  }

  /// The move off a node with which most is gained, or nil where none is worth it.
  private func bestMove(off node: Int, _ packing: Packing, _ targets: NodeOrder) -> (pod: Int, target: Int)? {
    let problem = packing.problem
    let isTooFull = imbalance.shares(packing.state.used[node], of: node).max() > imbalance.threshold
    let leastGain = (isTooFull ? Self.leastGainAboveThreshold : Self.leastGain) * (worth ?? 1)
    var best: (gain: Double, pod: Int, target: Int) = (leastGain, -1, -1)
    for pod in packing.state.pods(on: node).map(Int.init) where !packing.exceedsLimits(pod) {
      let kind = Int(problem.podKinds[pod])
      let relief = relief(pod, off: node, packing.state)
      var (compared, seen) = (0, 0)
      for target in targets.nodes.lazy.map(Int.init) where target != node {
        if compared == Self.reach.compared || seen == Self.reach.seen { break }
        seen += 1
        if !packing.state.hasRoom(target, problem.kindDemands[kind]) { continue }
        let gain = relief - burden(pod, on: target, packing.state)
        if !packing.state.isAllowed(pod, kind, on: target) { continue }
        compared += 1
        if gain > best.gain { best = (gain, pod, target) }
      }
    }
    return best.pod < 0 ? nil : (best.pod, best.target)
  }

  /// What is gained on a node when a pod leaves it.
  private func relief(_ pod: Int, off node: Int, _ state: PlacementState) -> Double {
    let problem = imbalance.problem
    let here = imbalance.value(node, state.used[node])
    if state.holders[node] == 1 && problem.isRemovable[node] {
      return (worth ?? 1) * here + money(Double(problem.nodePrices[node]) * horizonHours)
    }
    let left = state.used[node] &- problem.kindDemands[Int(problem.podKinds[pod])]
    return (worth ?? 1) * (here - imbalance.value(node, left))
  }

  /// What a pod costs on another node: what it adds to the imbalance, and to the bill and the moves where money counts.
  func burden(_ pod: Int, on target: Int, _ state: PlacementState) -> Double {
    let problem = imbalance.problem
    let sum = state.used[target] &+ problem.kindDemands[Int(problem.podKinds[pod])]
    var burden = (worth ?? 1) * imbalance.value(target, sum)
    if state.isPaid(target) {
      burden -= (worth ?? 1) * imbalance.value(target, state.used[target])
    } else {
      burden += money(Double(problem.nodePrices[target]) * horizonHours)
    }
    let home = problem.podNodes[pod]
    let isMoved = state.nodeOfPod[pod] != home
    if isMoved == (home == target) { burden += money(Double(problem.podMoveCosts[pod]) * (isMoved ? -1 : 1)) }
    return burden
  }

  private func money(_ nanodollars: Double) -> Double { worth == nil ? 0 : nanodollars }
}
