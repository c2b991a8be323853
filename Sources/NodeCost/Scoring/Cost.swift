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
    let cpu = ofCPU(perVCPU, pod.milliCPU)
    let memory = ofMemory(perGibibyte, pod.memoryBytes)
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
  /// What `marginal` charges for a pod on a node with the given taken amounts; a negative one means "not known", and then
  /// the node counts as half full of both.
  ///
  /// Seven tenths of it are the mean of the pod's shares of CPU and memory, three tenths the growth of the node's scarcer
  /// share: what a pod takes of a resource of which the node has more than it can use is cheap, for without that pod it
  /// would stay idle. GPUs are charged as in `share`. The whole is dearer by half of the share that stays free, so that a
  /// node which could become empty is left to do so. docs/simulation.md has the measurements behind these numbers.
  @inline(__always)
  static func marginal(
    price: Int64, perVCPU: Int64, perGibibyte: Int64, perGPU: Int64, of pod: PodDemandForCost,
    requestedMilliCPU: Int64, requestedMemoryBytes: Int64
  ) -> Int64 {
    let cpu = ofCPU(perVCPU, pod.milliCPU)
    let memory = ofMemory(perGibibyte, pod.memoryBytes)
    guard cpu < ceiling, memory < ceiling else { return ceiling }
    var growth = max(cpu, memory)
    var free1024: Int64 = 512
    if requestedMilliCPU >= 0, requestedMemoryBytes >= 0 {
      let takenCPU = ofCPU(perVCPU, requestedMilliCPU)
      let takenMemory = ofMemory(perGibibyte, requestedMemoryBytes)
      let after = max(takenCPU + cpu, takenMemory + memory)
      growth = after - max(takenCPU, takenMemory)
      free1024 = 1024 - share1024(after, of: price)
    }
    // At most 26 times the ceiling, of which 31 fit.
    let charged = (7 * (cpu + memory) + 6 * growth) / 20
    let gpu = pod.gpuCount > 0 ? saturating(perGPU, pod.gpuCount) : 0
    let cost = min(max(charged, max(gpu, perVCPU > 0 ? 1 : 0)), ceiling)
    return times(cost, factor1024: 1024 + free1024 / 2)
  }

  /// What an amount of CPU costs at a price per vCPU, at most the ceiling.
  @inline(__always)
  private static func ofCPU(_ perVCPU: Int64, _ milliCPU: Int64) -> Int64 {
    min(saturating(perVCPU, milliCPU) / 1000, ceiling)
  }

  /// What an amount of memory costs at a price per GiB, at most the ceiling.
  @inline(__always)
  private static func ofMemory(_ perGibibyte: Int64, _ memoryBytes: Int64) -> Int64 {
    // Mebibytes, rounded up without overflow: a product of nanodollars and bytes would not fit.
    min(saturating(perGibibyte, (memoryBytes >> 20) + (memoryBytes & 0xF_FFFF > 0 ? 1 : 0)) >> 10, ceiling)
  }

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
/// Nanodollars per hour: of one vCPU or GPU (`unit`), of the pod's part of the node (`share`, `marginal`), of the node
/// (`node`). `marginal` with amounts that are not known, which are negative, counts the node as half full.
/// Nil where the node's price is not known. A node with nothing allocatable costs the ceiling, 2^58.
package func hourlyCost(
  of pod: PodDemandForCost, on node: NodeForCost, strategy: ScoringStrategy,
  requestedMilliCPU: Int64 = -1, requestedMemoryBytes: Int64 = -1
) -> Int64? {
  let columns = CostColumns([node])
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
    return Cost.marginal(
      price: columns.price[0], perVCPU: columns.perVCPU[0], perGibibyte: columns.perGibibyte[0],
      perGPU: columns.perGPU[0], of: demand, requestedMilliCPU: requestedMilliCPU,
      requestedMemoryBytes: requestedMemoryBytes)
  }
}
