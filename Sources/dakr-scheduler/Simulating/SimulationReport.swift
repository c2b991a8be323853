import Foundation
import Simulation

/// What a simulation found, for people and for programs.
struct SimulationReport: Encodable {
  /// A policy over all scenarios.
  struct Summary: Encodable {
    let policy: String
    let besideFirst: Percent
    let besideFirstWorst: Percent
    let besideMostAllocated: Percent?
    let besideMostAllocatedWorst: Percent?
    let timesLowerBound: Double
  }

  /// A policy in one scenario.
  struct Bill: Encodable {
    let policy: String
    let dollars: Double
    let besideFirst: Percent
    let besideMostAllocated: Percent?
    let timesLowerBound: Double
    let addedNodes: Double
    let peakNodes: Double
    let movedPods: Double
    let unplaceablePods: Double
  }

  struct ScenarioBills: Encodable {
    let scenario: String
    let lowerBoundDollars: Double
    let bills: [Bill]
  }

  /// A difference in percent; negative is cheaper.
  struct Percent: Encodable {
    let mean: Double
    let standardError: Double

    init(_ estimate: Estimate) {
      mean = Self.rounded(estimate.mean)
      standardError = Self.rounded(estimate.standardError)
    }

    static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

    /// "-10.6 ± 0.3".
    var text: String { String(format: "%+.1f ± %.1f", mean, standardError) }
  }

  let trace: String
  let podSizePercent: Int
  let podsPerReplay: Int
  let everyNthPod: Int
  let seeds: Int
  let summary: [Summary]
  let scenarios: [ScenarioBills]

  init(_ comparison: Comparison, trace: String, podSizePercent: Int) {
    let plan = comparison.plan
    self.trace = trace
    self.podSizePercent = podSizePercent
    podsPerReplay = plan.trace(forSeed: 0).pods.count
    everyNthPod = plan.everyNthPod
    seeds = plan.seedCount
    let baseline = plan.policies.firstIndex { $0.profile == .mostAllocated && $0.strategy == nil }
    summary = plan.policies.indices.map { policy in
      Summary(
        policy: plan.policies[policy].name,
        besideFirst: Percent(comparison.meanPercent(policy: policy, beside: 0)),
        besideFirstWorst: Percent(comparison.worstPercent(policy: policy, beside: 0)),
        besideMostAllocated: baseline.map { Percent(comparison.meanPercent(policy: policy, beside: $0)) },
        besideMostAllocatedWorst: baseline.map { Percent(comparison.worstPercent(policy: policy, beside: $0)) },
        timesLowerBound: Percent.rounded(comparison.meanOverBound(policy: policy)))
    }
    scenarios = plan.scenarios.indices.map { scenario in
      Self.bills(of: scenario, comparison, baseline: baseline)
    }
  }

  private static func bills(of scenario: Int, _ comparison: Comparison, baseline: Int?) -> ScenarioBills {
    let plan = comparison.plan
    let bound = comparison.lowerBoundDollars(scenario: scenario)
    return ScenarioBills(
      scenario: plan.scenarios[scenario].name, lowerBoundDollars: Percent.rounded(bound),
      bills: plan.policies.indices.map { policy in
        let outcomes = comparison.outcomes[scenario][policy]
        func mean(_ value: (ReplayOutcome) -> Int) -> Double {
          Percent.rounded(Estimate(of: outcomes.map { Double(value($0)) }).mean)
        }
        let dollars = comparison.dollars(scenario: scenario, policy: policy)
        return Bill(
          policy: plan.policies[policy].name, dollars: Percent.rounded(dollars),
          besideFirst: Percent(comparison.percent(scenario: scenario, policy: policy, beside: 0)),
          besideMostAllocated: baseline.map {
            Percent(comparison.percent(scenario: scenario, policy: policy, beside: $0))
          },
          timesLowerBound: Percent.rounded(bound > 0 ? dollars / bound : 1), addedNodes: mean(\.addedNodes),
          peakNodes: mean(\.peakNodes), movedPods: mean(\.movedPods), unplaceablePods: mean(\.unplaceablePods))
      })
  }
}

extension SimulationReport {
  /// Tables: all scenarios together first, then each.
  var text: String {
    let first = summary.first?.policy ?? ""
    var text = "\(trace): \(podsPerReplay) pods a replay, \(seeds) seeds, pods at \(podSizePercent) % of their size. "
    text += "Differences in percent ± standard error; negative is cheaper.\n\nall \(scenarios.count) scenarios\n"
    var table = TextTable([
      ("POLICY", .left), ("BESIDE \(first.uppercased())", .right), ("WORST", .right),
      ("BESIDE MOST-ALLOCATED", .right), ("WORST", .right), ("× LOWER BOUND", .right),
    ])
    for row in summary {
      table.add([
        row.policy, row.besideFirst.text, row.besideFirstWorst.text, row.besideMostAllocated?.text ?? "-",
        row.besideMostAllocatedWorst?.text ?? "-", String(format: "%.2f", row.timesLowerBound),
      ])
    }
    text += table.text
    for scenario in scenarios { text += "\n" + Self.text(of: scenario, first: first) }
    return text
  }

  private static func text(of scenario: ScenarioBills, first: String) -> String {
    var table = TextTable([
      (scenario.scenario.uppercased(), .left), ("BILL, USD", .right), ("BESIDE \(first.uppercased())", .right),
      ("BESIDE MOST-ALLOCATED", .right), ("NODES ADDED", .right), ("MOST AT ONCE", .right), ("PODS MOVED", .right),
      ("UNPLACEABLE", .right),
    ])
    for bill in scenario.bills {
      table.add([
        bill.policy, String(format: "%.2f", bill.dollars), bill.besideFirst.text,
        bill.besideMostAllocated?.text ?? "-", count(bill.addedNodes), count(bill.peakNodes), count(bill.movedPods),
        count(bill.unplaceablePods),
      ])
    }
    table.add(["lower bound", String(format: "%.2f", scenario.lowerBoundDollars)])
    return table.text
  }

  private static func count(_ value: Double) -> String { String(format: "%.0f", value) }
}
