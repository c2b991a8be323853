/// What the relaxation tells the search: what pods and room are worth, and where each kind of pod belongs.
///
/// All values are nanodollars per hour.
struct SearchGuide {
  let groups: NodeGroups
  /// What a pod of each kind costs in a group beyond its best one: `regrets[kind * groups.count + group]`.
  let regrets: [Float]
  /// What a pod of each kind is worth: its cost in its best group.
  private(set) var worth: [Float] = []
  /// The groups that admit each kind, least regret first.
  private(set) var orders = Ranges<UInt16>()
  /// Worth of a unit of room in each group.
  private(set) var prices: [SIMD8<Float>] = []
  /// One over the capacity of a group's nodes in their first two resources, CPU and memory.
  private(set) var shares: [SIMD2<Float>] = []
  /// Dislike of a node with room in one of the two and none in the other, per difference of the shares.
  private(set) var imbalance: [Float] = []
  /// Price of each node less the worth of its capacity.
  private(set) var reducedCosts: [Double] = []

  init(_ problem: PlanningProblem, _ groups: NodeGroups, _ dual: AssignmentDual, softSteps: Int) {
    self.groups = groups
    let soft = dual.softPrices(steps: softSteps, temperature: 0.1)
    regrets = dual.regrets(problem, soft)
    addGroups(problem, soft)
    for node in 0..<problem.nodeCount { reducedCosts.append(dual.reducedCost(problem, node, dual.prices)) }
    for kind in 0..<problem.kindCount {
      let demand = SIMD8<Float>(problem.kindDemands[kind])
      let start = kind * groups.count
      let admitted = (0..<groups.count).filter { regrets[start + $0] < .infinity }
        .sorted { (regrets[start + $0], $0) < (regrets[start + $1], $1) }
      orders.append(admitted.map(UInt16.init))
      // A little of every resource, so that no pod counts as nothing.
      let floor = (demand * tiny).sum()
      worth.append(floor + (admitted.first.map { (demand * prices[$0]).sum() } ?? floor))
    }
  }

  /// A thousandth of what a unit of CPU, memory and slots costs on average, whether it is scarce or not.
  private var tiny: SIMD8<Float> = .zero

  private mutating func addGroups(_ problem: PlanningProblem, _ unitPrices: [Double]) {
    let resources = problem.resourceNames.count
    var capacity = SIMD8<Double>.zero
    var bill = 0.0
    for node in 0..<problem.nodeCount {
      capacity += SIMD8<Double>(problem.capacities[node])
      bill += Double(problem.nodePrices[node])
    }
    for resource in 0..<resources { tiny[resource] = Float(bill * 0.01 / max(capacity[resource], 1)) }
    for group in 0..<groups.count {
      var price = tiny
      for resource in 0..<resources { price[resource] += Float(unitPrices[group * resources + resource]) }
      prices.append(price)
      let capacity = problem.capacities[Int(groups.examples[group])]
      shares.append(SIMD2(1 / Float(max(capacity[0], 1)), 1 / Float(max(capacity[1], 1))))
      imbalance.append(0.5 * min(price[0] * Float(capacity[0]), price[1] * Float(capacity[1])))
    }
  }

  @inline(__always)
  func regret(_ kind: Int, _ group: Int) -> Float { regrets[kind &* groups.count &+ group] }

  /// What an amount is worth on a node.
  func worth(_ amounts: ResourceVector, on node: Int) -> Double {
    Double((SIMD8<Float>(amounts) * prices[Int(groups.groupOfNode[node])]).sum())
  }
}
