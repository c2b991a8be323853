/// What a plan proposes, in numbers of its problem: nodes and pods are indices into its columns.
package struct Plan: Hashable, Sendable {
  /// Why a pod moves.
  package enum MoveReason: Hashable, Sendable {
    /// The pod's node is to be empty.
    case emptiesNode
    /// The pod leaves its node so that pods of nodes to be emptied can come.
    case makesRoom
    /// The pod steps aside for a while, since pods want each other's places.
    case breaksCycle
    /// The pod leaves a node that is too full.
    case relievesNode
  }

  /// One migration.
  package struct Move: Hashable, Sendable {
    package var pod: Int
    package var source: Int
    package var target: Int
    /// From 1; the moves of a wave can all start at once when those of the wave before have ended.
    package var wave: Int
    package var reason: MoveReason
    /// The move's part in what its drain saves, in nanodollars per hour.
    package var savingNanodollarsPerHour: Int64
    /// What the move costs once, in nanodollars.
    package var costNanodollars: Int64
  }

  /// A node that the plan empties.
  package struct Drain: Hashable, Sendable {
    package var node: Int
    package var nanodollarsPerHour: Int64
    package var moves: Int
    /// After this wave the node is empty.
    package var wave: Int
  }

  /// In the order in which they are to be started.
  package var moves: [Move]
  /// In the order in which nodes become empty.
  package var drains: [Drain]
  /// Pods whose move would have been part of the plan if an order for it existed.
  package var unorderedPods: [Int]
  /// Bill of an hour before and after, in nanodollars.
  package var billBefore: Int64
  package var billAfter: Int64
  package var lowerBound: LowerBound
  /// Steps that the search made.
  package var steps: Int
  /// Where each pod stands in the end.
  package var placement: [Int32]

  package var waveCount: Int { moves.last?.wave ?? 0 }
  /// What the moves cost together, in nanodollars.
  package var moveCostNanodollars: Int64 { moves.reduce(0) { $0 + $1.costNanodollars } }
  /// Distance of the bill after from the lower bound, in percent of the bound.
  package var gapPercent: Double { lowerBound.gapPercent(of: billAfter) }
}
