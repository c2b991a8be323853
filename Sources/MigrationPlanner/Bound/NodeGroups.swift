/// Nodes that are alike (same price, size and admission), and which pods may use them.
///
/// The relaxation and the search look at groups first and at single nodes only inside of them. Pods of a kind whose home
/// their own mask does not admit may still stay there; they make a kind of their own here, a *cohort*.
struct NodeGroups {
  private struct Key: Hashable {
    var price: Int64
    var capacity: ResourceVector
    var isReceiving: Bool
    var admission: UInt64
    /// Which of the amounts that pods ask for still fit beside what cannot be moved, per extended resource.
    var levels: SIMD8<UInt16>
  }

  /// Pods that have the same demand and the same choice of groups.
  struct Cohort {
    var kind: Int32
    var count: Int64
    /// The group in which they are although their mask does not admit it; -1 for none.
    var homeGroup: Int32
  }

  private static let mostGroups = 256

  private(set) var count = 0
  private(set) var groupOfNode: [Int32] = []
  /// A node of each group.
  private(set) var examples: [Int32] = []
  private(set) var cohorts: [Cohort] = []
  /// Whether pods of a kind may go to some node of a group: `isAllowed[kind * count + group]`.
  private(set) var isAllowed: [Bool] = []

  init(_ problem: PlanningProblem) {
    groupNodes(problem)
    allow(problem)
    var numbers: [UInt64: Int] = [:]
    for pod in 0..<problem.podCount where problem.isMovable(pod) {
      let kind = problem.podKinds[pod]
      let node = Int(problem.podNodes[pod])
      let home = groupOfNode[node]
      let isGuest = !isAllowed[Int(kind) * count + Int(home)]
      let key = UInt64(UInt32(bitPattern: kind)) << 32 | UInt64(UInt32(bitPattern: isGuest ? home : -1))
      if let number = numbers[key] {
        cohorts[number].count += 1
      } else {
        numbers[key] = cohorts.count
        cohorts.append(Cohort(kind: kind, count: 1, homeGroup: isGuest ? home : -1))
      }
    }
  }

  private mutating func groupNodes(_ problem: PlanningProblem) {
    var admissions = [UInt64](repeating: 0, count: problem.nodeCount)
    for mask in 0..<problem.maskCount {
      var generator = SplitMix64(seed: UInt64(mask) &+ 1)
      let token = generator.next()
      for node in 0..<problem.nodeCount where problem.mask(mask, admits: node) { admissions[node] ^= token }
    }
    let levels = levels(problem)
    for (usesAdmission, usesLevels) in [(true, true), (true, false), (false, false)] {
      var numbers: [Key: Int32] = [:]
      groupOfNode.removeAll(keepingCapacity: true)
      examples.removeAll(keepingCapacity: true)
      for node in 0..<problem.nodeCount {
        let key = Key(
          price: problem.nodePrices[node], capacity: problem.capacities[node],
          isReceiving: problem.nodeRefusals[node] == .none, admission: usesAdmission ? admissions[node] : 0,
          levels: usesLevels ? levels[node] : .zero)
        let number = numbers[key] ?? Int32(numbers.count)
        if number == numbers.count {
          numbers[key] = number
          examples.append(Int32(node))
        }
        groupOfNode.append(number)
      }
      count = numbers.count
      if count <= Self.mostGroups { return }
    }
    if count <= Self.mostGroups * 4 { return }
    // Far too many different nodes: one group is as valid for a bound, and no worse for a search than none.
    groupOfNode = [Int32](repeating: 0, count: problem.nodeCount)
    examples = problem.nodeCount > 0 ? [0] : []
    count = examples.count
  }

  /// How many of the different amounts of each extended resource (a GPU, say) that movable pods ask for fit each node beside
  /// what cannot be moved. These amounts are few and large, so that room in pieces too small for a pod counts for nothing.
  private func levels(_ problem: PlanningProblem) -> [SIMD8<UInt16>] {
    var result = [SIMD8<UInt16>](repeating: .zero, count: problem.nodeCount)
    for resource in problem.resourceNames.indices.dropFirst(3) {
      let amounts = Set(problem.kindDemands.map { $0[resource] }).filter { $0 > 0 }
      for node in 0..<problem.nodeCount {
        let room = problem.capacities[node][resource] - problem.immovableUse[node][resource]
        result[node][resource] = UInt16(clamping: amounts.count { $0 <= room })
      }
    }
    return result
  }

  private mutating func allow(_ problem: PlanningProblem) {
    var groupsOfMask = [Bool](repeating: false, count: problem.maskCount * count)
    for mask in 0..<problem.maskCount {
      for node in 0..<problem.nodeCount where problem.mask(mask, admits: node) {
        groupsOfMask[mask * count + Int(groupOfNode[node])] = true
      }
    }
    var largest = [ResourceVector](repeating: .zero, count: count)
    for node in 0..<problem.nodeCount {
      let group = Int(groupOfNode[node])
      let room = problem.capacities[node] &- problem.immovableUse[node]
      largest[group] = largest[group].replacing(with: room, where: room .> largest[group])
    }
    isAllowed.reserveCapacity(problem.kindCount * count)
    for kind in 0..<problem.kindCount {
      for group in 0..<count {
        isAllowed.append(
          groupsOfMask[Int(problem.kindMasks[kind]) * count + group]
            && PlacementState.covers(largest[group], problem.kindDemands[kind]))
      }
    }
  }
}
