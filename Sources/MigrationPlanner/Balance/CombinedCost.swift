/// What a plan for `costAndBalance` makes small: bill and imbalance over the horizon, and what the moves cost.
package struct CombinedCost: Sendable {
  package let imbalance: Imbalance
  let horizonHours: Double
  /// What a full node's imbalance costs in an hour, in nanodollars.
  package let nanodollarsPerFullNode: Int64

  package init(_ problem: PlanningProblem, _ options: PlanningOptions) {
    imbalance = Imbalance(problem, threshold: options.balanceThreshold)
    horizonHours = options.horizonHours
    nanodollarsPerFullNode = options.balanceWeight ?? Self.meanPrice(problem)
  }

  /// The mean price of the nodes: with it, nodes fill to a little above the threshold before one more is worth its price.
  private static func meanPrice(_ problem: PlanningProblem) -> Int64 {
    let sum = problem.nodePrices.reduce(0.0) { $0 + Double($1) }
    return Int64(min(sum / Double(max(problem.nodeCount, 1)), 1e18))
  }

  /// What a full node's imbalance costs over the horizon, in nanodollars.
  var worth: Double { Double(nanodollarsPerFullNode) * horizonHours }

  /// In nanodollars over the horizon.
  package func nanodollars(_ plan: Plan) -> Double {
    Double(plan.billAfter) * horizonHours + worth * imbalance.total(plan.placement) + Double(plan.moveCostNanodollars)
  }

  func nanodollars(_ state: PlacementState) -> Double {
    Double(state.bill) * horizonHours + worth * imbalance.total(state) + Double(state.moveCost)
  }
}
