import Foundation

@testable import NodeCost

/// The committed price tables, read by other code than the catalogue's script.
struct PriceTables {
  struct Key: Hashable {
    let provider: CloudProvider
    let region: String
    let zone: String
    let instanceType: String
    let capacityType: CapacityType
  }

  struct Shape {
    let vCPUs: Double
    let gibibytes: Double
    let gpus: Int
    let architecture: String
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "data/prices")

  /// Every price of the tables in nanodollars per hour.
  static let prices: [Key: Int64] = {
    var prices: [Key: Int64] = [:]
    for provider in CloudProvider.allCases {
      let lines = records(provider.name + ".csv")
      let regions = lines[0].dropFirst(2)
      for line in lines.dropFirst() {
        for (region, cell) in zip(regions, line.dropFirst(2)) where !cell.isEmpty {
          let key = Key(
            provider: provider, region: region, zone: "", instanceType: line[0],
            capacityType: line[1] == "spot" ? .spot : .onDemand)
          prices[key] = nanodollars(cell)
        }
      }
    }
    for line in records("aws_spot_zones.csv").dropFirst() {
      let key = Key(
        provider: .aws, region: line[1], zone: line[2], instanceType: line[3], capacityType: .spot)
      prices[key] = nanodollars(line[5])
    }
    return prices
  }()

  static let shapes: [String: Shape] = {
    var shapes: [String: Shape] = [:]
    for line in records("shapes.csv").dropFirst() {
      shapes[line[5] + "/" + line[0]] = Shape(
        vCPUs: Double(line[1]) ?? 0, gibibytes: Double(line[2]) ?? 0, gpus: Int(line[3]) ?? 0, architecture: line[4])
    }
    return shapes
  }()

  static func records(_ name: String) -> [[String]] {
    let text = (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
    return text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// Through floating point on purpose: independent of the code under test, and exact at this size.
  private static func nanodollars(_ text: String) -> Int64 {
    Int64(((Double(text) ?? .nan) * 1_000_000).rounded()) * 1000
  }
}
