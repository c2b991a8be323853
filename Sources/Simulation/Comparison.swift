/// Which replays to make, and what their outcomes mean. The runs are independent of each other; whoever holds the plan
/// makes them in any order and on any number of threads.
package struct SimulationPlan: Sendable {
  /// One replay.
  package struct Run: Hashable, Sendable {
    /// Places in the plan's scenarios and policies.
    package let scenario: Int
    package let policy: Int
    /// From 0.
    package let seed: Int
  }

  /// The trace as it was read, resized.
  package let trace: Trace
  /// Each replay takes every so manieth pod; the seed decides where it starts.
  package let everyNthPod: Int
  /// What is compared in.
  package let scenarios: [Scenario]
  /// What is compared.
  package let policies: [PlacementPolicy]
  /// How often each is replayed.
  package let seedCount: Int

  /// A plan; counts are at least 1.
  package init(
    trace: Trace, everyNthPod: Int, scenarios: [Scenario], policies: [PlacementPolicy], seedCount: Int
  ) {
    self.trace = trace
    self.everyNthPod = max(everyNthPod, 1)
    self.scenarios = scenarios
    self.policies = policies
    self.seedCount = max(seedCount, 1)
  }

  /// All replays, by scenario, then seed, then policy.
  package var runs: [Run] {
    scenarios.indices.flatMap { scenario in
      (0..<seedCount).flatMap { seed in
        policies.indices.map { Run(scenario: scenario, policy: $0, seed: seed) }
      }
    }
  }

  /// The pods that replays with a seed are given.
  package func trace(forSeed seed: Int) -> Trace { trace.every(everyNthPod, phase: seed) }

  /// Makes one replay.
  package func outcome(of run: Run) -> ReplayOutcome {
    Replay.run(
      trace(forSeed: run.seed), scenarios[run.scenario], policies[run.policy],
      seed: SeededRandom.value(seed: UInt64(run.seed), place: 1))
  }

  /// The lower bound of a scenario's bill for each seed, nanodollars.
  package func lowerBounds(ofScenario scenario: Int) -> [Int64] {
    let fleet = scenarios[scenario].fleet
    let bound = LowerBound(fleet: fleet)
    return (0..<seedCount).map { bound.bill(of: trace(forSeed: $0), fleet: fleet) }
  }
}

/// A mean and how sure it is.
package struct Estimate: Hashable, Sendable {
  /// The mean.
  package let mean: Double
  /// The standard error of the mean: the standard deviation of the values over the root of their number; 0 for one value.
  package let standardError: Double

  /// States both.
  package init(mean: Double, standardError: Double) {
    self.mean = mean
    self.standardError = standardError
  }

  /// Of values, of which there must be one.
  package init(of values: [Double]) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.init(mean: mean, standardError: values.count > 1 ? (squares / (count - 1) / count).squareRoot() : 0)
  }

  /// The mean of independent estimates.
  package init(meanOf estimates: [Estimate]) {
    let count = Double(estimates.count)
    let variance = estimates.reduce(0) { $0 + $1.standardError * $1.standardError }
    self.init(
      mean: estimates.reduce(0) { $0 + $1.mean } / count, standardError: variance.squareRoot() / count)
  }
}

/// The outcomes of a plan, and bills beside bills.
package struct Comparison: Sendable {
  /// What was replayed.
  package let plan: SimulationPlan
  /// Outcomes by scenario, policy, seed.
  package let outcomes: [[[ReplayOutcome]]]
  /// Lower bounds in nanodollars by scenario and seed.
  package let lowerBounds: [[Int64]]

  /// Pairs a plan with the outcomes of its ``SimulationPlan/runs`` in their order.
  package init(plan: SimulationPlan, outcomesInOrder: [ReplayOutcome]) {
    self.plan = plan
    let (policies, seeds) = (plan.policies.count, plan.seedCount)
    outcomes = plan.scenarios.indices.map { scenario in
      (0..<policies).map { policy in
        (0..<seeds).map { outcomesInOrder[(scenario * seeds + $0) * policies + policy] }
      }
    }
    // Scenarios of one fleet have one bound.
    var known: [Fleet: [Int64]] = [:]
    lowerBounds = plan.scenarios.indices.map { scenario in
      let fleet = plan.scenarios[scenario].fleet
      if let bounds = known[fleet] { return bounds }
      let bounds = plan.lowerBounds(ofScenario: scenario)
      known[fleet] = bounds
      return bounds
    }
  }

  /// The mean bill in dollars.
  package func dollars(scenario: Int, policy: Int) -> Double {
    Estimate(of: outcomes[scenario][policy].map { Double($0.billNanodollars) * 1e-9 }).mean
  }

  /// The mean lower bound in dollars.
  package func lowerBoundDollars(scenario: Int) -> Double {
    Estimate(of: lowerBounds[scenario].map { Double($0) * 1e-9 }).mean
  }

  /// How much dearer (above 0) or cheaper a policy's bill is than another's, in percent; seed by seed, as equal seeds
  /// have equal pods.
  package func percent(scenario: Int, policy: Int, beside baseline: Int) -> Estimate {
    Estimate(
      of: zip(outcomes[scenario][policy], outcomes[scenario][baseline]).map { bill, base in
        base.billNanodollars > 0
          ? (Double(bill.billNanodollars) / Double(base.billNanodollars) - 1) * 100 : 0
      })
  }

  /// The same over all scenarios, each counting equally.
  package func meanPercent(policy: Int, beside baseline: Int) -> Estimate {
    Estimate(meanOf: plan.scenarios.indices.map { percent(scenario: $0, policy: policy, beside: baseline) })
  }

  /// The scenario in which a policy does worst beside another.
  package func worstPercent(policy: Int, beside baseline: Int) -> Estimate {
    plan.scenarios.indices.map { percent(scenario: $0, policy: policy, beside: baseline) }
      .max { $0.mean < $1.mean } ?? Estimate(mean: 0, standardError: 0)
  }

  /// A policy's bill as a multiple of the lower bound, over all scenarios.
  package func meanOverBound(policy: Int) -> Double {
    let ratios = plan.scenarios.indices.map { scenario in
      lowerBoundDollars(scenario: scenario) > 0
        ? dollars(scenario: scenario, policy: policy) / lowerBoundDollars(scenario: scenario) : 1
    }
    return Estimate(of: ratios).mean
  }
}
