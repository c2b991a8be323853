import Foundation
import NodeCost
import TestSupport
import Testing

@testable import Simulation

@Suite struct FleetTests {
  static func rows(_ name: String) throws -> [[String]] {
    let file = RepositoryLayout.root.appendingPathComponent("data/prices/\(name)")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  @Test func machineTypesAreThoseOfTheTables() throws {
    let offers = try Dictionary(grouping: Self.rows("aws_allocatable.csv")) { $0[0] }
    let shapes = try Dictionary(grouping: Self.rows("shapes.csv").filter { $0.last == "aws" }) { $0[0] }
    for type in MachineType.all {
      let offer = try #require(offers[type.name]?.first, "\(type.name)")
      let stated = [type.allocatable.milliCPU, type.allocatable.memoryMebibytes, type.maximumPods].map(String.init)
      #expect(Array(offer.dropFirst()) == stated, "\(type.name)")
      #expect(shapes[type.name]?.first?[3] == String(type.allocatable.gpus), "\(type.name)")
    }
  }

  @Test func pricesAreTheCatalogues() throws {
    let fleet = try Fleet.onDemand(PriceBook())
    #expect(fleet.groups.count == 14)
    #expect(fleet.groups.allSatisfy { $0.price.source == .catalogue && !$0.isSpot })
    #expect(fleet.groups.first { $0.name == "m6a.8xlarge" }?.price.nanodollarsPerHour.description == "1.3824")
    let mixed = try Fleet.spotMixed(PriceBook())
    #expect(mixed.groups.filter(\.isSpot).count == 8)
    let zone = mixed.groups.first { $0.name == "m5a.2xlarge spot use1-az4" }
    #expect(zone?.price.nanodollarsPerHour.description == "0.1822" && zone?.price.source == .catalogue)
    for group in mixed.groups where group.isSpot && !group.name.contains("use1") {
      let onDemand = mixed.groups.first { group.name == $0.name + " spot" }
      #expect(group.price.nanodollarsPerHour < (onDemand?.price.nanodollarsPerHour ?? NanodollarsPerHour(rawValue: 0)))
      #expect(group.price.source == .estimated)
    }
  }

  @Test func aFleetThatCannotBePricedIsRefused() {
    #expect(throws: FleetError(group: "c6a.xlarge")) { try Fleet.onDemand(PriceBook(catalogue: nil)) }
  }

  @Test func everyPodOfTheCommittedTracesFitsOnItsFleets() throws {
    for name in ["azure-2017", "openb-2023"] {
      let file = RepositoryLayout.root.appendingPathComponent("data/traces/\(name).csv")
      let trace = try Trace(parsing: Array(Data(contentsOf: file)))
      let scenarios = try Scenario.standard(for: trace, prices: PriceBook())
      #expect(scenarios.count == 8)
      for fleet in Set(scenarios.map(\.fleet)) {
        #expect(trace.pods.allSatisfy { fleet.takes($0.demand) }, "\(name) on \(fleet.name)")
      }
    }
  }
}
