/// The planning problem with everything relaxed but amounts: open nodes have to cover what pods ask for.
///
/// One row a resource. Nodes that stay paid whatever happens are counted in full and taken off the demand. What remains is
/// min Σ price·y subject to the rows and 0 ≤ y ≤ 1, whose every Lagrangian multiplier vector gives a lower bound. It is
/// solved in a moment and gives `AssignmentDual` its start.
struct CoverRelaxation {
  /// Nodes that are equal to the relaxation.
  struct Column: Hashable {
    var price: Int64
    /// What the node offers in each row, in resource units.
    var offers: [Int32]
  }

  struct Row {
    var resource: Int
    /// What has to be covered by nodes that may be closed.
    var demand: Int64
  }

  private(set) var rows: [Row] = []
  private(set) var columns: [Column] = []
  private(set) var columnSizes: [Int] = []
  /// The column of each node; -1 where the node is paid whatever happens.
  private(set) var columnOfNode: [Int32] = []
  /// What is paid whatever happens.
  private(set) var fixedBill: Int64 = 0

  init(_ problem: PlanningProblem) {
    var offers = [[Int32]](repeating: [], count: problem.nodeCount)
    addRows(problem, &offers)
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

  /// Adds a row per resource that pods ask for, and what each node offers.
  private mutating func addRows(_ problem: PlanningProblem, _ offers: inout [[Int32]]) {
    var used = [ResourceVector](repeating: .zero, count: problem.nodeCount)
    var total = [Int64](repeating: 0, count: problem.resourceNames.count)
    for pod in 0..<problem.podCount where problem.isMovable(pod) {
      let demand = problem.kindDemands[Int(problem.podKinds[pod])]
      used[Int(problem.podNodes[pod])] &+= demand
      for resource in total.indices { total[resource] += Int64(demand[resource]) }
    }
    for resource in total.indices where total[resource] > 0 {
      rows.append(Row(resource: resource, demand: total[resource]))
      for node in 0..<problem.nodeCount {
        // What stands on a node may stay there, even where nothing may come or more stands than the node has.
        let room = problem.capacities[node][resource] &- problem.immovableUse[node][resource]
        offers[node].append(max(problem.nodeRefusals[node] == .none ? room : 0, used[node][resource]))
      }
    }
  }
}
