/// Constraints between pods, compiled to counters.
///
/// A *tally* counts pods per domain of a topology key: "pods that match selector s per zone", "pods that refuse pods
/// matching s per node". Anti-affinity (both ways), host ports, affinity, spread and limits per node are all questions
/// about a few tallies, so each move is judged by looking at as many counters as the pod has rules.
package struct TopologyRules: Sendable {
  /// Pods of this profile may enter a domain only while it holds at most `limit` others of the tally.
  package struct Limit: Hashable, Sendable {
    package var tally: Int32
    package var limit: Int32
    /// Whether the pod itself is in the tally, and so not one of the others.
    package var countsItself: Bool
    package var source: ConstraintSource
  }

  /// Pods of this profile may enter only domains that hold one of the tally.
  package struct Need: Hashable, Sendable {
    package var tally: Int32
    package var countsItself: Bool
  }

  /// Pods of this profile are what others in their domain need.
  package struct Support: Hashable, Sendable {
    package var tally: Int32
    /// Counts the pods that need it.
    package var dependents: Int32
    package var dependsItself: Bool
    /// Whether pods that need it may be in the tally themselves, so that one that is left is none for itself.
    package var servesItself: Bool
  }

  /// Pods of this profile are counted by, or bound to, a spread constraint.
  package struct SpreadRule: Hashable, Sendable {
    package var spread: Int32
    package var isBound: Bool
    package var countsItself: Bool
  }

  /// One spread constraint.
  package struct Spread: Hashable, Sendable {
    package var tally: Int32
    package var maxSkew: Int32
    /// Whether there are fewer domains than `minDomains`, so that the least count is taken as 0.
    package var lacksDomains: Bool
  }

  /// Domain of each node (-1: none) per domain map: `domains[map * nodeCount + node]`.
  package internal(set) var domains: [Int32] = []
  package internal(set) var domainCounts: [Int32] = []
  package internal(set) var nodeCount = 0

  /// The domain map of each tally.
  package internal(set) var tallyMaps: [Int32] = []
  package internal(set) var spreads: [Spread] = []

  // What pods of each profile have, as ranges into one array: `offsets[profile]..<offsets[profile + 1]`.
  package internal(set) var contributions = Ranges<Int32>()
  package internal(set) var limits = Ranges<Limit>()
  package internal(set) var needs = Ranges<Need>()
  package internal(set) var supports = Ranges<Support>()
  package internal(set) var spreadRules = Ranges<SpreadRule>()

  package init() {}

  package var tallyCount: Int { tallyMaps.count }
  package var profileCount: Int { contributions.count }

  /// The node's domain as the tally divides nodes; -1 where the node, or no node (-1), has one.
  @inline(__always)
  func domain(_ tally: Int32, _ node: Int32) -> Int32 {
    node < 0 ? -1 : domains[Int(tallyMaps[Int(tally)]) &* nodeCount &+ Int(node)]
  }

  /// Whether pods of the profile take part in any rule.
  func isFree(_ profile: Int) -> Bool {
    contributions.isEmpty(profile) && limits.isEmpty(profile) && needs.isEmpty(profile)
      && spreadRules.isEmpty(profile)
  }
}

/// Which rule of Kubernetes a refusal comes from.
package enum ConstraintSource: UInt8, Hashable, Sendable, CaseIterable {
  case antiAffinity
  case antiAffinityOfOthers
  case affinity
  case affinityOfOthers
  case topologySpread
  case hostPort
  case workloadPodsPerNode
}

/// Lists of different lengths in one array.
package struct Ranges<Element: Hashable & Sendable>: Sendable, Hashable {
  private(set) var offsets: [Int32] = [0]
  private(set) var elements: [Element] = []

  var count: Int { offsets.count - 1 }

  mutating func append(_ list: [Element]) {
    elements.append(contentsOf: list)
    offsets.append(Int32(elements.count))
  }

  @inline(__always)
  func isEmpty(_ index: Int) -> Bool { offsets[index] == offsets[index &+ 1] }

  @inline(__always)
  func range(_ index: Int) -> Range<Int> { Int(offsets[index])..<Int(offsets[index &+ 1]) }

  @inline(__always)
  subscript(position: Int) -> Element { elements[position] }
}
