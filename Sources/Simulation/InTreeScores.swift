/// kube-scheduler's own scores of one node, 0...100, as its plugins of 1.36 compute them for CPU and memory of weight 1
/// each (pkg/scheduler/framework/plugins/noderesources). What is requested includes the pod that is being placed.
///
/// kube-scheduler counts memory in bytes and these count MiB: as all amounts are whole MiB, the quotients are the same.
enum InTreeScores {
  /// least_allocated.go, leastResourceScorer: the mean free share.
  @inline(__always)
  static func leastAllocated(_ requested: NodeAmounts, of allocatable: NodeAmounts) -> Int64 {
    (percent(allocatable.milliCPU - requested.milliCPU, of: allocatable.milliCPU)
      + percent(allocatable.memoryMebibytes - requested.memoryMebibytes, of: allocatable.memoryMebibytes)) / 2
  }

  /// most_allocated.go, mostResourceScorer: the mean taken share.
  @inline(__always)
  static func mostAllocated(_ requested: NodeAmounts, of allocatable: NodeAmounts) -> Int64 {
    (percent(min(requested.milliCPU, allocatable.milliCPU), of: allocatable.milliCPU)
      + percent(min(requested.memoryMebibytes, allocatable.memoryMebibytes), of: allocatable.memoryMebibytes)) / 2
  }

  /// balanced_allocation.go, balancedResourceScorer: 100 less half the difference of the two taken shares.
  @inline(__always)
  static func balanced(_ requested: NodeAmounts, of allocatable: NodeAmounts) -> Int64 {
    let cpu = min(Double(requested.milliCPU) / Double(allocatable.milliCPU), 1)
    let memory = min(Double(requested.memoryMebibytes) / Double(allocatable.memoryMebibytes), 1)
    return Int64((1 - abs((cpu - memory) / 2)) * 100)
  }

  /// `part × 100 ÷ whole` rounded down; 0 where the part is negative.
  @inline(__always)
  private static func percent(_ part: Int64, of whole: Int64) -> Int64 {
    guard part > 0 else { return 0 }
    // Division of 32 bits takes a fraction of the time, and every node there is fits.
    guard whole < 1 << 25, part < 1 << 25 else { return part * 100 / whole }
    return Int64(UInt32(truncatingIfNeeded: part &* 100) / UInt32(truncatingIfNeeded: whole))
  }
}

/// The two resources that kube-scheduler scores by.
struct NodeAmounts {
  let milliCPU: Int64
  let memoryMebibytes: Int64
}
