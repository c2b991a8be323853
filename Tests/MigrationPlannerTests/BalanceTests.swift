import ClusterModel
import PlanChecker
import TestSupport
import Testing

@testable import MigrationPlanner

/// What `balance` and `cost-and-balance` make small, and that they do.
struct BalanceTests {
  /// Nodes of 4 CPU and 16 GiB with as many pods of 1 CPU and 1 GiB as the numbers say.
  private static func cluster(_ pods: [Int], dollars: Double = 1) -> PlanningProblem.Builder {
    var builder = PlanningProblem.Builder()
    for (node, count) in pods.enumerated() {
      builder.nodes.append(PlannerTests.node("n\(node)", dollars: dollars))
      for index in 0..<count { builder.pods.append(PlannerTests.pod("p\(node)-\(index)", on: "n\(node)")) }
    }
    return builder
  }

  private static func options(_ objective: PlanningOptions.Objective, dollarsPerFullNode: Double? = nil)
    -> PlanningOptions
  {
    var options = PlanningOptions()
    options.objective = objective
    options.balanceWeight = dollarsPerFullNode.map { Int64($0 * 1e9) }
    return options
  }

  // MARK: The measure

  /// Pods of 1 CPU on a node of 4 CPU: u is 0, 0.25, 0.5, 0.75, 1 for CPU, and a sixteenth of the pods for memory.
  @Test(arguments: [(0, 0.0), (1, 0.0664), (2, 0.2656), (3, 0.5977), (4, 1.0625 + 0.8)])
  func aResourceCountsItsSquareAndMoreAboveTheThreshold(_ pods: Int, _ expected: Double) {
    let problem = Self.cluster([pods]).build()
    let imbalance = Imbalance(problem, threshold: 0.8)
    #expect(abs(imbalance.total(problem.podNodes) - expected / 1.8 / 2) < 1e-4)
  }

  @Test func aFullNodeCountsOneWhateverTheThreshold() {
    var builder = Self.cluster([4])
    builder.pods[0].pod.demand.requests.memoryBytes = 13 << 30
    let problem = builder.build()
    for threshold in [0, 0.5, 0.8, 1] {
      #expect(abs(Imbalance(problem, threshold: threshold).total(problem.podNodes) - 1) < 1e-9)
    }
  }

  @Test func nodesCountByTheirSizeSoThatEvenSharesAreLeastUneven() {
    var builder = Self.cluster([2, 4])
    builder.nodes[1].node.allocatable.milliCPU = 8000
    builder.nodes[1].node.allocatable.memoryBytes = 32 << 30
    let even = Imbalance(builder.build(), threshold: 0.8)
    let placement = even.problem.podNodes
    var other = placement
    for (pod, node) in [(0, 1), (2, 0)] as [(Int, Int32)] {
      other = placement
      other[pod] = node
      #expect(even.total(other) > even.total(placement))
    }
  }

  @Test func aNodeThatNobodyPaysForCountsNothing() {
    var builder = Self.cluster([0, 1])
    var daemon = PlannerTests.pod("d", on: "n0")
    daemon.ownerKind = "DaemonSet"
    builder.pods.append(daemon)
    let (one, two) = (builder.build(), Self.cluster([1]).build())
    let imbalance = Imbalance(one, threshold: 0.8).total(one.podNodes)
    #expect(imbalance == Imbalance(two, threshold: 0.8).total(two.podNodes))
    builder.nodes[0].isRemovedWhenEmpty = false
    let kept = builder.build()
    #expect(Imbalance(kept, threshold: 0.8).total(kept.podNodes) == 2 * imbalance)
  }

  @Test func theSummaryIsWhatPeopleWouldCount() throws {
    let problem = Self.cluster([4, 1, 1, 0]).build()
    let summary = BalanceSummary(Imbalance(problem, threshold: 0.8), problem.podNodes)
    #expect(summary.nodes == 3 && summary.nodesOverThreshold == 1)
    #expect(summary.hottest == BalanceSummary.HottestNode(node: 0, resource: 0, share: 1))
    let cpu = try #require(summary.spreads.first)
    #expect(cpu.mean == 0.5 && cpu.percentile10 == 0.25 && cpu.percentile90 == 1)
    #expect(abs(cpu.standardDeviation - 0.125.squareRoot()) < 1e-12)
    #expect(summary.spreads.map(\.resource) == [0, 1])
    let empty = PlanningProblem.Builder().build()
    let nothing = BalanceSummary(Imbalance(empty, threshold: 0.8), [])
    #expect(nothing.nodes == 0 && nothing.hottest == nil && nothing.spreads.isEmpty)
  }

  @Test func anOrderOfNodesIsWhatSortingGives() {
    var random = SplitMix64(seed: 3)
    var order = NodeOrder(nodeCount: 20)
    var keys: [Int: Double] = [:]
    for _ in 0..<2000 {
      let node = random.below(20)
      if random.below(4) == 0 {
        order.remove(node)
        keys[node] = nil
      } else {
        keys[node] = Double(random.below(8))
        order.update(node, keys[node] ?? 0)
      }
      let sorted = keys.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map { Int32($0.key) }
      #expect(order.nodes == sorted)
    }
  }

  // MARK: Objectives

  @Test(arguments: [([4, 0, 0], 0), ([4, 1, 1], 2), ([3, 1], 1), ([2, 1], 0), ([4, 4, 1], 2)])
  func balanceEvensOutOverNodesThatArePaidFor(_ pods: [Int], _ moves: Int) {
    let plan = PlannerTests.plan(Self.cluster(pods), Self.options(.balance))
    #expect(plan.moves.count == moves)
    #expect(plan.moves.allSatisfy { $0.reason == .relievesNode })
    #expect(plan.billAfter == plan.billBefore)
  }

  /// One node at 95 % of its CPU, another one at 60 %.
  @Test(arguments: [20, 50, 100])
  func aNodeIsRelievedToTheThresholdHoweverSmallItsPodsAre(_ cpu: Int64) {
    var builder = Self.cluster([0, 0])
    for (node, total) in [3800, 2400].enumerated() {
      builder.nodes[node].node.allocatable.pods = 500
      for index in 0..<(Int64(total) / cpu) {
        var pod = PlannerTests.pod("p\(node)-\(index)", on: "n\(node)", cpu: cpu)
        pod.pod.demand.requests.memoryBytes = 1 << 20
        builder.pods.append(pod)
      }
    }
    let imbalance = Imbalance(builder.build(), threshold: 0.8)
    let plan = PlannerTests.plan(builder, Self.options(.balance))
    #expect(BalanceSummary(imbalance, imbalance.problem.podNodes).nodesOverThreshold == 1)
    #expect(BalanceSummary(imbalance, plan.placement).nodesOverThreshold == 0)
  }

  /// Three nodes of a dollar, half full each, of which one can be emptied onto the two others, or onto one of them.
  @Test(arguments: [
    (0.0, 2, 1.0), (1.0, 2, 0.75), (3.0, 2, 0.75), (10.0, 3, 0.5), (1000.0, 3, 0.5),
  ])
  func aNodeStaysWhereClosingItCostsMoreBalanceThanItsPrice(_ weight: Double, _ nodes: Int, _ hottest: Double) {
    let problem = Self.cluster([2, 2, 2]).build()
    let plan = PlannerTests.plan(Self.cluster([2, 2, 2]), Self.options(.costAndBalance, dollarsPerFullNode: weight))
    let after = BalanceSummary(Imbalance(problem, threshold: 0.8), plan.placement)
    #expect(after.nodes == nodes)
    #expect(after.hottest?.share == hottest)
  }

  /// From emptying all that can be emptied to leaving every node open and even.
  @Test func moreWeightGivesNoMoreImbalanceAndNoSmallerBill() {
    let builder = Self.cluster([4, 1, 1, 1, 3, 2])
    let problem = builder.build()
    let imbalance = Imbalance(problem, threshold: 0.8)
    var before: (imbalance: Double, bill: Int64) = (.infinity, 0)
    var bills: Set<Int64> = []
    for weight in [0, 0.1, 0.3, 1, 2, 3, 5, 10, 30, 100, 1000] {
      let plan = PlannerTests.plan(builder, Self.options(.costAndBalance, dollarsPerFullNode: weight))
      let own = imbalance.total(plan.placement)
      #expect(own <= before.imbalance + 1e-9, "weight \(weight)")
      #expect(plan.billAfter >= before.bill, "weight \(weight)")
      before = (own, plan.billAfter)
      bills.insert(plan.billAfter)
    }
    let cost = PlannerTests.plan(builder, Self.options(.cost))
    let balance = PlannerTests.plan(builder, Self.options(.balance))
    #expect(bills.count >= 3 && bills.min() == cost.billAfter && bills.max() == balance.billAfter)
    #expect(abs(before.imbalance - imbalance.total(balance.placement)) < 1e-9)
  }

  @Test func weightZeroIsCostAndNoWeightIsTheMeanPrice() {
    let builder = Self.cluster([4, 1, 1, 1, 3, 2])
    let zero = PlannerTests.plan(builder, Self.options(.costAndBalance, dollarsPerFullNode: 0))
    #expect(zero == PlannerTests.plan(builder, Self.options(.cost)))
    let problem = builder.build()
    #expect(CombinedCost(problem, Self.options(.costAndBalance)).nanodollarsPerFullNode == 1_000_000_000)
  }

  /// Pod `a` empties n0 and goes to n1, which pod `b` leaves for n2: n1 gets fuller, or less full.
  @Test(arguments: [(1000, Plan.MoveReason.makesRoom), (2500, .relievesNode)] as [(Int64, Plan.MoveReason)])
  func aMoveRelievesOnlyANodeThatIsLessFullInTheEnd(_ cpu: Int64, _ reason: Plan.MoveReason) {
    var builder = Self.cluster([0, 0, 0])
    builder.pods = [PlannerTests.pod("a", on: "n0", cpu: 2000), PlannerTests.pod("b", on: "n1", cpu: cpu)]
    let problem = builder.build()
    let assembly = PlanAssembly(
      problem: problem, bound: Planner.lowerBound(problem), imbalance: Imbalance(problem, threshold: 0.8))
    var sequencer = Sequencer(problem, goal: [1, 2], limits: PlanningOptions.Limits())
    sequencer.run { false }
    let moves = assembly.plan(sequencer, searchSteps: 0).moves
    #expect(moves.first { $0.pod == 0 }?.reason == .emptiesNode)
    #expect(moves.first { $0.pod == 1 }?.reason == reason)
  }

  /// The claim of docs/planner.md: never worse than nothing and than what the other objectives give, for the same input,
  /// limits and time (here: how often the search may go on).
  @Test(arguments: 0..<10)
  func aCompromiseIsNoWorseThanWhatItIsBetween(_ block: UInt64) {
    for seed in block * 30..<(block + 1) * 30 {
      var generator = ClusterGenerator(seed: seed)
      let builder = generator.builder()
      let problem = builder.build()
      var options = PlanPropertyTests.options(seed)
      options.maximumSteps = 50
      var random = SeededGenerator(seed: seed)
      options.balanceWeight = Int64.random(in: 1...2000, using: &random) * 5_000_000
      let most = Int.random(in: 0...40, using: &random)
      func plan(_ objective: PlanningOptions.Objective) -> Plan {
        options.objective = objective
        var asked = 0
        return Planner.plan(problem, options) { _ in
          asked += 1
          return asked > most
        }
      }
      let compromise = plan(.costAndBalance)
      let complaints = PlanChecker(builder).complaints(compromise, problem, options)
      #expect(complaints.isEmpty, "seed \(seed): \(complaints.prefix(3))")
      let cost = CombinedCost(problem, options)
      let own = cost.nanodollars(compromise)
      let bill = problem.bill(problem.podNodes)
      let nothing = Double(bill) * options.horizonHours + cost.worth * cost.imbalance.total(problem.podNodes)
      #expect(own <= nothing, "seed \(seed): nothing")
      for objective in [PlanningOptions.Objective.cost, .balance, .costThenBalance] {
        #expect(own <= cost.nanodollars(plan(objective)), "seed \(seed): \(objective)")
      }
    }
  }
}
