import MigrationPlanner

/// The data block that the page's script draws from: columns of numbers, one entry a node or move, and names.
struct ReportData {
  let planned: PlannedCluster
  let explanation: PlanExplanation
  let timeline: PlanTimeline

  /// Nodes whose reason to stay is worked out; beyond the dearest ones that takes longer than the plan did.
  private static let explainedNodes = 300

  private var problem: PlanningProblem { planned.problem }
  private var plan: Plan { planned.plan }

  var json: String {
    let used = requested
    let nodes = 0..<problem.nodeCount
    let reasons = reasons
    return "{"
      + [
        field("nodes", problem.nodeNames.map(HTMLText.json)),
        field("prices", problem.nodePrices.map { Dollars.exact($0) }),
        field("cpu", nodes.map { amount(problem.capacities[$0][0], 0) }),
        field("memory", nodes.map { amount(problem.capacities[$0][1], 1) }),
        field("usedCPU", nodes.map { amount(used[$0].cpu, 0) }),
        field("usedMemory", nodes.map { amount(used[$0].memory, 1) }),
        field("pods", nodes.map { String(used[$0].pods) }),
        field("emptied", emptied.map(String.init)),
        field("reasons", nodes.map { HTMLText.json(reasons[$0] ?? "") }),
        field("moved", plan.moves.map { HTMLText.json(problem.podTitle($0.pod)) }),
        field("from", plan.moves.map { String($0.source) }), field("to", plan.moves.map { String($0.target) }),
        field("wave", plan.moves.map { String($0.wave) }),
        field("moveCPU", plan.moves.map { amount(demand($0)[0], 0) }),
        field("moveMemory", plan.moves.map { amount(demand($0)[1], 1) }),
        field("saves", plan.moves.map { Dollars.exact($0.savingNanodollarsPerHour) }),
        field("costs", plan.moves.map { Dollars.exact($0.costNanodollars) }),
        field("why", plan.moves.map { HTMLText.json(PlannedCluster.words($0.reason)) }),
        field("bills", timeline.points.map { Dollars.exact($0.nanodollarsPerHour) }),
      ].joined(separator: ",\n") + "}"
  }

  /// The wave after which nobody pays for a node any more: 0 where that is so already, -1 where it never is.
  private var emptied: [Int] {
    var isHeld = problem.holdingPods.map { $0 > 0 }
    for pod in 0..<problem.podCount where problem.isMovable(pod) { isHeld[Int(problem.podNodes[pod])] = true }
    var waves = (0..<problem.nodeCount).map { isHeld[$0] || !problem.isRemovable[$0] ? -1 : 0 }
    for drain in plan.drains { waves[drain.node] = drain.wave }
    return waves
  }

  private func field(_ name: String, _ values: [String]) -> String {
    "\"\(name)\":[\(values.joined(separator: ","))]"
  }

  private func demand(_ move: Plan.Move) -> ResourceVector { problem.kindDemands[Int(problem.podKinds[move.pod])] }

  /// Milli-CPU, or mebibytes.
  private func amount(_ units: Int32, _ resource: Int) -> String {
    let whole = Int64(units).multipliedReportingOverflow(by: problem.resourceUnits[resource])
    return String(whole.overflow ? Int64.max : resource == 1 ? whole.partialValue >> 20 : whole.partialValue)
  }

  /// What is requested on each node before the plan.
  private var requested: [(cpu: Int32, memory: Int32, pods: Int)] {
    var used = [(cpu: Int32, memory: Int32, pods: Int)](repeating: (0, 0, 0), count: problem.nodeCount)
    for pod in 0..<problem.podCount {
      let node = Int(problem.podNodes[pod])
      let demand = problem.kindDemands[Int(problem.podKinds[pod])]
      used[node].cpu &+= demand[0]
      used[node].memory &+= demand[1]
      used[node].pods += 1
    }
    return used
  }

  /// Why nodes stay, by node; for most of a large fleet only what one pass over the pods tells.
  private var reasons: [Int: String] {
    var reasons: [Int: String] = [:]
    for (node, reason) in planned.keptNodes(atMost: Self.explainedNodes, explanation) {
      reasons[node] = planned.sentence(reason, explanation)
    }
    for pod in 0..<problem.podCount {
      guard let reason = problem.immovableReasons[pod], !reason.vanishesWithNode else { continue }
      let node = Int(problem.podNodes[pod])
      if reasons[node] == nil { reasons[node] = "pod \(problem.podTitle(pod)) \(reason.explanation)" }
    }
    return reasons
  }
}
