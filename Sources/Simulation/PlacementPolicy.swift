package import NodeCost

/// How the scheduler chooses among the nodes that a pod fits on: kube-scheduler's own scores, and ours beside them.
package struct PlacementPolicy: Hashable, Sendable {
  /// kube-scheduler's scores that depend on the node. The others (affinity, taints, images) are equal for all nodes of a
  /// replay.
  package enum Profile: String, CaseIterable, Sendable {
    /// What kube-scheduler does by itself: LeastAllocated + BalancedAllocation, weight 1 each.
    case defaults
    /// The profile of our manifests: MostAllocated + BalancedAllocation, weight 1 each.
    case mostAllocated = "most-allocated"
    /// MostAllocated alone, BalancedAllocation switched off.
    case mostAllocatedOnly = "most-allocated-only"
  }

  /// kube-scheduler's scores.
  package let profile: Profile
  /// What our extender scores by; nil where there is no extender.
  package let strategy: ScoringStrategy?
  /// The extender's weight in kube-scheduler's configuration.
  package let extenderWeight: Int

  /// A policy; the weight is taken as 1...100.
  package init(_ profile: Profile, _ strategy: ScoringStrategy? = nil, extenderWeight: Int = 1) {
    self.profile = profile
    self.strategy = strategy
    self.extenderWeight = min(max(extenderWeight, 1), 100)
  }

  /// What an extender's point is worth: kube-scheduler adds score × weight × (100 ÷ 10), prioritizeNodes in
  /// pkg/scheduler/schedule_one.go (MaxNodeScore ÷ MaxExtenderPriority).
  var extenderFactor: Int64 { Int64(extenderWeight) * 10 }

  /// The policy in words: "defaults", "most-allocated+unit", "defaults+unit@5".
  package var name: String {
    guard let strategy else { return profile.rawValue }
    return "\(profile.rawValue)+\(strategy.rawValue)" + (extenderWeight == 1 ? "" : "@\(extenderWeight)")
  }

  /// Reads a ``name``; nil for anything else.
  package init?(name: String) {
    let parts = name.split(separator: "+", omittingEmptySubsequences: false)
    guard parts.count <= 2, let profile = Profile(rawValue: String(parts[0])) else { return nil }
    guard parts.count == 2 else {
      self.init(profile)
      return
    }
    let extender = parts[1].split(separator: "@", omittingEmptySubsequences: false)
    guard extender.count <= 2, let strategy = ScoringStrategy(rawValue: String(extender[0])) else { return nil }
    var weight = 1
    if extender.count == 2 {
      guard let stated = Int(extender[1]), (1...100).contains(stated) else { return nil }
      weight = stated
    }
    self.init(profile, strategy, extenderWeight: weight)
  }

  /// Without us, then each strategy beside our profile, then each beside the defaults with little and with much weight.
  package static let standard: [PlacementPolicy] =
    [PlacementPolicy(.defaults), PlacementPolicy(.mostAllocatedOnly), PlacementPolicy(.mostAllocated)]
    + ScoringStrategy.allCases.map { PlacementPolicy(.mostAllocated, $0) }
    + ScoringStrategy.allCases.map { PlacementPolicy(.defaults, $0) }
    + ScoringStrategy.allCases.map { PlacementPolicy(.defaults, $0, extenderWeight: 5) }
}
