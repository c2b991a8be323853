import ClusterModel
package import MigrationPlanner

/// Judges a plan from the input objects alone, by Kubernetes' rules written down a second time in the plainest way.
///
/// Shares no code with the planner's compiled problem, state, search or sequencing: it looks pods up by name, adds up
/// `ResourceAmounts`, and asks every rule of every pod again after every step.
package struct PlanChecker {
  let nodes: [String: PlannerNode]
  let pods: [PlannerPod]
  let podIndex: [String: Int]
  let input: PlanningProblem.Builder
  let rules: PlacementRules
  /// The budgets that cover each pod.
  private let budgetsOfPod: [[Int]]

  package init(_ input: PlanningProblem.Builder) {
    self.input = input
    var nodes: [String: PlannerNode] = [:]
    for node in input.nodes { nodes[node.node.name] = node }
    self.nodes = nodes
    pods = input.pods.filter { $0.pod.occupiesNode && nodes[$0.pod.nodeName] != nil }
    var index: [String: Int] = [:]
    for (position, pod) in pods.enumerated() { index["\(pod.pod.namespace)/\(pod.pod.name)"] = position }
    podIndex = index
    var known: [Labels: [String: [Int]]] = [:]
    budgetsOfPod = pods.map { pod in
      if let found = known[pod.labels]?[pod.pod.namespace] { return found }
      let found = input.budgets.indices.filter {
        input.budgets[$0].namespace == pod.pod.namespace && input.budgets[$0].selector.matches(pod.labels)
      }
      known[pod.labels, default: [:]][pod.pod.namespace] = found
      return found
    }
    rules = PlacementRules(nodes: nodes, pods: pods, namespaceLabels: input.namespaceLabels)
  }

  /// Everything that is wrong with a plan; empty for a good one.
  ///
  /// - Parameter checksRulesBetweenPods: asks every rule of every pod after every step, which takes long for fleets.
  package func complaints(
    _ plan: Plan, _ problem: PlanningProblem, _ options: PlanningOptions, checksRulesBetweenPods: Bool = true
  ) -> [String] {
    var complaints: [String] = []
    var placement = pods.map(\.pod.nodeName)
    var usage = Usage(self, placement)
    var position = 0
    var waveNumber = 0
    while position < plan.moves.count {
      waveNumber = plan.moves[position].wave
      var wave: [(pod: Int, source: String, target: String)] = []
      while position < plan.moves.count, plan.moves[position].wave == waveNumber {
        let move = plan.moves[position]
        position += 1
        guard let pod = podIndex[problem.podTitle(move.pod)] else {
          complaints.append("wave \(waveNumber): unknown pod \(move.pod)")
          continue
        }
        wave.append((pod, problem.nodeNames[move.source], problem.nodeNames[move.target]))
      }
      complaints += checkWave(wave, &placement, &usage, options, checksRulesBetweenPods).map {
        "wave \(waveNumber): \($0)"
      }
    }
    complaints += checkEnd(plan, problem, placement, options)
    return complaints
  }

  private func checkWave(
    _ wave: [(pod: Int, source: String, target: String)], _ placement: inout [String], _ usage: inout Usage,
    _ options: PlanningOptions, _ checksRules: Bool
  ) -> [String] {
    var complaints = checkLimits(wave, options.limits)
    for (pod, source, target) in wave {
      let title = "\(pods[pod].pod.namespace)/\(pods[pod].pod.name) to \(target)"
      if placement[pod] != source { complaints.append("\(title): is on \(placement[pod]), not \(source)") }
      if source == target { complaints.append("\(title): does not move") }
      if let fault = faultOfMove(pods[pod], source: source, target: target) { complaints.append("\(title): \(fault)") }
      // Targets hold what comes while sources still hold what goes.
      usage.add(pods[pod], to: target)
      if let fault = usage.overload(of: target, by: pods[pod]) { complaints.append("\(title): \(fault)") }
    }
    if checksRules {
      for order in [Array(wave), wave.reversed()] {
        var trial = placement
        var known = rules.violations(trial)
        for (pod, _, target) in order {
          let fault = rules.refusal(of: pod, onto: target, trial)
          if let fault { complaints.append("\(pods[pod].pod.name) to \(target): \(fault)") }
          trial[pod] = target
          let now = rules.violations(trial)
          for (rule, badness) in now where badness > known[rule] ?? 0 { complaints.append("after a step: \(rule)") }
          known = now
        }
      }
    }
    for (pod, source, target) in wave {
      usage.remove(pods[pod], from: source)
      placement[pod] = target
    }
    return complaints
  }

  /// What forbids the move whatever else is there.
  private func faultOfMove(_ pod: PlannerPod, source: String, target: String) -> String? {
    guard let from = nodes[source], let to = nodes[target] else { return "a node is unknown" }
    if from.node.labels[WellKnownName.checkpointNodeLabel] != "true" { return "source cannot checkpoint" }
    if to.node.labels[WellKnownName.checkpointNodeLabel] != "true" { return "target cannot checkpoint" }
    let isHome = pod.pod.nodeName == target
    if !isHome && (to.node.isUnschedulable || !to.node.isReady) { return "target takes no pods" }
    let policy = input.policy
    if pod.ownerKind == "DaemonSet" || pod.ownerKind == "Node" || pod.pod.isTerminating { return "pod never moves" }
    if pod.pod.liveMigrationValue == "false" { return "pod opted out" }
    let hasClass = policy.runtimeClasses.contains(pod.pod.runtimeClassName)
    if !policy.assumesEveryPodMigratable && pod.pod.liveMigrationValue != "true" && !hasClass {
      return "pod did not opt in"
    }
    if pod.doNotDisrupt || pod.safeToEvict == false || pod.isCoolingDown || pod.usesHostNamespaces {
      return "pod pinned"
    }
    if pod.ownerKind == "" && !policy.movesPodsWithoutController { return "bare pod" }
    if !policy.movesPodsWithLocalStorage && pod.volumes.contains(where: { $0.isLocalToNode }) { return "local data" }
    if pod.volumes.contains(where: { $0.isUnknown }) { return "unknown volume" }
    if !policy.movesPodsWithSingleNodeVolumes && pod.volumes.contains(where: { $0.isSingleNode }) {
      return "a volume that one node can mount"
    }
    if !policy.movesPodsWithHostPorts && !pod.hostPorts.isEmpty { return "host ports" }
    for budget in podIndex["\(pod.pod.namespace)/\(pod.pod.name)"].map({ budgetsOfPod[$0] }) ?? []
    where input.budgets[budget].disruptionsAllowed <= 0 {
      return "budget \(input.budgets[budget].name) is empty"
    }
    return isHome ? nil : rules.nodeFault(pod, to.node)
  }

  private func checkLimits(
    _ wave: [(pod: Int, source: String, target: String)], _ limits: PlanningOptions.Limits
  ) -> [String] {
    var complaints: [String] = []
    func check(_ name: String, _ limit: Int?, _ keys: [String]) {
      guard let limit else { return }
      var counts: [String: Int] = [:]
      for key in keys { counts[key, default: 0] += 1 }
      for (key, count) in counts where count > limit { complaints.append("\(name) \(key): \(count) of \(limit)") }
    }
    check("at once", limits.movesAtOnce, wave.map { _ in "" })
    check("per source", limits.movesAtOncePerSource, wave.map(\.source))
    check("per target", limits.movesAtOncePerTarget, wave.map(\.target))
    check("per workload", limits.movesAtOncePerWorkload, wave.map { owner(of: $0.pod) })
    var covered: [Int: Int] = [:]
    for (pod, _, _) in wave { for budget in budgetsOfPod[pod] { covered[budget, default: 0] += 1 } }
    for (budget, count) in covered where count > max(input.budgets[budget].disruptionsAllowed, 0) {
      complaints.append("budget \(input.budgets[budget].name): \(count)")
    }
    return complaints
  }

  private func owner(of pod: Int) -> String {
    pods[pod].pod.controllerUID.isEmpty ? pods[pod].pod.name : pods[pod].pod.controllerUID
  }

  private func checkEnd(
    _ plan: Plan, _ problem: PlanningProblem, _ placement: [String], _ options: PlanningOptions
  ) -> [String] {
    var complaints: [String] = []
    if bill(pods.map(\.pod.nodeName)) != plan.billBefore { complaints.append("bill before is not \(plan.billBefore)") }
    if bill(placement) != plan.billAfter {
      complaints.append("bill after is \(bill(placement)), not \(plan.billAfter)")
    }
    if plan.billAfter < plan.lowerBound.nanodollarsPerHour { complaints.append("bill after is below the bound") }
    if let most = options.limits.movesPerPlan, plan.moves.count > most { complaints.append("too many moves") }
    if let most = options.limits.movesPerNode {
      var counts: [String: Int] = [:]
      for move in plan.moves { counts[problem.nodeNames[move.source], default: 0] += 1 }
      for (node, count) in counts where count > most { complaints.append("\(count) moves leave \(node), not \(most)") }
    }
    if let most = options.limits.movesPerWorkload {
      var counts: [String: Set<String>] = [:]
      for move in plan.moves {
        guard let pod = podIndex[problem.podTitle(move.pod)] else { continue }
        counts[owner(of: pod), default: []].insert(problem.podTitle(move.pod))
      }
      if counts.values.contains(where: { $0.count > most }) { complaints.append("too many moves of a workload") }
    }
    for drain in plan.drains
    where placement.indices.contains(where: { isHolding($0, placement, problem.nodeNames[drain.node]) }) {
      complaints.append("node \(problem.nodeNames[drain.node]) is not empty")
    }
    return complaints
  }

  private func isHolding(_ pod: Int, _ placement: [String], _ node: String) -> Bool {
    placement[pod] == node && pods[pod].ownerKind != "DaemonSet" && pods[pod].ownerKind != "Node"
  }

  private func bill(_ placement: [String]) -> Int64 {
    var held: Set<String> = []
    for pod in pods.indices where isHolding(pod, placement, placement[pod]) { held.insert(placement[pod]) }
    return input.nodes.reduce(0) { sum, node in
      held.contains(node.node.name) || !node.isRemovedWhenEmpty ? sum + node.nanodollarsPerHour : sum
    }
  }
}

extension PlanChecker {
  /// Whether the last pod of the input could have been scheduled onto the node on which it is.
  package func acceptsLastPod() -> Bool {
    guard let last = pods.last, let node = nodes[last.pod.nodeName] else { return false }
    let placement = pods.map(\.pod.nodeName)
    return rules.nodeFault(last, node.node) == nil
      && Usage(self, placement).overload(of: last.pod.nodeName, by: last) == nil
      && rules.refusal(of: pods.count - 1, onto: last.pod.nodeName, placement) == nil
  }
}
