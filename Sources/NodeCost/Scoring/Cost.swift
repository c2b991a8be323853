/// The arithmetic of costs: integers in nanodollars per hour, saturating at ``Cost/ceiling``, which also stands for
/// "infinitely dear" (nothing allocatable). No floating point, so equal inputs give equal costs on every machine.
enum Cost {
  /// 2^58 nanodollars, 288 million dollars an hour: twenty times it still fits `Int64`, which the score's thresholds need.
  static let ceiling: Int64 = 1 << 58
  /// Stands in a column of costs for "no price is known".
  static let unknown: Int64 = -1

  /// `value × multiplier ÷ divisor` rounded down, at least 1 where the value is above 0 (a cheap node is not a free
  /// one), at most the ceiling. All arguments must not be negative; a divisor of 0 gives the ceiling.
  static func scaled(_ value: Int64, by multiplier: Int64, over divisor: Int64) -> Int64 {
    guard divisor > 0 else { return ceiling }
    let product = UInt64(max(value, 0)).multipliedFullWidth(by: UInt64(max(multiplier, 0)))
    guard product.high < UInt64(divisor) else { return ceiling }
    let quotient = UInt64(divisor).dividingFullWidth(product).quotient
    guard quotient < UInt64(ceiling) else { return ceiling }
    return max(Int64(quotient), value > 0 && multiplier > 0 ? 1 : 0)
  }

  /// `cost × permilleOf1024 ÷ 1024`, for factors of at most 2^12; at most the ceiling.
  @inline(__always)
  static func times(_ cost: Int64, factor1024: Int64) -> Int64 {
    // Above 2^50 the ten bits below matter to nobody, and the product must not overflow.
    let product = cost < 1 << 50 ? (cost &* factor1024) >> 10 : (cost >> 10) &* factor1024
    return min(product, ceiling)
  }

  /// The dominant share's cost: the pod's CPU, memory and GPUs at the node's unit prices, the dearest of them.
  @inline(__always)
  static func share(perVCPU: Int64, perGibibyte: Int64, perGPU: Int64, of pod: PodDemandForCost) -> Int64 {
    let cpu = saturating(perVCPU, pod.milliCPU) / 1000
    // Mebibytes: a product of nanodollars and bytes would not fit.
    let memory = saturating(perGibibyte, (pod.memoryBytes + 0xF_FFFF) >> 20) >> 10
    let gpu = pod.gpuCount > 0 ? saturating(perGPU, pod.gpuCount) : 0
    // Nested, because `max` of four makes an array.
    return min(max(max(cpu, memory), max(gpu, perVCPU > 0 ? 1 : 0)), ceiling)
  }

  @inline(__always)
  private static func saturating(_ price: Int64, _ amount: Int64) -> Int64 {
    let (product, overflow) = price.multipliedReportingOverflow(by: amount)
    return overflow ? Int64.max : product
  }

  /// The taken part of a whole in 1024ths, 0...1024; a whole of 0 is full.
  @inline(__always)
  static func share1024(_ taken: Int64, of whole: Int64) -> Int64 {
    guard whole > 0, taken < whole else { return 1024 }
    guard taken > 0 else { return 0 }
    // Beyond 2^53 (nine petabytes) scale both down rather than overflow.
    return taken < 1 << 53 ? (taken << 10) / whole : taken / max(whole >> 10, 1)
  }
}

extension Cost {
  /// A node with at most this part taken (102 of 1024, a tenth) holds little more than daemons: a planner would empty it.
  static let nearlyEmpty1024: Int64 = 102

  /// What `marginal` multiplies a unit cost with, in 1024ths: 1 + 2 × the share that stays free once the pod is there,
  /// + 1 where the node is nearly empty. Measured on an arrival trace, 1 + 2 × free is the best of the formulas tried.
  @inline(__always)
  static func marginalFactor1024(
    pod: PodDemandForCost, allocatableMilliCPU: Int64, allocatableMemoryBytes: Int64,
    requestedMilliCPU: Int64, requestedMemoryBytes: Int64
  ) -> Int64 {
    let before = max(
      share1024(requestedMilliCPU, of: allocatableMilliCPU),
      share1024(requestedMemoryBytes, of: allocatableMemoryBytes))
    let after = max(
      share1024(adding(requestedMilliCPU, pod.milliCPU), of: allocatableMilliCPU),
      share1024(adding(requestedMemoryBytes, pod.memoryBytes), of: allocatableMemoryBytes))
    return 1024 + 2 * (1024 - after) + (before <= nearlyEmpty1024 ? 1024 : 0)
  }

  /// The factor of a node whose usage is not known, beside nodes whose usage is: half free.
  static let unknownUsageFactor1024: Int64 = 2048

  /// A sum that stays at the largest integer instead of overflowing.
  @inline(__always)
  static func adding(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? Int64.max : sum
  }
}

/// The cost of one pod on one node, as the strategies define it. The column loops of `Scorer` give the same numbers;
/// tests compare them.
///
/// Nanodollars per hour: of one vCPU or GPU (`unit`, `marginal`), of the pod's share (`share`), of the node (`node`).
/// Nil where the node's price is not known. A node with nothing allocatable costs the ceiling, 2^58.
package func hourlyCost(
  of pod: PodDemandForCost, on node: NodeForCost, strategy: ScoringStrategy,
  requestedMilliCPU: Int64 = -1, requestedMemoryBytes: Int64 = -1
) -> Int64? {
  let columns = CostColumns([node])
  let usage = UsageColumns(
    requestedMilliCPU: [requestedMilliCPU], requestedMemoryBytes: [requestedMemoryBytes])
  let demand = pod.stabilised
  let unit = (demand.gpuCount > 0 && node.gpuCount > 0 ? columns.perGPU : columns.perVCPU)[0]
  guard unit != Cost.unknown else { return nil }
  switch strategy {
  case .unit: return unit
  case .node: return columns.price[0]
  case .share:
    return Cost.share(
      perVCPU: columns.perVCPU[0], perGibibyte: columns.perGibibyte[0], perGPU: columns.perGPU[0], of: demand)
  case .marginal:
    guard requestedMilliCPU >= 0, requestedMemoryBytes >= 0 else { return unit }
    return Cost.times(unit, factor1024: columns.marginalFactor1024(at: 0, pod: demand, usage: usage))
  }
}
