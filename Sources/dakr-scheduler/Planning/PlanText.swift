import MigrationPlanner
import PlanReport

/// A plan for a person at a terminal.
struct PlanText {
  let planned: PlannedCluster
  /// How many moves, freed nodes and kept nodes are listed.
  let listed: Int

  private var problem: PlanningProblem { planned.problem }
  private var plan: Plan { planned.plan }

  var text: String {
    let explanation = PlanExplanation(problem, plan, planned.options)
    var parts = [summary, bill, balance]
    if plan.moves.isEmpty {
      parts.append("Nothing to do: \(planned.whyNothingIsDone).\n")
    } else {
      parts += [moves, freedNodes]
    }
    parts += [keptNodes(explanation), immovablePods, notes]
    return parts.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var summary: String {
    "\(problem.nodeCount) nodes, \(planned.removableNodes) of them removed once empty, \(planned.receivingNodes) can "
      + "take migrated pods; \(problem.podCount) pods, \(planned.movablePods) of them movable\n"
  }

  private var bill: String {
    var table = TextTable([("BILL", .left), ("$ PER HOUR", .right), ("$ PER MONTH", .right), ("", .left)])
    func row(_ title: String, _ nanodollars: Int64, _ note: String = "") {
      table.add([title, Dollars.perHour(nanodollars), Dollars.perMonth(nanodollars), note])
    }
    let saving = plan.billBefore - plan.billAfter
    row("before", plan.billBefore)
    row("after", plan.billAfter)
    row(
      "saving", saving, plan.billBefore > 0 ? Decimals.percentText(Double(saving) / Double(plan.billBefore) * 100) : "")
    row(
      "lower bound", plan.lowerBound.nanodollarsPerHour,
      "no plan goes below; this one is \(Decimals.percentText(plan.gapPercent)) above")
    return table.text
  }

  /// How evenly the nodes are used, where the plan was to make that even.
  private var balance: String {
    guard let balance = PlannedBalance(planned) else { return "" }
    var table = TextTable([("BALANCE", .left), ("BEFORE", .right), ("AFTER", .right)])
    for row in balance.rows { table.add(row) }
    return table.text
  }

  private var moves: String {
    let slowest = plan.moves.map(planned.downtimeSeconds).max() ?? 0
    let head =
      "\(Self.count(plan.moves.count, "move")) in \(Self.count(plan.waveCount, "wave")); a pod stands still for at most "
      + "\(Self.seconds(slowest)); together they cost $\(Dollars.perHour(plan.moveCostNanodollars)) once\n"
    var table = TextTable([
      ("WAVE", .right), ("POD", .left), ("FROM", .left), ("TO", .left), ("SAVES $/h", .right), ("WHY", .left),
    ])
    for move in plan.moves.prefix(listed) {
      table.add([
        String(move.wave), problem.podTitle(move.pod), problem.nodeNames[move.source], problem.nodeNames[move.target],
        Dollars.perHour(move.savingNanodollarsPerHour), PlannedCluster.words(move.reason),
      ])
    }
    return head + table.text + Self.more(plan.moves.count - listed, "moves")
  }

  private static func seconds(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) s"
  }

  private var freedNodes: String {
    guard !plan.drains.isEmpty else { return "" }
    var table = TextTable([("FREED NODE", .left), ("$/h", .right), ("MOVES", .right), ("AFTER WAVE", .right)])
    for drain in plan.drains.prefix(listed) {
      table.add([
        problem.nodeNames[drain.node], Dollars.perHour(drain.nanodollarsPerHour), String(drain.moves),
        String(drain.wave),
      ])
    }
    return table.text + Self.more(plan.drains.count - listed, "nodes")
  }

  private func keptNodes(_ explanation: PlanExplanation) -> String {
    let kept = planned.keptNodes(atMost: listed, explanation)
    guard !kept.isEmpty else { return "" }
    var table = TextTable([("NODE THAT STAYS", .left), ("$/h", .right), ("WHY IT COULD NOT BE EMPTIED", .left)])
    for (node, reason) in kept {
      table.add([
        problem.nodeNames[node], Dollars.perHour(problem.nodePrices[node]), planned.sentence(reason, explanation),
      ])
    }
    return table.text + Self.more(planned.paidNodes - kept.count, "nodes, cheaper ones")
  }

  private var immovablePods: String {
    guard !planned.immovablePods.isEmpty else { return "" }
    var table = TextTable([("PODS", .right), ("STAY, SINCE EACH OF THEM", .left)])
    for (reason, pods) in planned.immovablePods { table.add([String(pods), reason.explanation]) }
    return table.text
  }

  private var notes: String {
    var lines = planned.notes
    if !plan.unorderedPods.isEmpty {
      let shown = plan.unorderedPods.prefix(3).map(problem.podTitle).joined(separator: ", ")
      lines.append("\(plan.unorderedPods.count) pods were left out, since no order of moves exists for them: \(shown)")
    }
    lines += problem.omissions.prefix(5)
    if problem.omissions.count > 5 { lines.append("and \(problem.omissions.count - 5) more omissions of this kind") }
    return lines.map { "note: \(TextTable.printable($0))\n" }.joined()
  }

  private static func count(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }

  private static func more(_ count: Int, _ what: String) -> String {
    count > 0 ? "… and \(count) more \(what)\n" : ""
  }
}
