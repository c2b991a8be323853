import MigrationPlanner
import PlanReport

/// A plan as the object `MigrationPlan` of `planner.dakr.devzero.io/v1alpha1`: amounts as decimal strings, lists of at
/// most `PlannedCluster.listedEntries`, totals of everything.
struct PlanDocument: Encodable {
  struct Metadata: Encodable { let name: String }

  struct Snapshot: Encodable { let hash, takenAt: String }

  struct Cost: Encodable { let before, after, lowerBound, gapPercent: String }

  struct Multiplier: Encodable {
    let resource, nodesLike: String
    /// Nanodollars per hour and milli-CPU, byte or piece.
    let nanodollarsPerHour: String
  }

  struct Bound: Encodable {
    let method: String
    let multipliers: [Multiplier]
  }

  struct Totals: Encodable { let nodes, pods, movablePods, moves, waves, nodesToEmpty: Int }

  struct Drain: Encodable {
    let node, nodeUID, hourlyPrice: String
    let moves, wave: Int
  }

  struct Alternative: Encodable { let node, verdict: String }

  struct Move: Encodable {
    let namespace, pod, podUID, from, to: String
    let wave: Int
    let reason, savingPerHour, cost: String
    let cpuMilli, memoryBytes: Int64
    let estimatedFreeze: String
    let alternatives: [Alternative]?
  }

  struct Spec: Encodable {
    let approved, suspend: Bool
    let snapshot: Snapshot
    let currency: String
    let cost: Cost
    let balance: PlanBalanceDocument?
    let bound: Bound
    let totals: Totals
    let drains: [Drain]
    let moves: [Move]
  }

  struct KeptNode: Encodable { let node, hourlyPrice, reason: String }

  struct ImmovablePods: Encodable {
    let reason: String
    let pods: Int
  }

  /// What was not possible and why; no part of the object in a cluster.
  struct Explanation: Encodable {
    let nodesThatStay: [KeptNode]
    let podsThatStay: [ImmovablePods]
    let podsWithoutOrder: [String]
    let notes: [String]
  }

  let apiVersion = "planner.dakr.devzero.io/v1alpha1"
  let kind = "MigrationPlan"
  let metadata: Metadata
  let spec: Spec
  let explanation: Explanation

  private enum CodingKeys: String, CodingKey { case apiVersion, kind, metadata, spec, explanation }
}

extension PlanDocument {
  /// Alternatives are looked for in all nodes, so only the first moves get them.
  private static let movesWithAlternatives = 200

  init(_ planned: PlannedCluster) {
    let problem = planned.problem
    let plan = planned.plan
    let explained = PlanExplanation(problem, plan, planned.options)
    let hash = InputHash.sha256(of: problem)
    metadata = Metadata(name: "plan-\(hash.prefix(16))")
    spec = Spec(
      approved: false, suspend: false,
      snapshot: Snapshot(hash: "sha256:\(hash)", takenAt: planned.takenAt),
      currency: "USD",
      cost: Cost(
        before: Dollars.exact(plan.billBefore), after: Dollars.exact(plan.billAfter),
        lowerBound: Dollars.exact(plan.lowerBound.nanodollarsPerHour),
        gapPercent: Decimals.hundredths(plan.gapPercent) ?? "0"),
      balance: PlannedBalance(planned).map { PlanBalanceDocument($0, problem) },
      bound: Bound(
        method: "LagrangianAssignment",
        multipliers: plan.lowerBound.multipliers.map {
          Multiplier(
            resource: $0.resource, nodesLike: $0.nodesLike, nanodollarsPerHour: String($0.nanodollarsPerUnit))
        }),
      totals: Totals(
        nodes: problem.nodeCount, pods: problem.podCount,
        movablePods: planned.movablePods, moves: plan.moves.count, waves: plan.waveCount,
        nodesToEmpty: plan.drains.count),
      drains: plan.drains.prefix(PlannedCluster.listedEntries).map {
        Drain(
          node: problem.nodeNames[$0.node], nodeUID: problem.nodeUIDs[$0.node],
          hourlyPrice: Dollars.exact($0.nanodollarsPerHour), moves: $0.moves, wave: $0.wave)
      },
      moves: plan.moves.prefix(PlannedCluster.listedEntries).enumerated().map { index, move in
        Self.move(move, planned, index < Self.movesWithAlternatives ? explained : nil)
      })
    explanation = Explanation(
      nodesThatStay: planned.keptNodes(atMost: PlannedCluster.listedEntries, explained).map {
        KeptNode(
          node: problem.nodeNames[$0.node], hourlyPrice: Dollars.exact(problem.nodePrices[$0.node]),
          reason: planned.sentence($0.reason, explained))
      },
      podsThatStay: planned.immovablePods.map { ImmovablePods(reason: $0.reason.explanation, pods: $0.pods) },
      podsWithoutOrder: plan.unorderedPods.map(problem.podTitle),
      notes: planned.notes + problem.omissions)
  }

  private static func move(_ move: Plan.Move, _ planned: PlannedCluster, _ explained: PlanExplanation?) -> Move {
    let problem = planned.problem
    let demand = problem.kindDemands[Int(problem.podKinds[move.pod])]
    return Move(
      namespace: problem.podNamespaces[move.pod], pod: problem.podNames[move.pod], podUID: problem.podUIDs[move.pod],
      from: problem.nodeNames[move.source], to: problem.nodeNames[move.target], wave: move.wave,
      reason: PlannedCluster.words(move.reason), savingPerHour: Dollars.exact(move.savingNanodollarsPerHour),
      cost: Dollars.exact(move.costNanodollars), cpuMilli: Int64(demand[0]) * problem.resourceUnits[0],
      memoryBytes: Int64(demand[1]) * problem.resourceUnits[1],
      estimatedFreeze: "\(Int((planned.downtimeSeconds(move) * 1000).rounded()))ms",
      alternatives: explained.map { explained in
        explained.alternatives(to: move).map {
          Alternative(
            node: problem.nodeNames[$0.node],
            verdict: $0.refusal.map(explained.sentence) ?? "would have fitted, less tightly")
        }
      })
  }
}
