import NodeCost

/// kube-scheduler's walk for one pod: which nodes it fits on, what each scores, one of the best at random.
struct NodeChooser {
  private let policy: PlacementPolicy
  private let scorer: Scorer
  private var random: SeededRandom
  private var scratch = ScoringScratch()
  private var candidates: [Int32] = []
  private var extenderScores: [UInt8] = []

  init(policy: PlacementPolicy, seed: UInt64) {
    self.policy = policy
    scorer = Scorer(strategy: policy.strategy ?? .unit)
    random = SeededRandom(seed: seed)
  }

  /// The slot of the node that a pod goes to; nil where it fits nowhere.
  mutating func choose(for demand: Amounts, in pool: NodePool) -> Int? {
    findCandidates(for: demand, in: pool)
    guard !candidates.isEmpty else { return nil }
    // kube-scheduler does not score a single candidate either.
    guard candidates.count > 1 else { return Int(candidates[0]) }
    if policy.strategy != nil {
      let pod = PodDemandForCost(
        milliCPU: demand.milliCPU, memoryBytes: demand.memoryMebibytes << 20, gpuCount: demand.gpus)
      // A span of `self` would lock the scratch memory beside it; this copy shares the storage.
      let candidates = candidates
      _ = scorer.score(
        pod, candidates: candidates.span, columns: pool.costs, usage: pool.usage, scratch: &scratch,
        into: &extenderScores)
    }
    return switch policy.profile {
    case .defaults:
      best(demand, pool) { InTreeScores.leastAllocated($0, of: $1) + InTreeScores.balanced($0, of: $1) }
    case .mostAllocated:
      best(demand, pool) { InTreeScores.mostAllocated($0, of: $1) + InTreeScores.balanced($0, of: $1) }
    case .mostAllocatedOnly:
      best(demand, pool) { InTreeScores.mostAllocated($0, of: $1) }
    }
  }

  private mutating func findCandidates(for demand: Amounts, in pool: NodePool) {
    candidates.removeAll(keepingCapacity: true)
    let milliCPU = pool.freeMilliCPU.span
    let memoryMebibytes = pool.freeMemoryMebibytes.span
    let gpus = pool.freeGPUs.span
    let pods = pool.freePods.span
    for slot in 0..<pool.slotCount
    where milliCPU[slot] >= demand.milliCPU && memoryMebibytes[slot] >= demand.memoryMebibytes
      && gpus[slot] >= demand.gpus && pods[slot] > 0
    {
      candidates.append(Int32(truncatingIfNeeded: slot))
    }
  }

  /// The candidate with the highest total; among equals each has the same chance (selectHost in schedule_one.go).
  @inline(__always)
  private mutating func best(
    _ demand: Amounts, _ pool: NodePool, _ inTree: (NodeAmounts, NodeAmounts) -> Int64
  ) -> Int {
    let milliCPU = pool.milliCPU.span
    let memoryMebibytes = pool.memoryMebibytes.span
    let freeMilliCPU = pool.freeMilliCPU.span
    let freeMemoryMebibytes = pool.freeMemoryMebibytes.span
    let factor = policy.strategy == nil ? 0 : policy.extenderFactor
    var chosen = 0
    var highest = Int64.min
    var equals = 0
    for place in 0..<candidates.count {
      let slot = Int(candidates[place])
      let allocatable = NodeAmounts(milliCPU: milliCPU[slot], memoryMebibytes: memoryMebibytes[slot])
      let requested = NodeAmounts(
        milliCPU: milliCPU[slot] - freeMilliCPU[slot] + demand.milliCPU,
        memoryMebibytes: memoryMebibytes[slot] - freeMemoryMebibytes[slot] + demand.memoryMebibytes)
      var total = inTree(requested, allocatable)
      if factor > 0 { total += Int64(extenderScores[place]) * factor }
      guard total >= highest else { continue }
      equals = total > highest ? 1 : equals + 1
      highest = total
      if equals == 1 || random.next(below: equals) == 0 { chosen = slot }
    }
    return chosen
  }
}
