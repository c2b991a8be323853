import ClusterModel

/// Groups pods that are the same to every rule between pods.
///
/// Two steps keep this cheap for 150,000 pods: pods are first put into classes by what rules could read of them, then
/// each class is compiled once, and classes with equal rules become one profile (all those without any rule above all).
struct ProfileTable {
  /// What rules can read of a pod.
  struct Class: Hashable {
    var namespace = ""
    var labels: Labels = [:]
    var affinity: [PodAffinityTerm] = []
    var antiAffinity: [PodAffinityTerm] = []
    var spread: [SpreadConstraint] = []
    var hostPorts: [HostPort] = []
    var isTerminating = false
    /// The workload, where it limits its pods per node.
    var limitedWorkload = ""
    var podsPerNode = 0
    /// The mask, where a spread constraint depends on it.
    var mask: Int32 = -1
  }

  private(set) var profileOfMember: [Int32] = []
  private(set) var rules = TopologyRules()

  init(_ compilation: Compilation) {
    var compilation = compilation
    let pods = compilation.input.pods
    let members = compilation.members
    let hasRules = members.contains { member in
      let planned = pods[Int(member)]
      return !planned.affinity.isEmpty || !planned.antiAffinity.isEmpty || !planned.spread.isEmpty
        || !planned.hostPorts.isEmpty || planned.workloadPodsPerNode > 0
    }
    rules.nodeCount = compilation.input.nodes.count
    guard hasRules else {
      profileOfMember = [Int32](repeating: 0, count: members.count)
      rules.appendProfile(ProfileRules())
      return
    }
    var classes: [Class: Int32] = [:]
    var list: [Class] = []
    var classOfMember: [Int32] = []
    classOfMember.reserveCapacity(members.count)
    for member in members {
      let planned = pods[Int(member)]
      let key = Self.makeClass(planned, planned.spread.isEmpty ? -1 : compilation.masks.index(of: planned))
      let index = classes[key] ?? Int32(list.count)
      if index == list.count {
        classes[key] = index
        list.append(key)
      }
      classOfMember.append(index)
    }
    var compiler = TopologyCompiler(compilation.input, list, maskKeys: compilation.masks.keys)
    let profiles = compiler.compile()
    rules = compiler.rules
    profileOfMember = classOfMember.map { profiles[Int($0)] }
  }

  private static func makeClass(_ planned: PlannerPod, _ mask: Int32) -> Class {
    Class(
      namespace: planned.pod.namespace, labels: planned.labels, affinity: planned.affinity,
      antiAffinity: planned.antiAffinity, spread: planned.spread, hostPorts: planned.hostPorts,
      isTerminating: planned.pod.isTerminating,
      limitedWorkload: planned.workloadPodsPerNode > 0 ? planned.pod.controllerUID : "",
      podsPerNode: planned.workloadPodsPerNode, mask: mask)
  }
}

/// The rules of one profile.
struct ProfileRules: Hashable {
  var contributions: [Int32] = []
  var limits: [TopologyRules.Limit] = []
  var needs: [TopologyRules.Need] = []
  var supports: [TopologyRules.Support] = []
  var spreadRules: [TopologyRules.SpreadRule] = []
}

extension TopologyRules {
  mutating func appendProfile(_ profile: ProfileRules) {
    contributions.append(profile.contributions)
    limits.append(profile.limits)
    needs.append(profile.needs)
    supports.append(profile.supports)
    spreadRules.append(profile.spreadRules)
  }
}

extension Compilation {
  mutating func addTopology() {
    if let profileInput { problem.topology = profileInput.rules }
  }

  /// Finds the budgets that cover each pod; pods under an empty one stay.
  mutating func addBudgets() {
    problem.budgetNames = input.budgets.map { "\($0.namespace)/\($0.name)" }
    problem.budgetAllowances = input.budgets.map { Int32(clamping: max($0.disruptionsAllowed, 0)) }
    if input.budgets.isEmpty { return }
    var budgetsOfNamespace: [String: [Int]] = [:]
    for (index, budget) in input.budgets.enumerated() {
      budgetsOfNamespace[budget.namespace, default: []].append(index)
    }
    problem.budgetOffsets.append(0)
    for (position, member) in members.enumerated() {
      let planned = input.pods[Int(member)]
      for index in budgetsOfNamespace[planned.pod.namespace] ?? []
      where input.budgets[index].selector.matches(planned.labels) {
        problem.budgetsOfPod.append(Int32(index))
        if problem.budgetAllowances[index] == 0 && problem.immovableReasons[position] == nil {
          problem.immovableReasons[position] = .disruptionBudgetEmpty
        }
      }
      problem.budgetOffsets.append(Int32(problem.budgetsOfPod.count))
    }
  }
}
