/// The fit that prices a machine by what it holds: `vCPU × a + GiB × b + GPU × c`, times factors. The constants are in
/// the catalogue; docs/prices.md states how far off they are.
package struct PriceEstimate: Hashable, Sendable {
  /// Nanodollars per vCPU and hour.
  let perVCPU: Int64
  /// Nanodollars per GiB and hour.
  let perGibibyte: Int64
  /// Nanodollars per GPU and hour, whatever GPU it is.
  let perGPU: Int64
  /// Permille of the above for arm64 and amd64 machines without GPU.
  let arm64Permille: UInt16
  let amd64Permille: UInt16
  /// Permille of the on-demand price that spot capacity usually costs.
  package let spotPermille: UInt16

  /// An estimated on-demand price of a node, from its allocatable quantities: the machine behind it has whole vCPUs,
  /// and about 0.75 GiB and a twelfth more memory than it offers (docs/prices.md). Nil where nothing is known of the
  /// node's size or where the size is absurd.
  func onDemandPrice(of facts: NodePricingFacts, regionPermille: UInt16) -> NanodollarsPerHour? {
    let milliCPU = max(facts.allocatableMilliCPU, 0)
    let memoryBytes = max(facts.allocatableMemoryBytes, 0)
    guard milliCPU > 0 || memoryBytes > 0, milliCPU <= 1 << 30, memoryBytes <= 1 << 50 else { return nil }
    let gpus = min(max(facts.gpuCount, 0), 1 << 16)
    let vCPUs = max((milliCPU + 999) / 1000, 1)
    let mebibytes = memoryBytes > 0 ? (memoryBytes >> 20) * 109 / 100 + 768 : 0
    // At most 2^21 × 2^26 + 2^31 × 2^24 / 2^10 + 2^16 × 2^29: far inside Int64.
    let whole = vCPUs * perVCPU + mebibytes * perGibibyte / 1024 + gpus * perGPU
    let architecture =
      switch facts.architecture {
      case "arm64" where gpus == 0: arm64Permille
      case "amd64" where gpus == 0: amd64Permille
      default: UInt16(1000)
      }
    let price = NanodollarsPerHour(
      rawValue: Self.scaled(Self.scaled(whole, permille: architecture), permille: regionPermille))
    return price.isCredible ? price : nil
  }

  /// A spot price from an on-demand price.
  func spotPrice(onDemand: NanodollarsPerHour) -> NanodollarsPerHour {
    NanodollarsPerHour(rawValue: Self.scaled(onDemand.rawValue, permille: spotPermille))
  }

  /// `value × permille ÷ 1000` without overflow for non-negative values, never below 1 where the value was above 0.
  private static func scaled(_ value: Int64, permille: UInt16) -> Int64 {
    let (thousands, rest) = value.quotientAndRemainder(dividingBy: 1000)
    let (high, overflow) = thousands.multipliedReportingOverflow(by: Int64(permille))
    guard !overflow else { return Int64.max }
    return max(high + rest * Int64(permille) / 1000, value > 0 ? 1 : 0)
  }
}

extension PriceCatalogue {
  /// The fit of a provider, or over all of them.
  package func estimate(for provider: CloudProvider?) -> PriceEstimate {
    let index = provider.map { Int($0.rawValue) } ?? CloudProvider.allCases.count
    let record = layout.fits + index * CatalogueLayout.fitBytes
    return PriceEstimate(
      perVCPU: bytes.integer(at: record, as: Int64.self),
      perGibibyte: bytes.integer(at: record + 8, as: Int64.self),
      perGPU: bytes.integer(at: record + 16, as: Int64.self),
      arm64Permille: bytes.integer(at: record + 24, as: UInt16.self),
      amd64Permille: bytes.integer(at: record + 26, as: UInt16.self),
      spotPermille: bytes.integer(at: record + 28, as: UInt16.self))
  }
}
