/// What a plan is to achieve, and within which limits.
package struct PlanningOptions: Hashable, Sendable {
  package enum Objective: Hashable, Sendable {
    /// Empty expensive nodes.
    case cost
    /// Relieve nodes above the threshold and even out.
    case balance
    /// First one, then the other, on the nodes that are left.
    case costThenBalance
    /// The least sum of bill and imbalance, the latter at its price: ``CombinedCost``.
    case costAndBalance

    /// Whether even use is wanted at all.
    package var includesBalance: Bool { self != .cost }
  }

  /// Limits on what happens, each without effect where it is nil.
  package struct Limits: Hashable, Sendable {
    package var movesPerPlan: Int?
    /// Moves that leave a node, in the whole plan; pods that only step aside there count as well.
    package var movesPerNode: Int?
    package var movesPerWorkload: Int?
    /// Moves that run at the same time.
    package var movesAtOnce: Int?
    package var movesAtOncePerSource: Int?
    package var movesAtOncePerTarget: Int?
    package var movesAtOncePerWorkload: Int?

    package init() {}
  }

  package var objective = Objective.cost
  package var limits = Limits()
  /// For how long a saving is counted when it is weighed against what moves cost.
  package var horizonHours = 24.0
  /// A plan for `cost` that saves less than this share of the bill is not made: a cluster that was just planned stays as
  /// it is, although a longer search would find a little more.
  package var leastSavingPercent = 0.5
  /// Share of a node's resource above which `balance` relieves it, from 0 to 1.
  package var balanceThreshold = 0.8
  /// What the imbalance of one full node (``Imbalance``) costs in an hour for `costAndBalance`, in nanodollars, at least 0;
  /// nil is the mean price of a node.
  package var balanceWeight: Int64?
  /// The same seed, input and answers of `shouldStop` give the same plan.
  package var seed: UInt64 = 1
  /// The search ends after this many steps even if nobody stops it; nil leaves that to `shouldStop`.
  package var maximumSteps: Int?
  /// The search ends when the bill is within this many percent of the lower bound.
  package var sufficientGapPercent = 0.01

  package init() {}
}

/// How far a search is.
package struct PlanningProgress: Hashable, Sendable {
  package enum Phase: String, Hashable, Sendable {
    case bounding, draining, improving, reducingMoves, balancing, sequencing
  }

  package var phase: Phase
  /// Steps of the search so far.
  package var steps: Int
  /// In nanodollars per hour.
  package var billBefore: Int64
  package var bestBill: Int64
  package var lowerBound: Int64
  package var moves: Int
}
