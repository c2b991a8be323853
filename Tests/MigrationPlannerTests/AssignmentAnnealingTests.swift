import ClusterModel
import TestSupport
import Testing

@testable import MigrationPlanner

/// Annealing where placing pods one by one does not do.
struct AssignmentAnnealingTests {
  /// A packing as the search has it before its first step.
  static func packing(_ problem: PlanningProblem) -> Packing {
    var relaxation = Relaxation(problem)
    relaxation.refine()
    return Packing(PlacementState(problem), guide: relaxation.guide(), options: PlanningOptions())
  }

  /// Pods that fill four nodes to the last milli-CPU in few ways, spread over six.
  private static func tightFleet(seed: UInt64) -> PlanningProblem.Builder {
    var random = SplitMix64(seed: seed)
    var builder = PlanningProblem.Builder()
    for index in 0..<6 { builder.nodes.append(PlannerTests.node("n\(index)", cpu: 4000)) }
    var used = [Int64](repeating: 0, count: 6)
    for _ in 0..<4 {
      var left: Int64 = 4000
      while left > 0 {
        let cpu = left < 1500 ? left : Int64(320 + 20 * random.below(40))
        left -= cpu
        let index = builder.pods.count
        let node = used.indices.min { (used[$0], $0) < (used[$1], $1) } ?? 0
        used[node] += cpu
        builder.pods.append(PlannerTests.pod("p\(index)", on: "n\(node)", cpu: cpu, owner: "w\(index)"))
      }
    }
    return builder
  }

  @Test(arguments: 0..<10)
  func fillsNodesToTheLastThousandth(seed: UInt64) throws {
    let problem = Self.tightFleet(seed: seed).build()
    var packing = Self.packing(problem)
    packing.flip(4)
    packing.flip(5)
    var annealing = try #require(AssignmentAnnealing(packing, open: packing.openNodes, closed: [4, 5]))
    var random = SplitMix64(seed: seed)
    let fits = (0..<8).contains { _ in annealing.run(.fit, rounds: 1 << 10, random: &random) { true } }
    try #require(fits)
    annealing.apply(to: &packing)
    for node in 0..<4 { #expect(packing.state.used[node][0] == problem.capacities[node][0]) }
    #expect(packing.state.bill == 4_000_000_000)
    packing.rollBack()
    #expect(packing.state.nodeOfPod == problem.podNodes, "what it did can be taken back")
  }

  @Test func movesNobodyWhereEverybodyFitsAtHome() throws {
    let problem = Self.tightFleet(seed: 1).build()
    var packing = Self.packing(problem)
    var random = SplitMix64(seed: 1)
    for pod in 0..<problem.podCount where random.below(2) == 0 {
      let node = random.below(6)
      if packing.state.hasRoom(node, problem.kindDemands[Int(problem.podKinds[pod])]) { packing.move(pod, to: node) }
    }
    packing.commit()
    var annealing = try #require(AssignmentAnnealing(packing, open: packing.openNodes, closed: []))
    let fits = annealing.run(.fewMoves(moveWeight: 0.1), rounds: 1 << 9, random: &random) { true }
    #expect(fits)
    annealing.apply(to: &packing)
    #expect(packing.state.movedPods == 0)
  }

  /// Whatever is asked of it, pods go only where they may, and nodes that fitted still do.
  @Test(arguments: 0..<8)
  func keepsWhatAPackingMustKeep(_ block: UInt64) {
    var runs = 0
    for seed in block * 25..<(block + 1) * 25 {
      var generator = ClusterGenerator(seed: seed)
      let problem = generator.builder().build()
      var packing = Self.packing(problem)
      var random = SplitMix64(seed: seed)
      let closed = problem.choices.filter { packing.isOpen[$0] }.prefix(1)
      for node in closed { packing.flip(node) }
      guard var annealing = AssignmentAnnealing(packing, open: packing.openNodes, closed: Array(closed)) else {
        continue
      }
      _ = annealing.run(.fit, rounds: 16, random: &random) { true }
      _ = annealing.run(.fewMoves(moveWeight: 0.1), rounds: 8, random: &random) { true }
      if annealing.best.isEmpty { continue }
      runs += 1
      let before = packing.state
      annealing.apply(to: &packing)
      for pod in 0..<problem.podCount where packing.state.nodeOfPod[pod] != before.nodeOfPod[pod] {
        let (kind, node) = (Int(problem.podKinds[pod]), Int(packing.state.nodeOfPod[pod]))
        #expect(problem.isMovable(pod) && packing.isOpen[node], "seed \(seed)")
        #expect(problem.topology.isFree(Int(problem.kindProfiles[kind])), "seed \(seed)")
        #expect(node == problem.podNodes[pod] || problem.mask(Int(problem.kindMasks[kind]), admits: node))
      }
      for node in 0..<problem.nodeCount where packing.state.used[node] != before.used[node] {
        #expect(PlacementState.isCovered(problem.capacities[node] &- packing.state.used[node]), "seed \(seed)")
      }
    }
    #expect(runs > 5)
  }

  @Test func stopsWhenTold() throws {
    let problem = Self.tightFleet(seed: 2).build()
    var packing = Self.packing(problem)
    packing.flip(4)
    packing.flip(5)
    var annealing = try #require(AssignmentAnnealing(packing, open: packing.openNodes, closed: [4, 5]))
    var random = SplitMix64(seed: 2)
    var asked = 0
    _ = annealing.run(.fit, rounds: 1 << 16, random: &random) {
      asked += 1
      return asked < 3
    }
    #expect(asked <= 3)
  }

  @Test func seesAtOnceWhereThereIsNoRoom() {
    var packing = Self.packing(Self.tightFleet(seed: 3).build())
    for node in 3..<6 { packing.flip(node) }
    #expect(AssignmentAnnealing(packing, open: packing.openNodes, closed: [3, 4, 5]) == nil)
  }

  @Test func leavesFleetsThatAreTooLargeAlone() {
    var builder = PlanningProblem.Builder()
    for index in 0...AssignmentAnnealing.mostNodes { builder.nodes.append(PlannerTests.node("n\(index)")) }
    for index in 0...AssignmentAnnealing.mostNodes {
      builder.pods.append(PlannerTests.pod("p\(index)", on: "n\(index)"))
    }
    let packing = Self.packing(builder.build())
    #expect(AssignmentAnnealing(packing, open: packing.openNodes, closed: []) == nil)
  }
}
