package import ClusterModel

extension PlanningProblem {
  /// Share of each resource of a node that plans leave free, between 0 and 1.
  package struct Headroom: Hashable, Sendable {
    package var cpu = 0.0
    package var memory = 0.0
    /// By resource name, for everything else.
    package var others: [String: Double] = [:]

    package init() {}

    func share(of resource: String) -> Double {
      let share =
        switch resource {
        case "cpu": cpu
        case "memory": memory
        default: others[resource] ?? 0
        }
      return min(max(share, 0), 1)
    }
  }

  /// What a migration costs, so that it can be weighed against what it saves.
  package struct MoveCostModel: Hashable, Sendable {
    /// What a checkpoint travels at.
    package var bytesPerSecond: Int64 = 500_000_000
    /// Downtime that does not depend on the pod's size.
    package var fixedDowntimeSeconds = 1.0
    /// Cost of a second in which a pod of weight 1 stands still.
    package var nanodollarsPerDowntimeSecond: Int64 = 10_000
    /// Cost of any move: work, risk. As much as copying fifty gigabytes, so that few moves come first and small ones second.
    package var nanodollarsPerMove: Int64 = 1_000_000

    package init() {}

    /// Expected standstill while `bytes` are copied.
    package func downtimeSeconds(copying bytes: Int64) -> Double {
      fixedDowntimeSeconds + Double(max(bytes, 0)) / Double(max(bytesPerSecond, 1))
    }

    func nanodollars(copying bytes: Int64, weight: Double) -> Int64 {
      let downtime = downtimeSeconds(copying: bytes) * Double(nanodollarsPerDowntimeSecond) * max(weight, 0)
      return nanodollarsPerMove.addingSaturating(Int64(min(downtime, 1e17)))
    }
  }

  /// Compiles model values to a problem.
  ///
  /// The order of nodes and pods is kept and is part of the input: equal input in equal order gives equal plans.
  package struct Builder: Sendable {
    package var nodes: [PlannerNode] = []
    /// Bound pods that have not run to their end; others are left out and named in `omissions`.
    package var pods: [PlannerPod] = []
    package var budgets: [DisruptionBudget] = []
    /// Labels of namespaces, which namespace selectors of affinity terms read.
    package var namespaceLabels: [String: Labels] = [:]
    package var policy = MovabilityPolicy()
    package var headroom = Headroom()
    package var moveCost = MoveCostModel()

    package init() {}

    /// Makes the problem. Never fails: what cannot be used is left out and named in `omissions`.
    package func build() -> PlanningProblem {
      var compilation = Compilation(self)
      compilation.addNodes()
      compilation.selectPods()
      compilation.choosePodReasons()
      compilation.chooseResources()
      compilation.addCapacities()
      compilation.addPods()
      compilation.addTopology()
      compilation.addBudgets()
      compilation.settle()
      return compilation.problem
    }
  }
}

/// The steps from model values to a problem; each fills some columns.
struct Compilation {
  let input: PlanningProblem.Builder
  var problem = PlanningProblem()
  /// The pods that take part, and their nodes.
  var members: [Int32] = []
  var memberNodes: [Int32] = []
  var reasons: [ImmovableReason?] = []
  var masks = MaskTable()
  /// What the pods' rules are compiled from.
  var profileInput: ProfileTable?

  init(_ input: PlanningProblem.Builder) {
    self.input = input
  }

  mutating func addNodes() {
    for planned in input.nodes {
      let node = planned.node
      problem.nodeNames.append(node.name)
      problem.nodeUIDs.append(node.uid)
      problem.nodePrices.append(max(planned.nanodollarsPerHour, 0))
      problem.isRemovable.append(planned.isRemovedWhenEmpty)
      let refusal: NodeRefusal =
        if !node.isCheckpointCapable {
          .notCheckpointCapable
        } else if node.isUnschedulable {
          .unschedulable
        } else if !node.isReady {
          .notReady
        } else {
          .none
        }
      problem.nodeRefusals.append(refusal)
    }
  }

  mutating func selectPods() {
    var indexOfNode: [String: Int32] = [:]
    for (index, planned) in input.nodes.enumerated() { indexOfNode[planned.node.name] = Int32(index) }
    members.reserveCapacity(input.pods.count)
    memberNodes.reserveCapacity(input.pods.count)
    for (index, planned) in input.pods.enumerated() {
      let pod = planned.pod
      if !pod.occupiesNode { continue }
      guard let node = indexOfNode[pod.nodeName] else {
        problem.omissions.append(
          "pod \(pod.namespace)/\(pod.name): its node \(pod.nodeName) is not among the nodes; add the node to the input"
        )
        continue
      }
      members.append(Int32(index))
      memberNodes.append(node)
    }
  }

  mutating func choosePodReasons() {
    reasons.reserveCapacity(members.count)
    for (position, member) in members.enumerated() {
      var reason = input.policy.immovableReason(of: input.pods[Int(member)])
      let node = Int(memberNodes[position])
      if reason == nil && problem.nodeRefusals[node] == .notCheckpointCapable { reason = .nodeNotCheckpointCapable }
      reasons.append(reason)
    }
  }

  /// Picks the resources that movable pods ask for: no other can stop a move.
  mutating func chooseResources() {
    problem.resourceNames = ["cpu", "memory", "pods"]
    var wanted: Set<String> = []
    var usesStorage = false
    for (position, member) in members.enumerated() where reasons[position] == nil {
      let planned = input.pods[Int(member)]
      if planned.pod.demand.requests.ephemeralStorageBytes > 0 { usesStorage = true }
      for amount in planned.pod.demand.requests.extended where amount.count > 0 { wanted.insert(amount.name) }
      for volume in planned.volumes where !volume.attachDriver.isEmpty {
        wanted.insert(ResourceReader.attachPrefix + volume.attachDriver)
      }
    }
    if usesStorage { problem.resourceNames.append("ephemeral-storage") }
    problem.resourceNames.append(contentsOf: wanted.sorted())
    guard problem.resourceNames.count > ResourceVector.scalarCount else { return }
    let dropped = Set(problem.resourceNames[ResourceVector.scalarCount...])
    problem.resourceNames.removeLast(problem.resourceNames.count - ResourceVector.scalarCount)
    for (position, member) in members.enumerated() where reasons[position] == nil {
      let planned = input.pods[Int(member)]
      let asks =
        planned.pod.demand.requests.extended.contains { $0.count > 0 && dropped.contains($0.name) }
        || planned.volumes.contains { dropped.contains(ResourceReader.attachPrefix + $0.attachDriver) }
      if asks { reasons[position] = .tooManyResources }
    }
  }

  /// Decides the units, and what each node has.
  mutating func addCapacities() {
    let reader = ResourceReader(problem.resourceNames)
    var scale = UnitScale(resources: problem.resourceNames.count)
    var allocatable: [[Int64]] = []
    allocatable.reserveCapacity(input.nodes.count)
    for planned in input.nodes {
      var amounts = reader.amounts(of: planned)
      for (resource, name) in problem.resourceNames.enumerated() {
        let share = input.headroom.share(of: name)
        if share > 0 { amounts[resource] -= Int64((Double(amounts[resource]) * share).rounded(.up)) }
      }
      scale.notice(capacity: amounts)
      allocatable.append(amounts)
    }
    // A node may hold more than it has; sums have to fit the vectors all the same.
    var sums = [[Int64]](
      repeating: [Int64](repeating: 0, count: problem.resourceNames.count), count: input.nodes.count)
    for (position, member) in members.enumerated() {
      let node = Int(memberNodes[position])
      reader.forEachAmount(of: input.pods[Int(member)]) { resource, amount in
        scale.notice(demand: amount, resource)
        sums[node][resource] = sums[node][resource].addingSaturating(max(amount, 0))
      }
    }
    for amounts in sums { scale.notice(capacity: amounts) }
    problem.resourceUnits = scale.units()
    for amounts in allocatable {
      var vector = ResourceVector()
      for resource in amounts.indices {
        vector[resource] = Int32(clamping: max(amounts[resource], 0) / problem.resourceUnits[resource])
      }
      problem.capacities.append(vector)
    }
    problem.immovableUse = [ResourceVector](repeating: .zero, count: input.nodes.count)
    problem.vanishingUse = problem.immovableUse
    problem.holdingPods = [Int32](repeating: 0, count: input.nodes.count)
  }

  /// Adds what the pods take to the columns of their nodes, and pins pods that have nowhere to go.
  mutating func settle() {
    let homes = MaskSummary(problem)
    for pod in 0..<problem.podCount {
      let kind = Int(problem.podKinds[pod])
      let node = Int(problem.podNodes[pod])
      if problem.immovableReasons[pod] == nil, homes.isOnly(node, of: Int(problem.kindMasks[kind])) {
        problem.immovableReasons[pod] = .noOtherNodeAllowed
      }
      guard let reason = problem.immovableReasons[pod] else { continue }
      problem.immovableUse[node] &+= problem.kindDemands[kind]
      if reason.vanishesWithNode {
        problem.vanishingUse[node] &+= problem.kindDemands[kind]
      } else {
        problem.holdingPods[node] += 1
      }
    }
  }
}
