import PlanChecker
import TestSupport
import Testing

@testable import MigrationPlanner

/// Properties of plans over thousands of generated clusters, each judged by the independent checker.
struct PlanPropertyTests {
  static func options(_ seed: UInt64) -> PlanningOptions {
    var random = SeededGenerator(seed: seed ^ 0xABCD)
    func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    var options = PlanningOptions()
    options.maximumSteps = 5
    options.seed = seed
    if chance(20) { options.limits.movesPerPlan = Int.random(in: 0...10, using: &random) }
    if chance(20) { options.limits.movesPerNode = Int.random(in: 0...5, using: &random) }
    if chance(20) { options.limits.movesPerWorkload = Int.random(in: 1...4, using: &random) }
    if chance(20) { options.limits.movesAtOnce = Int.random(in: 1...5, using: &random) }
    if chance(20) { options.limits.movesAtOncePerSource = Int.random(in: 1...3, using: &random) }
    if chance(20) { options.limits.movesAtOncePerTarget = Int.random(in: 1...3, using: &random) }
    if chance(20) { options.limits.movesAtOncePerWorkload = Int.random(in: 1...2, using: &random) }
    if chance(15) { options.objective = .balance }
    if chance(15) { options.objective = .costThenBalance }
    if chance(15) { options.objective = .costAndBalance }
    return options
  }

  @Test(arguments: 0..<20)
  func plansHoldEveryRuleAtEveryStep(_ block: UInt64) {
    for seed in block * 100..<(block + 1) * 100 {
      var generator = ClusterGenerator(seed: seed)
      let builder = generator.builder()
      let problem = builder.build()
      let options = Self.options(seed)
      let plan = Planner.plan(problem, options) { _ in false }
      let complaints = PlanChecker(builder).complaints(plan, problem, options)
      #expect(complaints.isEmpty, "seed \(seed): \(complaints.prefix(3))")
      #expect(options.objective != .cost || plan.billAfter <= plan.billBefore, "seed \(seed)")
      let imbalance = Imbalance(problem, threshold: options.balanceThreshold)
      let isMoreEven = imbalance.total(plan.placement) <= imbalance.total(problem.podNodes)
      #expect(options.objective != .balance || isMoreEven, "seed \(seed)")
    }
  }
}
