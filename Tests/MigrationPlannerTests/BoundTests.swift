import ClusterModel
import TestSupport
import Testing

@testable import MigrationPlanner

/// The bound against all placements of small clusters, and the proof against its own multipliers.
struct BoundTests {
  /// A cluster without rules between pods, so that trying all placements is a fair comparison.
  private static func cluster(_ seed: UInt64) -> PlanningProblem.Builder {
    var random = SeededGenerator(seed: seed)
    func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    var builder = PlanningProblem.Builder()
    builder.moveCost.nanodollarsPerMove = 0
    builder.moveCost.nanodollarsPerDowntimeSecond = 0
    let nodes = 2 + below(3)
    for index in 0..<nodes {
      builder.nodes.append(
        PlannerTests.node(
          "n\(index)", cpu: Int64(2 + below(4)) * 1000, dollars: Double(1 + below(9)),
          labels: [("pool", "\(below(2))")],
          isRemovedWhenEmpty: below(6) > 0))
    }
    var room = builder.nodes.map(\.node.allocatable.milliCPU)
    for index in 0..<below(7) {
      let node = below(nodes)
      let cpu = Int64(1 + below(4)) * 400
      if room[node] < cpu { continue }
      room[node] -= cpu
      var pod = PlannerTests.pod("p\(index)", on: "n\(node)", cpu: cpu)
      if below(5) == 0 { pod.nodeSelector = ["pool": builder.nodes[node].node.labels["pool"] ?? ""] }
      if below(8) == 0 { pod.doNotDisrupt = true }
      builder.pods.append(pod)
    }
    return builder
  }

  /// The least bill over all placements.
  private static func leastBill(_ problem: PlanningProblem) -> Int64 {
    let movable = (0..<problem.podCount).filter { problem.isMovable($0) }
    var placement = problem.podNodes
    var best = problem.bill(placement)
    func fits() -> Bool {
      var used = problem.immovableUse
      for pod in movable { used[Int(placement[pod])] &+= problem.kindDemands[Int(problem.podKinds[pod])] }
      return (0..<problem.nodeCount).allSatisfy { PlacementState.covers(problem.capacities[$0], used[$0]) }
    }
    func place(_ position: Int) {
      if position == movable.count {
        if fits() { best = min(best, problem.bill(placement)) }
        return
      }
      let pod = movable[position]
      for node in 0..<problem.nodeCount
      where problem.mask(Int(problem.kindMasks[Int(problem.podKinds[pod])]), admits: node)
        || Int(problem.podNodes[pod]) == node
      {
        placement[pod] = Int32(node)
        place(position + 1)
      }
      placement[pod] = problem.podNodes[pod]
    }
    place(0)
    return best
  }

  @Test(arguments: 0..<10)
  func noPlacementIsCheaperThanTheBound(_ block: UInt64) {
    var reached = 0
    for seed in block * 15..<(block + 1) * 15 {
      let builder = Self.cluster(seed)
      let problem = builder.build()
      let least = Self.leastBill(problem)
      var options = PlanningOptions()
      options.maximumSteps = 150
      options.leastSavingPercent = 0
      let plan = Planner.plan(problem, options) { _ in false }
      #expect(plan.lowerBound.nanodollarsPerHour <= least, "seed \(seed)")
      #expect(plan.billAfter >= least, "seed \(seed)")
      if plan.billAfter == least { reached += 1 }
    }
    #expect(reached >= 14, "the optimum is found nearly always")
  }

  @Test func theProofCanBeComputedAgain() {
    let problem = Self.cluster(3).build()
    let bound = Planner.lowerBound(problem)
    for multiplier in bound.multipliers {
      #expect(multiplier.nanodollarsPerUnit > 0)
      #expect(problem.resourceNames.contains(multiplier.resource))
      #expect(problem.nodeNames.contains(multiplier.nodesLike))
    }
  }
}

/// The incremental state against one that is made anew.
struct PlacementStateTests {
  @Test(arguments: 0..<8)
  func movesKeepEverythingThatIsDerived(_ block: UInt64) {
    for seed in block * 20..<(block + 1) * 20 {
      var generator = ClusterGenerator(seed: seed)
      let problem = generator.builder().build()
      var state = PlacementState(problem)
      var random = SplitMix64(seed: seed)
      let movable = (0..<problem.podCount).filter { problem.isMovable($0) }
      if movable.isEmpty { continue }
      for _ in 0..<40 {
        state.move(movable[random.below(movable.count)], to: random.below(problem.nodeCount))
      }
      #expect(state.bill == problem.bill(state.nodeOfPod))
      #expect(state.movedPods == movable.count { state.nodeOfPod[$0] != problem.podNodes[$0] })
      for pod in movable { state.move(pod, to: Int(problem.podNodes[pod])) }
      let fresh = PlacementState(problem)
      #expect(state.used == fresh.used)
      #expect(state.room == fresh.room)
      #expect(state.moveCost == 0)
      #expect(state.movedOffNode.allSatisfy { $0 == 0 } && state.movedOfWorkload.allSatisfy { $0 == 0 })
      #expect(state.topology.totals == fresh.topology.totals)
      for spread in fresh.topology.extremes.indices {
        #expect(state.topology.extremes[spread].least == fresh.topology.extremes[spread].least)
        #expect(state.topology.extremes[spread].greatest == fresh.topology.extremes[spread].greatest)
      }
    }
  }

  @Test func sparseCountsAreADictionary() {
    var counts = SparseCounts()
    var model: [Int: Int32] = [:]
    var random = SplitMix64(seed: 1)
    for _ in 0..<5000 {
      let tally = Int32(random.below(20))
      let domain = Int32(random.below(300))
      let key = Int(tally) * 1000 + Int(domain)
      let delta: Int32 = model[key, default: 0] > 0 && random.below(2) == 0 ? -1 : 1
      #expect(counts.add(delta, tally, domain) == model[key, default: 0])
      model[key, default: 0] += delta
    }
    for tally in 0..<Int32(20) {
      for domain in 0..<Int32(300) {
        #expect(counts.count(tally, domain) == model[Int(tally) * 1000 + Int(domain), default: 0])
      }
    }
  }
}
