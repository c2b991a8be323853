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
    let index = BudgetIndex(input.budgets)
    problem.budgetOffsets.append(0)
    for (position, member) in members.enumerated() {
      for budget in index.budgets(covering: input.pods[Int(member)]) {
        problem.budgetsOfPod.append(Int32(budget))
        if problem.budgetAllowances[budget] == 0 && problem.immovableReasons[position] == nil {
          problem.immovableReasons[position] = .disruptionBudgetEmpty
        }
      }
      problem.budgetOffsets.append(Int32(problem.budgetsOfPod.count))
    }
  }
}

/// Finds the budgets that cover a pod without asking each of them: most select by one label's value.
struct BudgetIndex {
  private struct Pair: Hashable {
    var namespace: String
    var key: String
    var value: String
  }

  private let budgets: [DisruptionBudget]
  private var byPair: [Pair: [Int]] = [:]
  private var others: [String: [Int]] = [:]

  init(_ budgets: [DisruptionBudget]) {
    self.budgets = budgets
    for (index, budget) in budgets.enumerated() {
      if let equality = budget.selector.requirements.first(where: { $0.comparison == .isIn && $0.values.count == 1 }) {
        let pair = Pair(namespace: budget.namespace, key: equality.key, value: equality.values[0])
        byPair[pair, default: []].append(index)
      } else {
        others[budget.namespace, default: []].append(index)
      }
    }
  }

  /// Positions of the budgets, ascending.
  func budgets(covering pod: PlannerPod) -> [Int] {
    var found = others[pod.pod.namespace] ?? []
    if !byPair.isEmpty {
      for pair in pod.labels.pairs {
        found += byPair[Pair(namespace: pod.pod.namespace, key: pair.key, value: pair.value)] ?? []
      }
    }
    return found.filter { budgets[$0].selector.matches(pod.labels) }.sorted()
  }
}
