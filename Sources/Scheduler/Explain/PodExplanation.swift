package import NodeCost

/// Why a pod's nodes got what they got, as values.
package struct PodExplanation: Sendable {
  /// One call of kube-scheduler.
  package struct Decision: Sendable {
    package let verb: ExtenderVerb
    package let millisecondsSinceEpoch: Int64
    /// How many nodes were asked about, and how many of them were accepted or scored.
    package let examined: Int
    package let accepted: Int
  }

  /// What became of one node.
  package struct NodeEntry: Sendable {
    package let name: String
    /// What filter (or preempt, where that followed) said; nil where no such call is kept.
    package var verdict: Verdict?
    /// The node's price; nil where none is known.
    package var price: NodePrice?
    /// How the node was scored; nil where it was not.
    package var score: ScoreExplanation?
  }

  package let podNamespace: String
  package let podName: String
  package let podUID: String
  package let isLiveMigratable: Bool
  /// What cost meant; nil where no scores are kept.
  package let strategy: ScoringStrategy?
  /// The calls, in the order filter, prioritize, preempt.
  package let decisions: [Decision]
  /// The nodes: best score first, rejected ones last.
  package let nodes: [NodeEntry]

  /// - Parameter records: at most one of each verb, of one pod; at least one.
  init?(_ records: [DecisionRecord]) {
    guard let first = records.first else { return nil }
    podNamespace = first.podNamespace
    podName = first.podName
    podUID = first.podUID
    isLiveMigratable = first.isLiveMigratable
    strategy = records.lazy.compactMap(\.scoring).first?.scorer.strategy
    decisions = records.map { record in
      Decision(
        verb: record.verb, millisecondsSinceEpoch: record.millisecondsSinceEpoch, examined: record.candidateCount,
        accepted: record.verdicts.isEmpty
          ? record.candidateCount : record.verdicts.count { $0 == Verdict.accepted.rawValue })
    }
    nodes = Self.merge(records).sorted(by: Self.isBefore)
  }

  private static func merge(_ records: [DecisionRecord]) -> [NodeEntry] {
    var entries: [NodeEntry] = []
    var places: [String: Int] = [:]
    for record in records {
      let prices = record.prices
      let explanations = record.explanations
      for candidate in 0..<record.candidateCount {
        let name = record.name(at: candidate)
        let place = places[name] ?? entries.count
        if place == entries.count {
          entries.append(NodeEntry(name: name))
          places[name] = place
        }
        if candidate < record.verdicts.count { entries[place].verdict = Verdict(rawValue: record.verdicts[candidate]) }
        if candidate < prices.count, let price = prices[candidate] { entries[place].price = price }
        if let explanations { entries[place].score = explanations[candidate] }
      }
    }
    return entries
  }

  private static func isBefore(_ left: NodeEntry, _ right: NodeEntry) -> Bool {
    let scores = (left.score?.score ?? -1, right.score?.score ?? -1)
    if scores.0 != scores.1 { return scores.0 > scores.1 }
    let verdicts = (left.verdict?.rawValue ?? 0, right.verdict?.rawValue ?? 0)
    if verdicts.0 != verdicts.1 { return verdicts.0 < verdicts.1 }
    let costs = (left.score?.cost?.rawValue ?? .max, right.score?.cost?.rawValue ?? .max)
    if costs.0 != costs.1 { return costs.0 < costs.1 }
    return left.name < right.name
  }
}
