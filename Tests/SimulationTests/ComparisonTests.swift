import NodeCost
import Testing

@testable import Simulation

@Suite struct ComparisonTests {
  @Test func estimatesAreMeansWithTheirError() {
    let estimate = Estimate(of: [1, 2, 3, 6])
    #expect(estimate.mean == 3)
    // The variance is (4 + 1 + 0 + 9) / 3; over 4 values.
    #expect(abs(estimate.standardError - (14.0 / 12).squareRoot()) < 1e-12)
    #expect(Estimate(of: [5]) == Estimate(mean: 5, standardError: 0))
    let both = Estimate(meanOf: [Estimate(mean: 1, standardError: 3), Estimate(mean: 3, standardError: 4)])
    #expect(both == Estimate(mean: 2, standardError: 2.5))
  }

  private static func plan(seeds: Int) throws -> SimulationPlan {
    let fleets = [try ReplayTests.fleet([("1", 1000)]), try ReplayTests.fleet([("2", 1000)])]
    return SimulationPlan(
      trace: Trace([ReplayTests.pod(0, 3600, 1000), ReplayTests.pod(3600, 1, 1000)]), everyNthPod: 1,
      scenarios: fleets.map { Scenario(fleet: $0, scaleUp: .random, consolidates: false) },
      policies: [PlacementPolicy(.defaults), PlacementPolicy(.mostAllocated)], seedCount: seeds)
  }

  private static func outcome(_ nanodollars: Int64) -> ReplayOutcome {
    var outcome = ReplayOutcome()
    outcome.billNanodollars = nanodollars
    return outcome
  }

  @Test func differencesAreTakenSeedBySeed() throws {
    let plan = try Self.plan(seeds: 2)
    #expect(plan.runs.count == 8)
    #expect(plan.runs[3] == SimulationPlan.Run(scenario: 0, policy: 1, seed: 1))
    // Scenario 0: 100 and 90, 1000 and 800. Scenario 1: 10 and 11 twice.
    let bills: [Int64] = [100, 90, 1000, 800, 10, 11, 10, 11]
    let comparison = Comparison(plan: plan, outcomesInOrder: bills.map(Self.outcome))
    func isClose(_ left: Double, _ right: Double) -> Bool { abs(left - right) < 1e-9 }
    #expect(isClose(comparison.percent(scenario: 0, policy: 1, beside: 0).mean, -15))
    #expect(isClose(comparison.percent(scenario: 0, policy: 1, beside: 0).standardError, 5))
    #expect(isClose(comparison.percent(scenario: 1, policy: 1, beside: 0).mean, 10))
    #expect(isClose(comparison.meanPercent(policy: 1, beside: 0).mean, -2.5))
    #expect(isClose(comparison.worstPercent(policy: 1, beside: 0).mean, 10))
    #expect(isClose(comparison.dollars(scenario: 0, policy: 0), 550e-9))
  }

  @Test func aPlanRunsToABillAboveItsBound() throws {
    let plan = try Self.plan(seeds: 1)
    let comparison = Comparison(plan: plan, outcomesInOrder: plan.runs.map(plan.outcome))
    // Seven tenths of an hour of one node.
    #expect(abs(comparison.dollars(scenario: 0, policy: 0) - 0.7) < 1e-9)
    #expect(abs(comparison.dollars(scenario: 1, policy: 1) - 1.4) < 1e-9)
    #expect(abs(comparison.lowerBoundDollars(scenario: 1) - 1.4) < 1e-5)
    #expect(abs(comparison.meanOverBound(policy: 0) - 1) < 1e-5)
  }
}
