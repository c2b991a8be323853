import ClusterModel
import PlanChecker
import Testing

@testable import MigrationPlanner

/// Single rules on clusters small enough to be checked by eye.
struct PlannerTests {
  static func node(
    _ name: String, cpu: Int64 = 4000, dollars: Double = 1, labels: [(key: String, value: String)] = [],
    taints: [Taint] = [], isRemovedWhenEmpty: Bool = true
  ) -> PlannerNode {
    let all =
      labels + [(key: WellKnownName.checkpointNodeLabel, value: "true"), (key: "kubernetes.io/hostname", value: name)]
    return PlannerNode(
      Node(
        name: name, labels: Labels(all), taints: taints,
        allocatable: ResourceAmounts(milliCPU: cpu, memoryBytes: 16 << 30, pods: 20)),
      nanodollarsPerHour: Int64(dollars * 1e9), isRemovedWhenEmpty: isRemovedWhenEmpty)
  }

  static func pod(_ name: String, on node: String, cpu: Int64 = 1000, owner: String = "app") -> PlannerPod {
    var pod = PlannerPod(
      Pod(
        namespace: "default", name: name, uid: name, nodeName: node, phase: .running, liveMigrationValue: "true",
        controllerUID: owner, demand: PodDemand(requests: ResourceAmounts(milliCPU: cpu, memoryBytes: 1 << 30))))
    pod.ownerKind = "ReplicaSet"
    pod.labels = ["app": owner]
    return pod
  }

  static func plan(_ builder: PlanningProblem.Builder, _ options: PlanningOptions = PlanningOptions()) -> Plan {
    var options = options
    options.maximumSteps = options.maximumSteps ?? 50
    let problem = builder.build()
    let plan = Planner.plan(problem, options) { _ in false }
    #expect(PlanChecker(builder).complaints(plan, problem, options) == [])
    return plan
  }

  private static func twoNodes() -> PlanningProblem.Builder {
    var builder = PlanningProblem.Builder()
    builder.nodes = [node("cheap", dollars: 0.2), node("dear", dollars: 1)]
    builder.pods = [pod("a", on: "cheap"), pod("b", on: "dear")]
    return builder
  }

  @Test func emptiesTheDearerNode() {
    let plan = Self.plan(Self.twoNodes())
    #expect(plan.billBefore == 1_200_000_000)
    #expect(plan.billAfter == 200_000_000)
    #expect(plan.drains.map(\.node) == [1])
    #expect(plan.moves.map(\.reason) == [.emptiesNode])
    #expect(plan.moves.map(\.savingNanodollarsPerHour) == [1_000_000_000])
  }

  @Test func aSecondPlanIsEmpty() {
    var builder = Self.twoNodes()
    builder.pods[1].pod.nodeName = "cheap"
    #expect(Self.plan(builder).moves.isEmpty)
  }

  /// What keeps pod `b` on the dear node, and what the plan says about it.
  @Test(arguments: [
    ("optedOut", ImmovableReason.optedOut), ("daemon", .daemon), ("bare", .noController),
    ("local", .localStorage), ("ports", .hostPorts), ("safe", .notSafeToEvict), ("disrupt", .doNotDisrupt),
    ("cooling", .coolingDown), ("host", .hostNamespaces), ("budget", .disruptionBudgetEmpty),
    ("selector", .noOtherNodeAllowed), ("terminating", .terminating), ("once", .singleNodeVolume),
    ("unknown", .unknownVolume),
  ])
  func immovablePodsStay(_ name: String, _ reason: ImmovableReason) {
    var builder = Self.twoNodes()
    switch name {
    case "optedOut": builder.pods[1].pod.liveMigrationValue = "false"
    case "daemon": builder.pods[1].ownerKind = "DaemonSet"
    case "bare": builder.pods[1].ownerKind = ""
    case "local": builder.pods[1].volumes = [PodVolume(isLocalToNode: true)]
    case "once": builder.pods[1].volumes = [PodVolume(isSingleNode: true)]
    case "unknown": builder.pods[1].volumes = [PodVolume(isUnknown: true)]
    case "ports": builder.pods[1].hostPorts = [HostPort(80)]
    case "safe": builder.pods[1].safeToEvict = false
    case "disrupt": builder.pods[1].doNotDisrupt = true
    case "cooling": builder.pods[1].isCoolingDown = true
    case "host": builder.pods[1].usesHostNamespaces = true
    case "selector": builder.pods[1].nodeSelector = ["kubernetes.io/hostname": "dear"]
    case "terminating": builder.pods[1].pod.isTerminating = true
    default:
      builder.budgets = [
        DisruptionBudget(
          namespace: "default", name: "b", selector: LabelSelector(matching: ["app": "app"]), disruptionsAllowed: 0)
      ]
    }
    let problem = builder.build()
    #expect(problem.immovableReasons[1] == reason)
    let plan = Self.plan(builder)
    #expect(plan.moves.isEmpty || name != "daemon")
    if name != "daemon" {
      #expect(PlanExplanation(problem, plan).reasonForKeeping(1) == .holdsImmovablePod(1, reason))
    }
  }

  @Test func aNodeThatNobodyRemovesIsPaidAnyway() {
    var builder = Self.twoNodes()
    builder.nodes[1].isRemovedWhenEmpty = false
    let plan = Self.plan(builder)
    #expect(plan.billAfter == 1_000_000_000, "the cheap node can be emptied onto the one that stays")
    #expect(plan.lowerBound.nanodollarsPerHour <= 1_000_000_000)
  }

  @Test func movesMustBeWorthTheirCost() {
    var builder = Self.twoNodes()
    builder.moveCost.nanodollarsPerMove = 100_000_000_000
    #expect(Self.plan(builder).moves.isEmpty)
  }

  @Test func cyclesAreBrokenThroughASpareNode() {
    var builder = PlanningProblem.Builder()
    builder.nodes = [Self.node("a"), Self.node("b"), Self.node("spare")]
    builder.pods = [Self.pod("x", on: "a", cpu: 4000), Self.pod("y", on: "b", cpu: 4000)]
    let problem = builder.build()
    var sequencer = Sequencer(problem, goal: [1, 0], limits: PlanningOptions.Limits())
    sequencer.run { false }
    #expect(sequencer.location == [1, 0])
    #expect(sequencer.steps.map(\.isTemporary) == [true, false, false])
    #expect(sequencer.dropped.isEmpty)
  }

  /// Six pods on each of two nodes; either could take all of them, if so many may leave.
  @Test(arguments: [(6, 1, 6), (5, 0, 0)])
  func aNodeIsEmptiedOnlyWhereAllItsPodsMayLeave(_ limit: Int, _ drains: Int, _ moves: Int) {
    var builder = PlanningProblem.Builder()
    builder.nodes = [Self.node("a"), Self.node("b", dollars: 2)]
    builder.pods = (0..<12).map { Self.pod("p\($0)", on: $0 < 6 ? "a" : "b", cpu: 300) }
    var options = PlanningOptions()
    options.limits.movesPerNode = limit
    let plan = Self.plan(builder, options)
    #expect(plan.drains.count == drains)
    #expect(plan.moves.count == moves)
    let reason = PlanExplanation(builder.build(), plan, options).reasonForKeeping(1)
    #expect(reason == (drains == 1 ? nil : .holdsTooManyPods(6, limit: 5)))
  }

  @Test func theCheckerCountsWhatLeavesANode() {
    let builder = Self.twoNodes()
    let plan = Self.plan(builder)
    var options = PlanningOptions()
    options.limits.movesPerNode = 0
    let complaints = PlanChecker(builder).complaints(plan, builder.build(), options)
    #expect(complaints == ["1 moves leave dear, not 0"])
  }

  /// x and y want each other's places and could step aside to `spare`, which z leaves for a node too small for them.
  @Test(arguments: [(nil, 4, 0), (1, 1, 2)] as [(Int?, Int, Int)])
  func aPodStepsAsideOnlyWhereOneMayStillLeave(_ limit: Int?, _ steps: Int, _ dropped: Int) {
    var builder = PlanningProblem.Builder()
    builder.nodes = ["a", "b", "spare"].map { Self.node($0) } + [Self.node("small", cpu: 1000)]
    builder.pods = [
      Self.pod("x", on: "a", cpu: 4000), Self.pod("y", on: "b", cpu: 4000), Self.pod("z", on: "spare", cpu: 1000),
    ]
    var limits = PlanningOptions.Limits()
    limits.movesPerNode = limit
    var sequencer = Sequencer(builder.build(), goal: [1, 0, 3], limits: limits)
    sequencer.run { false }
    #expect(sequencer.steps.count == steps)
    #expect(sequencer.dropped.count == dropped)
  }

  @Test func anOrderLeavesOutWhatTooManyWouldLeave() {
    var builder = PlanningProblem.Builder()
    builder.nodes = [Self.node("a"), Self.node("b")]
    builder.pods = (0..<4).map { Self.pod("p\($0)", on: "a", cpu: 500) }
    var limits = PlanningOptions.Limits()
    limits.movesPerNode = 3
    var sequencer = Sequencer(builder.build(), goal: [1, 1, 1, 1], limits: limits)
    sequencer.run { false }
    #expect(sequencer.steps.count == 3 && sequencer.dropped == [0])
  }

  @Test func cyclesWithoutASpareNodeAreLeftOut() {
    var builder = PlanningProblem.Builder()
    builder.nodes = [Self.node("a"), Self.node("b")]
    builder.pods = [Self.pod("x", on: "a", cpu: 4000), Self.pod("y", on: "b", cpu: 4000)]
    var sequencer = Sequencer(builder.build(), goal: [1, 0], limits: PlanningOptions.Limits())
    sequencer.run { false }
    #expect(sequencer.steps.isEmpty)
    #expect(sequencer.dropped.sorted() == [0, 1])
  }

  @Test func balanceRelievesAFullNode() {
    var builder = PlanningProblem.Builder()
    builder.nodes = [Self.node("full"), Self.node("idle")]
    builder.pods = (0..<4).map { Self.pod("p\($0)", on: "full") } + [Self.pod("q", on: "idle", cpu: 100)]
    var options = PlanningOptions()
    options.objective = .balance
    let plan = Self.plan(builder, options)
    #expect(plan.moves.count == 2)
    #expect(plan.moves.allSatisfy { $0.reason == .relievesNode && $0.target == 1 })
  }

  @Test func samePlanForSameSeedAndStopsWhenTold() {
    var generator = ClusterGenerator(seed: 5)
    let problem = generator.builder().build()
    var options = PlanningOptions()
    options.maximumSteps = 30
    #expect(Planner.plan(problem, options) { _ in false } == Planner.plan(problem, options) { _ in false })
    var asked = 0
    let plan = Planner.plan(problem) { progress in
      asked += 1
      #expect(progress.bestBill >= progress.lowerBound)
      return true
    }
    #expect(asked < 10)
    #expect(plan.billAfter <= plan.billBefore)
  }

  /// Pod x wants the place of y, which may not leave: it goes to the tightest node, or to the emptiest for even use.
  @Test(arguments: [(false, "half"), (true, "idle")])
  func aPodThatCannotReachItsGoalGoesElsewhere(_ isEven: Bool, _ node: String) {
    var builder = PlanningProblem.Builder()
    builder.nodes = ["a", "b", "half", "idle"].map { Self.node($0) }
    builder.pods = [
      Self.pod("x", on: "a", cpu: 1000), Self.pod("y", on: "b", cpu: 4000), Self.pod("h", on: "half", cpu: 2000),
      Self.pod("i", on: "idle", cpu: 100),
    ]
    let problem = builder.build()
    var sequencer = Sequencer(
      problem, goal: [1, 1, 2, 3], limits: PlanningOptions.Limits(),
      imbalance: isEven ? Imbalance(problem, threshold: 0.8) : nil)
    sequencer.run { false }
    #expect(sequencer.steps.map { problem.nodeNames[Int($0.target)] } == [node])
  }

  @Test func podsOfUnknownNodesAreNamed() {
    var builder = Self.twoNodes()
    builder.pods[0].pod.nodeName = "gone"
    #expect(builder.build().omissions.first?.contains("default/a") == true)
  }
}
