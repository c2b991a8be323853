import MigrationPlanner
import PlanReport

/// The part of a `MigrationPlan` that says how evenly nodes are used; only of plans that were to make that even.
///
/// Percentages are of what pods may take of a node: its allocatable less the headroom.
struct PlanBalanceDocument: Encodable {
  struct HottestNode: Encodable { let node, resource, utilizationPercent: String }

  struct Spread: Encodable {
    let resource, meanPercent, standardDeviationPercent, percentile10Percent, percentile90Percent: String
  }

  struct Side: Encodable {
    let nodes, nodesOverThreshold: Int
    let hottestNode: HottestNode?
    let spread: [Spread]
    /// In full nodes.
    let imbalance: String
  }

  let thresholdPercent: String
  /// What the imbalance of a full node costs in an hour, where it was weighed against money.
  let weightPerHour: String?
  let before, after: Side

  init(_ balance: PlannedBalance, _ problem: PlanningProblem) {
    thresholdPercent = Self.percent(balance.threshold)
    weightPerHour = balance.weight.map(Dollars.exact)
    before = Self.side(balance.before, problem)
    after = Self.side(balance.after, problem)
  }

  private static func side(_ summary: BalanceSummary, _ problem: PlanningProblem) -> Side {
    Side(
      nodes: summary.nodes, nodesOverThreshold: summary.nodesOverThreshold,
      hottestNode: summary.hottest.map {
        HottestNode(
          node: problem.nodeNames[$0.node], resource: problem.resourceNames[$0.resource],
          utilizationPercent: percent($0.share))
      },
      spread: summary.spreads.map {
        Spread(
          resource: problem.resourceNames[$0.resource], meanPercent: percent($0.mean),
          standardDeviationPercent: percent($0.standardDeviation), percentile10Percent: percent($0.percentile10),
          percentile90Percent: percent($0.percentile90))
      },
      imbalance: Decimals.hundredths(summary.imbalance) ?? "0")
  }

  private static func percent(_ share: Double) -> String { Decimals.hundredths(share * 100) ?? "0" }
}
