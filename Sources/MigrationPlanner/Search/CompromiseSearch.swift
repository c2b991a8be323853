/// Weighs money against balance: empties nodes while that is worth the imbalance, and takes back what is not.
///
/// Greedy from a placement that another search found, with ejections left to that search: a node is emptied onto the nodes
/// that stay, where each pod adds least, or not at all. Ends by itself, for tries are bounded by the number of nodes.
struct CompromiseSearch {
  private static let mostRounds = 4

  let cost: CombinedCost
  let maximumMoves: Int
  private let balance: BalanceSearch
  /// Open nodes that take pods, the emptiest first.
  private var order: NodeOrder
  /// The movable pods that run on each node before the plan.
  private var podsAtHome: [[Int32]]
  /// Of the packing at hand.
  private var current = 0.0

  init(_ problem: PlanningProblem, _ options: PlanningOptions) {
    cost = CombinedCost(problem, options)
    maximumMoves = options.limits.movesPerPlan ?? .max
    balance = BalanceSearch(
      imbalance: cost.imbalance, worth: cost.worth, horizonHours: options.horizonHours, maximumMoves: maximumMoves)
    order = NodeOrder(nodeCount: problem.nodeCount)
    podsAtHome = [[Int32]](repeating: [], count: problem.nodeCount)
    for pod in 0..<problem.podCount where problem.isMovable(pod) {
      podsAtHome[Int(problem.podNodes[pod])].append(Int32(pod))
    }
  }

  /// Improves a placement until nothing is gained.
  mutating func run(_ packing: inout Packing) {
    packing.commit()
    current = cost.nanodollars(packing.state)
    for _ in 0..<Self.mostRounds {
      let before = current
      order = NodeOrder(nodeCount: packing.problem.nodeCount)
      for node in packing.openNodes { enter(Int(node), packing) }
      for node in openable(packing) { reopen(node, &packing) }
      for node in closable(packing) { close(node, &packing) }
      balance.run(&packing)
      current = cost.nanodollars(packing.state)
      if current >= before { return }
    }
  }

  /// Makes an open node a target, or puts it where it belongs among them.
  private mutating func enter(_ node: Int, _ packing: Packing) {
    if packing.problem.nodeRefusals[node] != .none { return }
    order.update(node, cost.imbalance.strain(node, packing.state.used[node]))
  }

  /// Keeps what was done since the last commit where it costs less, else takes it back.
  private mutating func keep(_ packing: inout Packing) -> Bool {
    let cost = cost.nanodollars(packing.state)
    // Sums of many numbers differ in their last digits.
    if cost < current - 1e-9 * abs(current) && packing.state.movedPods <= maximumMoves {
      packing.commit()
      current = cost
      return true
    }
    packing.rollBack()
    return false
  }

  // MARK: Opening

  /// Nodes that the plan has emptied so far, those first whose pods cost most to move for what the node costs.
  private func openable(_ packing: Packing) -> [Int] {
    let problem = packing.problem
    let keys = (0..<problem.nodeCount).map { node in
      podsAtHome[node].reduce(0) { $0 + Double(problem.podMoveCosts[Int($1)]) }
        - Double(problem.nodePrices[node]) * cost.horizonHours
    }
    return (0..<problem.nodeCount).filter { !podsAtHome[$0].isEmpty && !packing.state.isPaid($0) }
      .sorted { (keys[$0], $1) > (keys[$1], $0) }
  }

  /// Lets the pods of an emptied node stay there.
  private mutating func reopen(_ node: Int, _ packing: inout Packing) {
    let problem = packing.problem
    if !packing.isOpen[node] { packing.flip(node) }
    var left: [Int] = []
    for pod in podsAtHome[node].map(Int.init) {
      let kind = Int(problem.podKinds[pod])
      if packing.state.hasRoom(node, problem.kindDemands[kind]) && packing.state.isAllowed(pod, kind, on: node) {
        left.append(Int(packing.state.nodeOfPod[pod]))
        packing.move(pod, to: node)
      }
    }
    if keep(&packing) { for changed in left + [node] { enter(changed, packing) } }
  }

  // MARK: Closing

  /// Nodes that could be emptied, those first that cost most for what they hold.
  private func closable(_ packing: Packing) -> [Int] {
    let problem = packing.problem
    let nodes = packing.openNodes.map(Int.init).filter {
      problem.canEmpty($0) && packing.state.firstPod[$0] >= 0 && !packing.holdsTooMany($0)
    }
    // What a node holds would add to the others about what it adds where it is, were all alike.
    let keys = nodes.map { node -> Double in
      let value = cost.imbalance.value(node, packing.state.used[node])
      return Double(problem.nodePrices[node]) * cost.horizonHours - cost.worth * value
    }
    return nodes.indices.sorted { (keys[$0], nodes[$1]) > (keys[$1], nodes[$0]) }.map { nodes[$0] }
  }

  /// Empties a node onto the others where that is worth it.
  private mutating func close(_ node: Int, _ packing: inout Packing) {
    packing.flip(node)
    order.remove(node)
    var changed: [Int] = [node]
    let pods = packing.state.pods(on: node).map { (pod: Int($0), size: packing.size(Int($0))) }
      .sorted { ($0.size, $1.pod) > ($1.size, $0.pod) }
    for (pod, _) in pods {
      guard let target = leastBurden(pod, packing) else {
        packing.rollBack()
        for node in changed { enter(node, packing) }
        return
      }
      packing.move(pod, to: target)
      enter(target, packing)
      changed.append(target)
    }
    if !keep(&packing) { for node in changed { enter(node, packing) } }
  }

  /// Where a pod adds least, of its home and some of the emptiest nodes.
  private func leastBurden(_ pod: Int, _ packing: Packing) -> Int? {
    let problem = packing.problem
    let kind = Int(problem.podKinds[pod])
    let home = Int(problem.podNodes[pod])
    var best: Int?
    var least = Double.infinity
    func consider(_ target: Int) -> Bool {
      if !packing.state.hasRoom(target, problem.kindDemands[kind]) || !packing.state.isAllowed(pod, kind, on: target) {
        return false
      }
      let burden = balance.burden(pod, on: target, packing.state)
      if burden < least { (least, best) = (burden, target) }
      return true
    }
    if packing.isOpen[home] && Int(packing.state.nodeOfPod[pod]) != home { _ = consider(home) }
    if packing.exceedsLimits(pod) { return best }
    var (compared, seen) = (0, 0)
    for target in order.nodes where compared < BalanceSearch.reach.compared && seen < BalanceSearch.reach.seen {
      seen += 1
      if consider(Int(target)) { compared += 1 }
    }
    return best
  }
}
