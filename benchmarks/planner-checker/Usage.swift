import ClusterModel
import MigrationPlanner

/// What pods take of nodes, added up from their requests.
struct Usage {
  private var taken: [String: ResourceAmounts] = [:]
  private var volumes: [String: [String: Int64]] = [:]
  private let nodes: [String: PlannerNode]
  private let headroom: PlanningProblem.Headroom

  init(_ checker: PlanChecker, _ placement: [String]) {
    nodes = checker.nodes
    headroom = checker.input.headroom
    for (index, node) in placement.enumerated() { add(checker.pods[index], to: node) }
  }

  mutating func add(_ pod: PlannerPod, to node: String) {
    taken[node, default: .zero].add(pod.pod.demand.requests)
    for volume in pod.volumes where volume.attachDriver != "" {
      volumes[node, default: [:]][volume.attachDriver, default: 0] += 1
    }
  }

  mutating func remove(_ pod: PlannerPod, from node: String) {
    taken[node, default: .zero].subtract(pod.pod.demand.requests)
    for volume in pod.volumes where volume.attachDriver != "" {
      volumes[node, default: [:]][volume.attachDriver, default: 0] -= 1
    }
  }

  /// What a node has too little of among the things that the pod asks for.
  func overload(of node: String, by pod: PlannerPod) -> String? {
    guard let planned = nodes[node], let used = taken[node] else { return nil }
    let offer = planned.node.allocatable
    let ask = pod.pod.demand.requests
    func isOver(_ used: Int64, _ offer: Int64, _ ask: Int64, _ share: Double) -> Bool {
      ask > 0 && Double(used) > Double(offer) * (1 - share)
    }
    if isOver(used.milliCPU, offer.milliCPU, ask.milliCPU, headroom.cpu) { return "too little CPU" }
    if isOver(used.memoryBytes, offer.memoryBytes, ask.memoryBytes, headroom.memory) { return "too little memory" }
    if isOver(used.pods, offer.pods, 1, headroom.others["pods"] ?? 0) { return "too many pods" }
    if isOver(used.ephemeralStorageBytes, offer.ephemeralStorageBytes, ask.ephemeralStorageBytes, 0) {
      return "too little disk"
    }
    for amount in ask.extended where isOver(used[extended: amount.name], offer[extended: amount.name], amount.count, 0)
    {
      return "too little \(amount.name)"
    }
    for volume in pod.volumes where volume.attachDriver != "" {
      if let limit = planned.volumeLimits[volume.attachDriver], volumes[node]?[volume.attachDriver] ?? 0 > limit {
        return "too many volumes of \(volume.attachDriver)"
      }
    }
    return nil
  }
}
