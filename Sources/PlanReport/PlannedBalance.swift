package import MigrationPlanner

/// How evenly the nodes are used before and after a plan that was to make that even.
package struct PlannedBalance {
  package let before: BalanceSummary
  package let after: BalanceSummary
  /// Share above which a node is too full.
  package let threshold: Double
  /// What the imbalance of a full node costs in an hour, in nanodollars; nil where it was not weighed against money.
  package let weight: Int64?
  private let problem: PlanningProblem
  private let bills: (before: Int64, after: Int64)

  /// Nil for a plan that was about the bill alone.
  package init?(_ planned: PlannedCluster) {
    guard planned.options.objective.includesBalance else { return nil }
    problem = planned.problem
    let cost = CombinedCost(problem, planned.options)
    before = BalanceSummary(cost.imbalance, problem.podNodes)
    after = BalanceSummary(cost.imbalance, planned.plan.placement)
    threshold = planned.options.balanceThreshold
    weight = planned.options.objective == .costAndBalance ? cost.nanodollarsPerFullNode : nil
    bills = (planned.plan.billBefore, planned.plan.billAfter)
  }

  /// The figures in words: what, before, after.
  package var rows: [[String]] {
    var rows = [
      row("nodes paid for") { String($0.nodes) },
      row("nodes over \(Decimals.shortPercent(threshold)) %") { String($0.nodesOverThreshold) },
      row("hottest node") { summary in summary.hottest.map(words) ?? "-" },
    ]
    for (index, resource) in problem.resourceNames.prefix(2).enumerated() {
      rows.append(spread("\(resource): mean, standard deviation", index) { ($0.mean, " ± ", $0.standardDeviation) })
      rows.append(spread("\(resource): 10th to 90th percentile", index) { ($0.percentile10, " to ", $0.percentile90) })
    }
    rows.append(row("imbalance, in full nodes") { Decimals.hundredths($0.imbalance) ?? "-" })
    guard let weight else { return rows }
    func price(_ summary: BalanceSummary) -> Double { summary.imbalance * Double(weight) }
    rows.append(row("imbalance at $\(Dollars.perHour(weight)) a full node, $/h") { Self.dollars(price($0)) })
    rows.append([
      "bill and imbalance, $/h", Self.dollars(Double(bills.before) + price(before)),
      Self.dollars(Double(bills.after) + price(after)),
    ])
    return rows
  }

  private static func dollars(_ nanodollars: Double) -> String {
    Dollars.perHour(Int64(min(nanodollars, 9e18).rounded()))
  }

  private func row(_ title: String, _ text: (BalanceSummary) -> String) -> [String] {
    [title, text(before), text(after)]
  }

  private func spread(
    _ title: String, _ index: Int, _ pick: (BalanceSummary.Spread) -> (Double, String, Double)
  ) -> [String] {
    row(title) { summary in
      guard index < summary.spreads.count else { return "-" }
      let (left, between, right) = pick(summary.spreads[index])
      return "\(Decimals.percent(left))\(between)\(Decimals.percent(right)) %"
    }
  }

  private func words(_ hottest: BalanceSummary.HottestNode) -> String {
    "\(problem.nodeNames[hottest.node]), \(problem.resourceNames[hottest.resource]) \(Decimals.percent(hottest.share)) %"
  }
}
