import Testing

@testable import NodeCost

@Suite struct EstimateTests {
  let book = PriceBook()

  /// Half of all list prices of machines without GPU are met within these errors; docs/prices.md states them.
  @Test(arguments: [(CloudProvider.aws, 0.20), (.azure, 0.14), (.gcp, 0.10)])
  func halfOfAllPricesAreMet(provider: CloudProvider, bound: Double) throws {
    let catalogue = try #require(PriceCatalogue.builtIn)
    var errors: [Double] = []
    for (key, nanos) in PriceTables.prices where key.provider == provider && key.capacityType == .onDemand {
      guard let shape = PriceTables.shapes[provider.name + "/" + key.instanceType], shape.gpus == 0, shape.vCPUs > 0
      else { continue }
      // What a node of that machine offers, so that the estimate has to find the machine again.
      let facts = NodePricingFacts(
        name: "n", provider: provider, region: key.region, allocatableMilliCPU: Int64(shape.vCPUs * 1000) - 60,
        allocatableMemoryBytes: max(Int64((shape.gibibytes - 0.75) / 1.09 * 1_073_741_824), 1),
        architecture: shape.architecture)
      let estimate = try #require(
        catalogue.estimate(for: provider).onDemandPrice(
          of: facts, regionPermille: catalogue.regionPermille(provider, key.region)))
      errors.append(abs(Double(estimate.rawValue) / Double(nanos) - 1))
    }
    errors.sort()
    #expect(errors.count > 9000)
    #expect(errors[errors.count / 2] < bound)
  }

  @Test func pricesAnUnknownTypeByItsSizeAndSaysSo() throws {
    let facts = NodePricingFacts(
      name: "n", provider: .aws, instanceType: "m99.large", region: "us-east-1", allocatableMilliCPU: 1930,
      allocatableMemoryBytes: 7 << 30, architecture: "amd64")
    let price = try #require(book.price(of: facts))
    #expect(price.source == .estimated)
    #expect((80_000_000...140_000_000).contains(price.nanodollarsPerHour.rawValue))
    var spot = facts
    spot.capacityType = .spot
    #expect(try #require(book.price(of: spot)).nanodollarsPerHour < price.nanodollarsPerHour)
    var withGPU = facts
    withGPU.gpuCount = 1
    #expect(try #require(book.price(of: withGPU)).nanodollarsPerHour > price.nanodollarsPerHour)
    var larger = facts
    larger.allocatableMilliCPU = 3920
    #expect(try #require(book.price(of: larger)).nanodollarsPerHour > price.nanodollarsPerHour)
  }

  @Test func knowsNothingOfANodeWithoutSize() {
    #expect(book.price(of: NodePricingFacts(name: "n")) == nil)
    #expect(book.price(of: NodePricingFacts(name: "n", allocatableMilliCPU: -5, allocatableMemoryBytes: -5)) == nil)
    #expect(PriceBook(catalogue: nil).price(of: NodePricingFacts(name: "n", allocatableMilliCPU: 1000)) == nil)
  }

  @Test func absurdSizesNeverTrap() {
    let sizes: [Int64] = [Int64.min, -1, 0, 1, 1 << 30, 1 << 50, 1 << 62, Int64.max]
    for cpu in sizes {
      for memory in sizes {
        for gpus in sizes {
          for architecture in ["", "amd64", "arm64"] {
            let facts = NodePricingFacts(
              name: "n", provider: .gcp, region: "us-central1", capacityType: .spot, allocatableMilliCPU: cpu,
              allocatableMemoryBytes: memory, gpuCount: gpus, architecture: architecture)
            if let price = book.price(of: facts) { #expect(price.nanodollarsPerHour.isCredible) }
          }
        }
      }
    }
  }

  @Test func estimatesSpotOfListedTypesFromOnDemand() throws {
    var facts = NodePricingFacts(
      name: "n", provider: .azure, instanceType: "Standard_D4s_v3", region: "westeurope", capacityType: .spot)
    let spot = try #require(book.price(of: facts))
    facts.capacityType = .onDemand
    let onDemand = try #require(book.price(of: facts))
    #expect(spot.source == .estimated && onDemand.source == .catalogue)
    #expect(spot.nanodollarsPerHour < onDemand.nanodollarsPerHour)
    facts.capacityType = .reserved
    let reserved = try #require(book.price(of: facts))
    #expect(reserved.nanodollarsPerHour == onDemand.nanodollarsPerHour && reserved.source == .estimated)
  }
}
