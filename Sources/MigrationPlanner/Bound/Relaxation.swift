/// The relaxation of a problem, solved as far as was asked for.
struct Relaxation {
  private let problem: PlanningProblem
  private let groups: NodeGroups
  private var dual: AssignmentDual

  /// Solves the cover relaxation, which takes milliseconds.
  init(_ problem: PlanningProblem) {
    self.problem = problem
    var ascent = LagrangianAscent(CoverRelaxation(problem))
    ascent.climb(steps: 1000)
    groups = NodeGroups(problem)
    dual = AssignmentDual(problem, groups, start: ascent.pricesPerUnit(resources: problem.resourceNames.count))
  }

  /// Raises the bound by prices per group of nodes.
  mutating func refine() {
    dual.climb(steps: min(2000, max(20, 40_000_000 / max(dual.work, 1))))
  }

  /// What is paid whatever a plan does, in nanodollars per hour.
  var fixedBill: Int64 { dual.fixedBill }

  func bound() -> LowerBound { LowerBound(problem, groups, dual) }

  /// Guidance by the prices as they are.
  func quickGuide() -> SearchGuide { SearchGuide(problem, groups, dual, softSteps: 0) }

  func guide() -> SearchGuide {
    SearchGuide(problem, groups, dual, softSteps: min(400, max(20, 20_000_000 / max(dual.work, 1))))
  }
}
