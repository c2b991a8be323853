/// Relieves nodes that are too full, and evens out.
///
/// The measure is the sum over open nodes of the squares of their CPU and memory shares, to which shares above the
/// threshold add heavily. Each move takes a pod off the fullest node that one can still be taken off with profit.
struct BalanceSearch {
  /// A move has to lower the measure by at least this much, so that a balanced fleet is left alone.
  private static let leastGain: Float = 0.01

  let problem: PlanningProblem
  let threshold: Float
  let maximumMoves: Int
  private var isSettled: [Bool]

  init(_ problem: PlanningProblem, threshold: Double, maximumMoves: Int) {
    self.problem = problem
    self.threshold = Float(threshold)
    self.maximumMoves = maximumMoves
    isSettled = [Bool](repeating: false, count: problem.nodeCount)
  }

  private func strain(_ share: Float) -> Float {
    let excess = max(0, share - threshold)
    return share * share + 20 * excess * excess
  }

  private func strain(_ node: Int, _ used: ResourceVector) -> Float {
    let capacity = problem.capacities[node]
    return strain(Float(used[0]) / Float(max(capacity[0], 1))) + strain(Float(used[1]) / Float(max(capacity[1], 1)))
  }

  /// Moves pods until nothing is gained, or the caller has enough.
  mutating func run(_ packing: inout Packing, shouldStop: () -> Bool) {
    while packing.state.movedPods < maximumMoves && !shouldStop() {
      guard let node = fullest(packing) else { return }
      if !relieve(node, &packing) { isSettled[node] = true }
    }
  }

  private func fullest(_ packing: Packing) -> Int? {
    var best: Int?
    var most: Float = 0
    for node in packing.openNodes where !isSettled[Int(node)] && packing.state.firstPod[Int(node)] >= 0 {
      let value = strain(Int(node), packing.state.used[Int(node)])
      if value > most || (value == most && best.map { Int(node) < $0 } ?? false) {
        most = value
        best = Int(node)
      }
    }
    return best
  }

  /// Takes the pod off the node with which most is gained; gives false where none is worth it.
  private mutating func relieve(_ node: Int, _ packing: inout Packing) -> Bool {
    let here = strain(node, packing.state.used[node])
    var best: (gain: Float, pod: Int, target: Int) = (Self.leastGain, -1, -1)
    // The emptiest nodes are the only ones worth looking at.
    let targets = packing.openNodes.filter { Int($0) != node && problem.nodeRefusals[Int($0)] == .none }
      .map { (node: Int($0), strain: strain(Int($0), packing.state.used[Int($0)])) }
      .sorted { ($0.strain, $0.node) < ($1.strain, $1.node) }.prefix(16)
    for pod in packing.state.pods(on: node) where !packing.exceedsWorkload(Int(pod)) {
      let kind = Int(problem.podKinds[Int(pod)])
      let demand = problem.kindDemands[kind]
      let relief = here - strain(node, packing.state.used[node] &- demand)
      for (target, strainThere) in targets {
        let gain = relief + strainThere - strain(target, packing.state.used[target] &+ demand)
        if gain > best.gain && packing.state.hasRoom(target, demand)
          && packing.state.isAllowed(Int(pod), kind, on: target)
        {
          best = (gain, Int(pod), target)
        }
      }
    }
    if best.pod < 0 { return false }
    packing.move(best.pod, to: best.target)
    isSettled[best.target] = false
    return true
  }
}
