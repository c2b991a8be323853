import Foundation
import NodeCost

/// What `/prices` and `prices --sources` say: every source of prices in the order in which they are asked.
struct PriceReport: Codable {
  struct Source: Codable {
    var source: String
    var meaning: String
    /// How many prices the source has; nil where it is asked per node, or not in use.
    var prices: Int?
    /// Since the prices arrived; nil where they do not age.
    var ageSeconds: Double?

    /// For the table.
    var age: String {
      guard let ageSeconds else { return "-" }
      return ageSeconds < 120 ? "\(Int(ageSeconds))s" : "\(Int(ageSeconds / 60))m"
    }
  }

  var sources: [Source]

  /// One line of JSON.
  func json() throws -> [UInt8] { Array(try JSONEncoder().encode(self)) }

  /// - Parameters:
  ///   - book: the prices in use.
  ///   - controlPlaneAgeSeconds: since the control plane's prices arrived; nil where there are none.
  init(book: PriceBook, controlPlaneAgeSeconds: Double?) {
    sources = PriceSource.allCases.map { source in
      switch source {
      case .annotation:
        Source(source: source.rawValue, meaning: "dakr.devzero.io/hourly-cost on the node", prices: nil)
      case .controlPlane:
        Source(
          source: source.rawValue, meaning: "the control plane, by node name",
          prices: book.controlPlane?.nanodollarsPerHour.count ?? 0, ageSeconds: controlPlaneAgeSeconds)
      case .priceFile:
        Source(source: source.rawValue, meaning: "your price file", prices: book.priceFile?.rows.count ?? 0)
      case .catalogue:
        Source(
          source: source.rawValue, meaning: "list prices that are built in", prices: book.catalogue?.counts.prices ?? 0)
      case .estimated:
        Source(source: source.rawValue, meaning: "computed from a listed type or from the node's size", prices: nil)
      case .assumed:
        Source(source: source.rawValue, meaning: "median of the candidates of a request", prices: nil)
      }
    }
  }
}
