import ClusterModel

/// A proof that no plan reaches a smaller bill.
package struct LowerBound: Hashable, Sendable {
  /// The price of a resource in a group of nodes that are alike.
  package struct Multiplier: Hashable, Sendable {
    package var resource: String
    /// A node of the group.
    package var nodesLike: String
    /// Nanodollars per hour and unit (milli-CPU, byte, piece).
    package var nanodollarsPerUnit: Double
  }

  /// No plan's bill is below this, in nanodollars per hour.
  package var nanodollarsPerHour: Int64
  /// What proves it (see `AssignmentDual`); prices of 0 are left out.
  package var multipliers: [Multiplier]

  /// How far a bill is above the bound, in percent of the bound.
  package func gapPercent(of bill: Int64) -> Double {
    nanodollarsPerHour > 0 ? (Double(bill) / Double(nanodollarsPerHour) - 1) * 100 : (bill > 0 ? .infinity : 0)
  }

  /// Reads the proof off a dual; its value is rounded down by more than its arithmetic can err.
  init(_ problem: PlanningProblem, _ groups: NodeGroups, _ dual: AssignmentDual) {
    // Each of some 10⁵ additions errs by at most 2⁻⁵³ of the largest sum, which is a few times the bill.
    let slack = 1 + abs(dual.value) * 1e-9
    nanodollarsPerHour = dual.fixedBill.addingSaturating(Int64(max(0, min(dual.value - slack, 9e18)).rounded(.down)))
    multipliers = []
    let resources = problem.resourceNames.count
    for group in 0..<groups.count {
      for resource in 0..<resources where dual.prices[group * resources + resource] > 0 {
        multipliers.append(
          Multiplier(
            resource: problem.resourceNames[resource], nodesLike: problem.nodeNames[Int(groups.examples[group])],
            nanodollarsPerUnit: dual.prices[group * resources + resource] / Double(problem.resourceUnits[resource])))
      }
    }
  }
}
