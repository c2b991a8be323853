/// Consolidation as cluster-autoscaler and Karpenter do it: a node whose pods fit elsewhere is drained. Where the pods
/// then go is the scheduler's choice, which may be other than what the drainer had found.
extension Replay {
  /// How often nodes are looked at, and how old a node must be.
  package static let drainIntervalSeconds: Int64 = 600
  /// Nodes with at least this share taken stay: cluster-autoscaler's --scale-down-utilization-threshold.
  package static let drainBelowUtilisation = 0.5
  /// At most one in this many nodes is drained at a time: Karpenter's default disruption budget is 10 %.
  package static let drainedOneIn = 10

  mutating func drainLittleUsedNodes(_ now: Int64) {
    var budget = max(pool.nodeCount / Self.drainedOneIn, 1)
    for slot in drainCandidates(now) where budget > 0 {
      // Pods of an earlier node may have gone to this one.
      guard pool.utilisation(slot) < Self.drainBelowUtilisation, fitElsewhere(pool.pods[slot], than: slot) else {
        continue
      }
      drain(slot, now)
      budget -= 1
    }
  }

  /// Nodes old enough with few pods on them, the least used first.
  private func drainCandidates(_ now: Int64) -> [Int] {
    (0..<pool.slotCount).filter { slot in
      pool.isNode(slot) && !pool.pods[slot].isEmpty && now - pool.addedSeconds[slot] >= Self.drainIntervalSeconds
        && pool.utilisation(slot) < Self.drainBelowUtilisation
    }.sorted { (pool.utilisation($0), $0) < (pool.utilisation($1), $1) }
  }

  /// Whether all pods find room on other nodes that are in use, the largest pod first, each on the first node that takes
  /// it.
  private func fitElsewhere(_ evicted: [Int32], than drained: Int) -> Bool {
    var taken: [Int: (amounts: Amounts, pods: Int64)] = [:]
    for pod in largestFirst(evicted) {
      let demand = pods[pod].demand
      let target = (0..<pool.slotCount).first { slot in
        guard slot != drained, pool.isNode(slot), !pool.pods[slot].isEmpty else { return false }
        let already = taken[slot] ?? (Amounts(milliCPU: 0, memoryMebibytes: 0), 0)
        var wanted = already.amounts
        wanted += demand
        return wanted.fits(into: pool.free(slot)) && already.pods < pool.freePods[slot]
      }
      guard let target else { return false }
      taken[target, default: (Amounts(milliCPU: 0, memoryMebibytes: 0), 0)].amounts += demand
      taken[target, default: (Amounts(milliCPU: 0, memoryMebibytes: 0), 0)].pods += 1
    }
    return true
  }

  private mutating func drain(_ slot: Int, _ now: Int64) {
    let evicted = removeNode(slot, now)
    outcome.movedPods += evicted.count
    for pod in largestFirst(evicted) { _ = place(pod, now) }
  }

  private func largestFirst(_ evicted: [Int32]) -> [Int] {
    evicted.map { Int($0) }.sorted { left, right in
      let (large, small) = (pods[left].demand, pods[right].demand)
      return (-large.gpus, -large.milliCPU, -large.memoryMebibytes, left)
        < (-small.gpus, -small.milliCPU, -small.memoryMebibytes, right)
    }
  }
}

extension NodePool {
  /// What is free on a node.
  func free(_ slot: Int) -> Amounts {
    Amounts(milliCPU: freeMilliCPU[slot], memoryMebibytes: freeMemoryMebibytes[slot], gpus: freeGPUs[slot])
  }
}
