/// The planning problem with everything relaxed but amounts: open nodes have to cover what pods ask for.
///
/// One row demands that the nodes which a set of pods may use offer as much of a resource as these pods ask for together.
/// The first rows are over all pods; further ones are over pods that share a narrower choice of nodes (a pool, a zone, a
/// GPU model). Nodes that stay paid whatever happens are counted in full and taken off the demand. What remains is
/// min Σ price·y subject to the rows and 0 ≤ y ≤ 1, whose every Lagrangian multiplier vector gives a lower bound.
struct CoverRelaxation {
  /// Nodes that are equal to the relaxation.
  struct Column: Hashable {
    var price: Int64
    /// What the node offers in each row, in resource units.
    var offers: [Int32]
  }

  struct Row {
    var resource: Int
    /// The mask whose pods the row is about; -1 for all pods.
    var mask: Int32
    /// What has to be covered by nodes that may be closed.
    var demand: Int64
  }

  private static let narrowMasks = 8

  private(set) var rows: [Row] = []
  private(set) var columns: [Column] = []
  private(set) var columnSizes: [Int] = []
  /// The column of each node; -1 where the node is paid whatever happens.
  private(set) var columnOfNode: [Int32] = []
  /// What is paid whatever happens.
  private(set) var fixedBill: Int64 = 0

  init(_ problem: PlanningProblem) {
    let masks = Self.narrowestMasks(problem)
    var offers = [[Int32]](repeating: [], count: problem.nodeCount)
    for mask in [-1] + masks { addRows(problem, mask, &offers) }
    columnOfNode = [Int32](repeating: -1, count: problem.nodeCount)
    var known: [Column: Int32] = [:]
    for node in 0..<problem.nodeCount {
      if !problem.canEmpty(node) {
        fixedBill += problem.nodePrices[node]
        for row in rows.indices { rows[row].demand -= Int64(offers[node][row]) }
        continue
      }
      let column = Column(price: problem.nodePrices[node], offers: offers[node])
      let number = known[column] ?? Int32(known.count)
      if number == known.count {
        known[column] = number
        columns.append(column)
        columnSizes.append(0)
      }
      columnSizes[Int(number)] += 1
      columnOfNode[node] = number
    }
  }

  /// Adds a row per resource that the pods under `mask` ask for, and what each node offers to them.
  private mutating func addRows(_ problem: PlanningProblem, _ mask: Int32, _ offers: inout [[Int32]]) {
    let kinds = Self.kinds(problem, within: mask)
    var used = [ResourceVector](repeating: .zero, count: problem.nodeCount)
    var total = [Int64](repeating: 0, count: problem.resourceNames.count)
    for pod in 0..<problem.podCount where problem.isMovable(pod) && kinds[Int(problem.podKinds[pod])] {
      let demand = problem.kindDemands[Int(problem.podKinds[pod])]
      used[Int(problem.podNodes[pod])] &+= demand
      for resource in total.indices { total[resource] += Int64(demand[resource]) }
    }
    for resource in total.indices where total[resource] > 0 {
      rows.append(Row(resource: resource, mask: mask, demand: total[resource]))
      for node in 0..<problem.nodeCount {
        // What stands on a node may stay there, even where nothing may come or more stands than the node has.
        let room = problem.capacities[node][resource] &- problem.immovableUse[node][resource]
        let mayEnter = mask < 0 ? problem.nodeRefusals[node] == .none : problem.mask(Int(mask), admits: node)
        offers[node].append(max(mayEnter ? room : 0, used[node][resource]))
      }
    }
  }

  /// Which kinds' pods may use only nodes that `mask` admits.
  private static func kinds(_ problem: PlanningProblem, within mask: Int32) -> [Bool] {
    if mask < 0 { return [Bool](repeating: true, count: problem.kindCount) }
    let words = problem.maskWordCount
    let isWithin = (0..<problem.maskCount).map { other in
      (0..<words).allSatisfy { word in
        problem.maskWords[other * words + word] & ~problem.maskWords[Int(mask) * words + word] == 0
      }
    }
    return problem.kindMasks.map { isWithin[Int($0)] }
  }

  /// The masks, narrower than "any node that takes pods", under which most is asked for.
  private static func narrowestMasks(_ problem: PlanningProblem) -> [Int32] {
    let open = problem.nodeRefusals.count { $0 == .none }
    let words = problem.maskWordCount
    var weights = [Int64](repeating: 0, count: problem.maskCount)
    for pod in 0..<problem.podCount where problem.isMovable(pod) {
      weights[Int(problem.kindMasks[Int(problem.podKinds[pod])])] += 1
    }
    var seen: Set<ArraySlice<UInt64>> = []
    let ranked = weights.indices.sorted { (weights[$0], $1) > (weights[$1], $0) }
    var chosen: [Int32] = []
    for mask in ranked where weights[mask] > 0 && chosen.count < narrowMasks {
      let bits = problem.maskWords[mask * words..<(mask + 1) * words]
      if bits.reduce(0, { $0 + $1.nonzeroBitCount }) == open { continue }
      if seen.insert(bits).inserted { chosen.append(Int32(mask)) }
    }
    return chosen
  }
}
