import ClusterModel

/// Amounts of up to eight resources, in the units of `PlanningProblem.resourceUnits`.
///
/// Eight lanes of 32 bits are two registers, so that "does it fit" is a handful of instructions whatever the resources.
package typealias ResourceVector = SIMD8<Int32>

/// Why a node takes no pods from a plan.
package enum NodeRefusal: UInt8, Hashable, Sendable {
  case none
  case notCheckpointCapable
  case unschedulable
  case notReady
}

/// A cluster at one moment as dense arrays: what the planner searches over.
///
/// Nodes and pods are numbered by their position in the builder; everything that the search reads in its loops is a
/// column indexed by these numbers. Immutable, so that a plan, its explanation and a checker talk about the same thing.
package struct PlanningProblem: Sendable {
  // MARK: Resources

  /// Names of the resources that are weighed, at most eight; `cpu`, `memory` and `pods` come first.
  package internal(set) var resourceNames: [String] = []
  /// How much of the resource (milli-CPU, bytes, count) one unit of a `ResourceVector` stands for.
  package internal(set) var resourceUnits: [Int64] = []

  // MARK: Nodes

  package internal(set) var nodeNames: [String] = []
  package internal(set) var nodeUIDs: [String] = []
  package internal(set) var nodePrices: [Int64] = []
  /// Whether somebody removes the node once it is empty.
  package internal(set) var isRemovable: [Bool] = []
  package internal(set) var nodeRefusals: [NodeRefusal] = []
  /// What pods may take of each node: allocatable, less the headroom asked for; rounded down to units.
  package internal(set) var capacities: [ResourceVector] = []
  /// What immovable pods take of each node.
  package internal(set) var immovableUse: [ResourceVector] = []
  /// What pods that vanish with the node take of it (part of `immovableUse`).
  package internal(set) var vanishingUse: [ResourceVector] = []
  /// How many immovable pods hold each node (pods that vanish with it do not).
  package internal(set) var holdingPods: [Int32] = []

  // MARK: Pods

  package internal(set) var podNamespaces: [String] = []
  package internal(set) var podNames: [String] = []
  package internal(set) var podUIDs: [String] = []
  /// The node on which each pod runs.
  package internal(set) var podNodes: [Int32] = []
  package internal(set) var podKinds: [Int32] = []
  /// Why each pod stays, or nil where it may be moved.
  package internal(set) var immovableReasons: [ImmovableReason?] = []
  /// Dense number of the pod's owner; pods without one have a number of their own.
  package internal(set) var podWorkloads: [Int32] = []
  /// What moving the pod costs once, in nanodollars.
  package internal(set) var podMoveCosts: [Int64] = []
  /// What a migration of the pod copies.
  package internal(set) var podMemoryToCopy: [Int64] = []
  package internal(set) var workloadCount = 0

  // MARK: Kinds of pods: equal demand and equal constraints

  package internal(set) var kindDemands: [ResourceVector] = []
  package internal(set) var kindMasks: [Int32] = []
  package internal(set) var kindProfiles: [Int32] = []

  // MARK: Static feasibility

  /// 64-bit words of each mask.
  package internal(set) var maskWordCount = 0
  /// Bit sets of the nodes that a pod may be moved to, one after another.
  package internal(set) var maskWords: [UInt64] = []
  /// As `maskWords`, but with refusing nodes in it: the pods' own wishes only.
  package internal(set) var wishWords: [UInt64] = []

  // MARK: Constraints between pods, and budgets

  package internal(set) var topology = TopologyRules()
  /// The budgets that cover each pod: `budgetsOfPod[budgetOffsets[p]..<budgetOffsets[p + 1]]`; empty without budgets.
  package internal(set) var budgetOffsets: [Int32] = []
  package internal(set) var budgetsOfPod: [Int32] = []
  package internal(set) var budgetAllowances: [Int32] = []
  package internal(set) var budgetNames: [String] = []

  /// What the builder left out, with the reason, for the person who asked for the plan.
  package internal(set) var omissions: [String] = []

  package init() {}

  package var nodeCount: Int { nodeNames.count }
  package var podCount: Int { podNodes.count }
  package var kindCount: Int { kindDemands.count }
  package var maskCount: Int { maskWordCount == 0 ? 0 : maskWords.count / maskWordCount }

  /// Whether the pod may be moved at all.
  package func isMovable(_ pod: Int) -> Bool { immovableReasons[pod] == nil }

  /// Whether a pod is under no rules between pods, so that it may be lifted and put down at will.
  func isFree(_ pod: Int) -> Bool { topology.isFree(Int(kindProfiles[Int(podKinds[pod])])) }

  /// What a pod asks for.
  @inline(__always)
  func demand(of pod: Int) -> ResourceVector { kindDemands[Int(podKinds[pod])] }

  /// Whether pods of the kind may be moved to the node as far as selectors, taints, volumes and the node itself go.
  @inline(__always)
  package func mask(_ mask: Int, admits node: Int) -> Bool {
    maskWords[mask &* maskWordCount &+ node >> 6] >> UInt64(node & 63) & 1 != 0
  }

  func wish(_ mask: Int, admits node: Int) -> Bool {
    wishWords[mask * maskWordCount + node >> 6] >> UInt64(node & 63) & 1 != 0
  }

  /// `namespace/name` of a pod.
  package func podTitle(_ pod: Int) -> String { "\(podNamespaces[pod])/\(podNames[pod])" }

  /// The budgets that cover a pod.
  func budgets(of pod: Int) -> ArraySlice<Int32> {
    budgetOffsets.isEmpty ? [] : budgetsOfPod[Int(budgetOffsets[pod])..<Int(budgetOffsets[pod + 1])]
  }

  /// Whether nothing but the plan's own moves keeps the node from being emptied.
  package func canEmpty(_ node: Int) -> Bool { isRemovable[node] && holdingPods[node] == 0 }

  /// The nodes of which a plan chooses which to pay for: those that it can empty, and may also fill.
  var choices: [Int] { (0..<nodeCount).filter { canEmpty($0) && nodeRefusals[$0] == .none } }

  /// The bill of an hour if the pods stood as in `nodeOfPod`: nodes that hold a pod, and nodes that nobody removes.
  package func bill(_ nodeOfPod: [Int32]) -> Int64 {
    var isHeld = holdingPods.map { $0 > 0 }
    for pod in 0..<podCount where isMovable(pod) { isHeld[Int(nodeOfPod[pod])] = true }
    var sum: Int64 = 0
    for node in 0..<nodeCount where isHeld[node] || !isRemovable[node] {
      sum = sum.addingSaturating(nodePrices[node])
    }
    return sum
  }
}
