import NodeCost
import Observability
import Scheduler
import WireFormat

/// Counts what the verbs decided. Every series is looked up once, at start: counting is atomic additions only.
final class VerbMetrics: Sendable {
  private struct Verb: Sendable {
    let results: [ExtenderOutcome.Result: Counter]
    let duration: Histogram
    let nodesPerRequest: Histogram
    let examined: Counter
    let unknown: Counter
    /// By raw value of the verdict; the first, accepted, is not exported.
    let rejected: [Counter?]
  }

  private let verbs: [ExtenderVerb: Verb]
  private let invalid: MetricFamily<Counter>
  private let scores: [Counter]
  private let scoredBySource: [(source: PriceSource, counter: Counter)]
  private let liveMigratable: Counter

  init(in registry: MetricsRegistry) {
    let results = registry.counters(
      metricPrefix + "decisions_total",
      help:
        "Calls of the extender's verbs by result: ok, rejected_all, passed_through (another scheduler's pod) or error.",
      labels: ["verb", "result"])
    let durations = registry.histograms(
      metricPrefix + "decision_duration_seconds",
      help: "Reading a call's arguments, deciding and writing the answer, without the network.", labels: ["verb"],
      buckets: .latencyNanoseconds)
    let nodes = registry.histograms(
      metricPrefix + "decision_nodes", help: "Nodes asked about in one call.", labels: ["verb"], buckets: .nodeCount)
    let examined = registry.counters(
      metricPrefix + "nodes_examined_total", help: "Nodes asked about.", labels: ["verb"])
    let unknown = registry.counters(
      metricPrefix + "nodes_unknown_total", help: "Nodes asked about by a name that the snapshot does not know.",
      labels: ["verb"])
    let rejected = registry.counters(
      metricPrefix + "nodes_rejected_total", help: "Nodes that were refused to a pod, by reason.",
      labels: ["verb", "reason"])
    verbs = Dictionary(
      uniqueKeysWithValues: ExtenderVerb.allCases.map { verb in
        let name = verb.rawValue
        let counters = ExtenderOutcome.Result.allCases.map { ($0, results.with(name, $0.rawValue)) }
        return (
          verb,
          Verb(
            results: Dictionary(uniqueKeysWithValues: counters), duration: durations.with(name),
            nodesPerRequest: nodes.with(name), examined: examined.with(name), unknown: unknown.with(name),
            rejected: Verdict.allCases.map { $0 == .accepted ? nil : rejected.with(name, $0.label) })
        )
      })
    invalid = registry.counters(
      metricPrefix + "invalid_requests_total", help: "Calls whose arguments could not be read, by reason.",
      labels: ["verb", "reason"])
    let scored = registry.counters(
      metricPrefix + "scores_total", help: "Scores given to nodes, by score from 0 to 10.", labels: ["score"])
    scores = (0...10).map { scored.with("\($0)") }
    let sources = registry.counters(
      metricPrefix + "nodes_scored_total",
      help: "Nodes scored, by the source of their price; assumed is the median of the candidates, for want of a price.",
      labels: ["source"])
    scoredBySource = PriceSource.allCases.map { ($0, sources.with($0.rawValue)) }
    liveMigratable = registry.counter(
      metricPrefix + "live_migratable_decisions_total", help: "Calls about live-migratable pods.")
  }

  /// Counts one call, after it was answered.
  func count(_ outcome: ExtenderOutcome, durationNanoseconds: UInt64) {
    guard let verb = verbs[outcome.verb] else { return }
    verb.results[outcome.result]?.increment()
    verb.duration.observe(durationNanoseconds)
    if let reason = outcome.errorReason { invalid.with(outcome.verb.rawValue, reason.rawValue).increment() }
    guard outcome.result != .error else { return }
    verb.nodesPerRequest.observe(UInt64(clamping: outcome.nodesExamined))
    verb.examined.increment(by: UInt64(clamping: outcome.nodesExamined))
    if outcome.nodesUnknown > 0 { verb.unknown.increment(by: UInt64(clamping: outcome.nodesUnknown)) }
    if outcome.isLiveMigratable { liveMigratable.increment() }
    for index in verb.rejected.indices where outcome.verdictCounts[index] > 0 {
      verb.rejected[index]?.increment(by: UInt64(clamping: outcome.verdictCounts[index]))
    }
    for score in scores.indices where outcome.scoreCounts[score] > 0 {
      scores[score].increment(by: UInt64(clamping: outcome.scoreCounts[score]))
    }
    for (source, counter) in scoredBySource {
      let count = outcome.count(of: source)
      if count > 0 { counter.increment(by: UInt64(clamping: count)) }
    }
  }
}
