/// What others do, on the same instances: re-implementations with perfect knowledge of where pods land.
struct Baselines {
  private let instance: Instance
  private var free: [SIMD4<Int64>]
  private var capacity: [SIMD4<Int64>]
  private var place: [Int]
  private var podsOn: [[Int]]
  private var groupsOn: [[Int: Int]]
  private var isTarget: [Bool]

  struct Result {
    var nanodollarsPerHour: Int64
    var moves: Int
  }

  init(_ instance: Instance) {
    self.instance = instance
    capacity = instance.nodes.map { SIMD4($0.milliCPU, $0.memoryMiB, $0.gpuMilli, $0.maxPods) }
    free = capacity
    place = instance.pods.map(\.node)
    podsOn = [[Int]](repeating: [], count: instance.nodes.count)
    groupsOn = [[Int: Int]](repeating: [:], count: instance.nodes.count)
    isTarget = instance.nodes.map(\.isCheckpointCapable)
    for pod in instance.pods.indices { put(pod, place[pod]) }
  }

  private func demand(_ pod: Int) -> SIMD4<Int64> {
    SIMD4(instance.pods[pod].milliCPU, instance.pods[pod].memoryMiB, instance.pods[pod].gpuMilli, 1)
  }

  private mutating func put(_ pod: Int, _ node: Int) {
    place[pod] = node
    free[node] &-= demand(pod)
    podsOn[node].append(pod)
    if instance.pods[pod].limitPerNode < .max { groupsOn[node][instance.pods[pod].group, default: 0] += 1 }
  }

  private mutating func take(_ pod: Int) {
    let node = place[pod]
    free[node] &+= demand(pod)
    podsOn[node].removeAll { $0 == pod }
    if instance.pods[pod].limitPerNode < .max { groupsOn[node][instance.pods[pod].group, default: 0] -= 1 }
  }

  private func fits(_ pod: Int, _ node: Int) -> Bool {
    let item = instance.pods[pod]
    let left = free[node] &- demand(pod)
    return isTarget[node] && left[0] >= 0 && left[1] >= 0 && left[2] >= 0 && left[3] >= 0
      && item.classMask >> UInt64(instance.nodes[node].nodeClass) & 1 != 0
      && (item.limitPerNode == .max || groupsOn[node][item.group, default: 0] < item.limitPerNode)
  }

  private func canMove(_ pod: Int) -> Bool {
    // Empty disruption budgets bind the others too; spread over zones does not, which flatters them.
    instance.pods[pod].isMovable && instance.budgets[instance.pods[pod].group] != 0
      && instance.nodes[instance.pods[pod].node].isCheckpointCapable
  }

  private func result() -> Result {
    var bill: Int64 = 0
    for node in instance.nodes.indices where !podsOn[node].isEmpty { bill += instance.nodes[node].nanodollarsPerHour }
    return Result(
      nanodollarsPerHour: bill, moves: instance.pods.indices.count { place[$0] != instance.pods[$0].node })
  }

  private func share(_ node: Int) -> Double {
    let used = capacity[node] &- free[node]
    return Double(used[0]) / Double(max(capacity[node][0], 1)) + Double(used[1]) / Double(max(capacity[node][1], 1))
  }

  private func bySize(_ pods: [Int]) -> [Int] {
    pods.sorted {
      (instance.pods[$0].gpuMilli, instance.pods[$0].milliCPU, instance.pods[$0].memoryMiB, $1)
        > (instance.pods[$1].gpuMilli, instance.pods[$1].milliCPU, instance.pods[$1].memoryMiB, $0)
    }
  }

  /// Moves all pods of a node, or none.
  private mutating func empty(_ node: Int, _ choose: (inout Baselines, Int) -> Int?) -> Bool {
    let pods = bySize(podsOn[node])
    if pods.isEmpty || !pods.allSatisfy(canMove) { return false }
    let wasTarget = isTarget[node]
    isTarget[node] = false
    var done: [Int] = []
    for pod in pods {
      guard let target = choose(&self, pod) else {
        for moved in done.reversed() {
          take(moved)
          put(moved, node)
        }
        isTarget[node] = wasTarget
        return false
      }
      take(pod)
      put(pod, target)
      done.append(pod)
    }
    return true
  }

  /// (a) Descheduler's HighNodeUtilization with a scheduler that prefers full nodes: nodes below half in everything are
  /// evicted, emptiest first.
  mutating func drainByUtilisation() -> Result {
    for _ in 0..<4 {
      let low = instance.nodes.indices.filter { node in
        let used = capacity[node] &- free[node]
        return !podsOn[node].isEmpty
          && (0..<4).allSatisfy { used[$0] * 2 < max(capacity[node][$0], 1) || capacity[node][$0] == 0 }
      }.sorted { (share($0), $0) < (share($1), $1) }
      var changed = false
      for node in low where empty(node, { $0.fullestTarget($1) }) { changed = true }
      if !changed { break }
    }
    return result()
  }

  private func fullestTarget(_ pod: Int) -> Int? {
    var best: Int?
    var most = -1.0
    for node in instance.nodes.indices where fits(pod, node) && !podsOn[node].isEmpty {
      let share = share(node)
      if share > most {
        most = share
        best = node
      }
    }
    return best
  }

  /// (b) Karpenter's consolidation, deleting only: candidates by price over disruption, first many at once (the longest
  /// prefix that can go), then one at a time, with first fit, until nothing changes.
  mutating func consolidate() -> Result {
    func cost(_ node: Int) -> Double {
      Double(instance.nodes[node].nanodollarsPerHour) / Double(1 + podsOn[node].count)
    }
    var changed = true
    var rounds = 0
    while changed && rounds < 3 {
      changed = false
      rounds += 1
      let order = instance.nodes.indices.filter { !podsOn[$0].isEmpty }
        .map { (node: $0, cost: cost($0)) }.sorted { ($0.cost, $1.node) > ($1.cost, $0.node) }
      for (node, _) in order where empty(node, { $0.firstTarget($1) }) { changed = true }
    }
    return result()
  }

  private func firstTarget(_ pod: Int) -> Int? {
    instance.nodes.indices.first { fits(pod, $0) && !podsOn[$0].isEmpty }
  }

  /// (c) Everything packed anew by best fit, largest first, onto nodes opened in the order of price per capacity.
  mutating func repack() -> Result {
    let pods = bySize(instance.pods.indices.filter(canMove))
    for pod in pods { take(pod) }
    var open = instance.nodes.indices.filter { !podsOn[$0].isEmpty }
    let mean = capacity.reduce(into: SIMD4<Int64>.zero) { $0 &+= $1 }
    func worth(_ node: Int) -> Double {
      let size = Double(capacity[node][0]) / Double(mean[0]) + Double(capacity[node][1]) / Double(mean[1])
      return Double(instance.nodes[node].nanodollarsPerHour) / size
    }
    var closed = instance.nodes.indices.filter { podsOn[$0].isEmpty }.sorted { (worth($0), $0) > (worth($1), $1) }
    for pod in pods {
      var best: Int?
      var least = Double.infinity
      for node in open where fits(pod, node) {
        let left = free[node] &- demand(pod)
        let rest = Double(left[0]) / Double(mean[0]) + Double(left[1]) / Double(mean[1])
        if rest < least {
          least = rest
          best = node
        }
      }
      if best == nil, let index = closed.lastIndex(where: { fits(pod, $0) }) {
        best = closed.remove(at: index)
        open.append(best ?? 0)
      }
      put(pod, best ?? instance.pods[pod].node)
      if best == nil { place[pod] = instance.pods[pod].node }
    }
    return result()
  }
}

extension Instance.Pod {
  /// Most pods of the group on a node.
  var limitPerNode: Int { antiAffinityKey == "kubernetes.io/hostname" ? 1 : podsPerNode > 0 ? podsPerNode : .max }
}
