/// Prices of all nodes as columns by dense node index: made once when prices or nodes change, then only read, by any
/// thread. Costs are nanodollars per hour, at most ``Cost/ceiling``; -1 where no price is known.
package struct CostColumns: Sendable {
  /// The node's price.
  package let price: [Int64]
  /// Where it came from; `.assumed` where no price is known.
  package let source: [PriceSource]
  /// Price per allocatable vCPU.
  let perVCPU: [Int64]
  /// Price per allocatable GiB.
  let perGibibyte: [Int64]
  /// Price per GPU; the ceiling on nodes without one.
  let perGPU: [Int64]
  /// Allocatable CPU in thousandths of a vCPU.
  let allocatableMilliCPU: [Int64]
  /// Allocatable memory in bytes.
  let allocatableMemoryBytes: [Int64]
  /// Allocatable GPUs.
  let gpuCount: [Int64]

  /// Whether any node has a GPU.
  let hasGPUs: Bool

  /// How many nodes the columns describe.
  package var count: Int { price.count }

  /// Columns over nodes in the order of their dense index.
  package init(_ nodes: some Collection<NodeForCost>) {
    self.init(
      prices: nodes.map(\.price), allocatableMilliCPU: nodes.map(\.allocatableMilliCPU),
      allocatableMemoryBytes: nodes.map(\.allocatableMemoryBytes), gpuCount: nodes.map(\.gpuCount))
  }

  /// Columns over columns; the arrays' storage is shared. Columns of unequal length are cut to the shortest.
  package init(
    prices: [NodePrice?], allocatableMilliCPU: [Int64], allocatableMemoryBytes: [Int64], gpuCount: [Int64]
  ) {
    let count = min(prices.count, allocatableMilliCPU.count, allocatableMemoryBytes.count, gpuCount.count)
    func unit(_ index: Int, _ multiplier: Int64, _ whole: Int64) -> Int64 {
      guard let price = prices[index]?.nanodollarsPerHour.rawValue, price >= 0 else { return Cost.unknown }
      return Cost.scaled(price, by: multiplier, over: whole)
    }
    price = (0..<count).map { unit($0, 1, 1) }
    source = (0..<count).map { prices[$0]?.source ?? .assumed }
    perVCPU = (0..<count).map { unit($0, 1000, allocatableMilliCPU[$0]) }
    perGibibyte = (0..<count).map { unit($0, 1 << 30, allocatableMemoryBytes[$0]) }
    perGPU = (0..<count).map { unit($0, 1, gpuCount[$0]) }
    self.allocatableMilliCPU = allocatableMilliCPU
    self.allocatableMemoryBytes = allocatableMemoryBytes
    self.gpuCount = gpuCount
    hasGPUs = gpuCount.contains { $0 > 0 }
  }
}
