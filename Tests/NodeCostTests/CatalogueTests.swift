import TestSupport
import Testing

@testable import NodeCost

@Suite struct CatalogueTests {
  let catalogue: PriceCatalogue

  init() throws {
    catalogue = try #require(PriceCatalogue.builtIn)
  }

  @Test(arguments: [
    (CloudProvider.aws, "us-east-1", "m5.xlarge", CapacityType.onDemand, "0.192"),
    (.aws, "us-east-1", "m7a.xlarge", .onDemand, "0.23184"),
    (.aws, "eu-west-1", "m5a.large", .onDemand, "0.096"),
    (.azure, "westeurope", "Standard_D4s_v3", .onDemand, "0.24"),
    (.gcp, "africa-south1", "c2d-highcpu-112", .onDemand, "4.622128"),
    (.gcp, "africa-south1", "c2d-highcpu-112", .spot, "0.90608"),
  ])
  func statesListPrices(
    provider: CloudProvider, region: String, type: String, capacity: CapacityType, usd: String
  ) {
    let price = catalogue.price(provider: provider, region: region, instanceType: type, capacityType: capacity)
    #expect(price?.description == usd)
  }

  @Test func everyPriceIsInTheTablesAndEveryOtherRowWasRefusedByARule() {
    let tables = PriceTables.prices
    var seen: Set<PriceTables.Key> = []
    var wrong = 0
    var medians = 0
    catalogue.forEachPrice { price in
      let key = PriceTables.Key(
        provider: price.provider, region: price.region, zone: price.zone, instanceType: price.instanceType,
        capacityType: price.capacityType)
      if price.provider == .aws, price.capacityType == .spot, price.zone.isEmpty {
        medians += 1
      } else {
        seen.insert(key)
      }
      let found = catalogue.price(
        provider: price.provider, region: price.region, zones: [price.zone], instanceType: price.instanceType,
        capacityType: price.capacityType)
      if found != price.price { wrong += 1 }
      if !price.zone.isEmpty || price.provider != .aws || price.capacityType != .spot {
        if tables[key] != price.price.rawValue { wrong += 1 }
      }
    }
    #expect(wrong == 0)
    #expect(medians == 15)
    #expect(tables.count == 101_432)
    let refused = tables.keys.filter { !seen.contains($0) }
    #expect(refused.filter { $0.provider == .azure }.count == 13)
    #expect(refused.filter { $0.provider == .gcp }.count == 343)
    #expect(refused.filter { $0.provider == .aws }.isEmpty)
    for key in refused where key.provider == .gcp { #expect(isIncredibleSpot(key, tables)) }
  }

  private func isIncredibleSpot(_ key: PriceTables.Key, _ tables: [PriceTables.Key: Int64]) -> Bool {
    let onDemand = PriceTables.Key(
      provider: .gcp, region: key.region, zone: "", instanceType: key.instanceType, capacityType: .onDemand)
    guard let spot = tables[key], let full = tables[onDemand], key.capacityType == .spot else { return false }
    let ratio = Double(spot) / Double(full)
    return ratio < 0.1 || ratio >= 0.99
  }

  @Test(arguments: ["m2-ultramem-416", "f1-micro", "g1-small"])
  func refusesSpotPricesThatCannotBeTrue(type: String) {
    #expect(
      catalogue.price(provider: .gcp, region: "asia-east1", instanceType: type, capacityType: .spot) == nil)
  }

  @Test func keysSpotByZone() {
    func spot(_ zones: [String]) -> String? {
      catalogue.price(
        provider: .aws, region: "us-west-2", zones: zones, instanceType: "i7ie.2xlarge", capacityType: .spot)?
        .description
    }
    #expect(spot(["usw2-az1", "us-west-2a"]) == "0.3455")
    #expect(spot(["usw2-az4"]) == "1.0396")
    #expect(spot(["nowhere"]) == "0.3455", "the lower median of 0.3407, 0.3455, 0.3969, 1.0396")
  }

  @Test(arguments: [
    (CloudProvider.aws, "us-east-1", "m5.nonesuch"), (.aws, "mars-1", "m5.large"), (.gcp, "us-east-1", "m5.large"),
    (.aws, "", "m5.large"), (.aws, "us-east-1", ""), (.aws, "us-east-1", String(repeating: "x", count: 100_000)),
  ])
  func knowsNothingElse(provider: CloudProvider, region: String, type: String) {
    #expect(
      catalogue.price(provider: provider, region: region, instanceType: type, capacityType: .onDemand) == nil)
  }

  @Test func computesListedTypesInUnlistedRegions() throws {
    let reference = try #require(catalogue.computedPrice(provider: .aws, region: "", instanceType: "m5.large"))
    let frankfurt = try #require(
      catalogue.computedPrice(provider: .aws, region: "eu-central-1", instanceType: "m5.large"))
    #expect(abs(reference.rawValue - 96_000_000) < 1_000_000)
    #expect(frankfurt > reference)
    #expect(abs(frankfurt.rawValue - 115_000_000) < 8_000_000)
  }

  @Test func loadsInUnderFiveMillisecondsAndIsSmall() {
    let clock = ContinuousClock()
    let best = (0..<5).map { _ in
      clock.measure { #expect(PriceCatalogue(catalogue.bytes) != nil) }
    }.min()
    #expect((best ?? .seconds(1)) < .milliseconds(5))
    #expect(catalogue.bytes.count < 2 << 20)
    #expect(catalogue.counts.prices > 100_000)
    #expect(catalogue.counts.regions == 134)
  }

  /// Broken headers are refused; broken contents give wrong prices at worst.
  @Test func brokenBytesNeverTrap() {
    var generator = SeededGenerator(seed: 3)
    let sound = (0..<catalogue.bytes.count).map { catalogue.bytes.byte(at: $0) }
    for round in 0..<60 {
      var bytes = round == 0 ? [] : sound
      for _ in 0..<Int.random(in: 1...6, using: &generator) where !bytes.isEmpty {
        let reach = Bool.random(using: &generator) ? 108 : bytes.count
        bytes[Int.random(in: 0..<reach, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      if Int.random(in: 0..<4, using: &generator) == 0 {
        bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
      }
      unsafe bytes.withUnsafeBytes { buffer in
        guard let base = buffer.baseAddress else { return }
        // SAFETY: used within the closure only.
        guard let broken = PriceCatalogue(unsafe StaticBytes(base: base, count: buffer.count)) else { return }
        for type in ["m5.large", "Standard_D4s_v3", "i7ie.2xlarge"] {
          for provider in CloudProvider.allCases {
            _ = broken.price(
              provider: provider, region: "us-east-1", zones: ["use1-az1"], instanceType: type, capacityType: .spot)
            _ = broken.computedPrice(provider: provider, region: "eastus", instanceType: type)
          }
        }
      }
    }
  }
}
