/// Prices that the user states, as read by ``PriceFile/init(parsing:mode:)`` from CSV.
package struct PriceFile: Sendable {
  /// What becomes of the built-in catalogue beside the file.
  package enum Mode: String, CaseIterable, Sendable {
    /// The file's prices come first, the catalogue's list prices after them.
    case extend
    /// List prices of the catalogue are not used; what the file does not state is estimated from capacity.
    case replace
  }

  /// One line of the file. `*` in the file is kept as nil: any provider, any region.
  package struct Row: Hashable, Sendable {
    /// The provider's name; nil for any.
    package let provider: String?
    /// The region's name; nil for any.
    package let region: String?
    /// The zone's name or id; empty for the whole region.
    package let zone: String
    /// The instance type; empty in a line about one node.
    package let instanceType: String
    /// How the capacity is bought.
    package let capacityType: CapacityType
    /// The node's name in a line about one node, else empty.
    package let node: String
    /// The price.
    package let price: NanodollarsPerHour
  }

  /// What becomes of the catalogue.
  package let mode: Mode
  /// Every line, in the file's order.
  package let rows: [Row]
  private let byNode: [String: NanodollarsPerHour]
  private let byType: [Key: NanodollarsPerHour]

  /// What a price of a type is found by.
  private struct Key: Hashable {
    var provider: String?
    var region: String?
    var zone: String
    var instanceType: String
    var capacityType: CapacityType
  }

  /// Why a line cannot be added to the lines before it.
  struct Duplicate: Error {
    /// The number of the earlier line among the rows, from 0.
    let earlierRow: Int
  }

  /// A book of rows; throws where two rows price the same thing.
  init(mode: Mode, rows: [Row]) throws(Duplicate) {
    var byNode: [String: NanodollarsPerHour] = [:]
    var byType: [Key: NanodollarsPerHour] = [:]
    for row in rows {
      let earlier =
        row.node.isEmpty
        ? byType.updateValue(row.price, forKey: Self.key(row)) : byNode.updateValue(row.price, forKey: row.node)
      if earlier != nil {
        let first = rows.firstIndex { $0.node == row.node && Self.key($0) == Self.key(row) }
        throw Duplicate(earlierRow: first ?? 0)
      }
    }
    self.mode = mode
    self.rows = rows
    self.byNode = byNode
    self.byType = byType
  }

  private static func key(_ row: Row) -> Key {
    guard row.node.isEmpty else {
      return Key(provider: nil, region: nil, zone: "", instanceType: "", capacityType: .onDemand)
    }
    return Key(
      provider: row.provider, region: row.region, zone: row.zone, instanceType: row.instanceType,
      capacityType: row.capacityType)
  }

  /// The file's price of a node: by the node's name, else by type with the most particular line first (zone before
  /// region before any region; the named provider before any). Nil where no line fits.
  package func price(of facts: NodePricingFacts) -> NanodollarsPerHour? {
    if let price = byNode[facts.name] { return price }
    guard !facts.instanceType.isEmpty, !byType.isEmpty else { return nil }
    let scheme = facts.provider?.name ?? ProviderID.scheme(of: facts.providerID)
    let providers: [String?] = scheme.map { [$0, nil] } ?? [nil]
    let places: [(region: String?, zone: String)] = [
      (facts.region, facts.zoneID), (facts.region, facts.zone), (facts.region, ""), (nil, ""),
    ]
    for (rank, place) in places.enumerated() where rank > 1 || !place.zone.isEmpty {
      for provider in providers {
        let key = Key(
          provider: provider, region: place.region, zone: place.zone, instanceType: facts.instanceType,
          capacityType: facts.capacityType)
        if let price = byType[key] { return price }
      }
    }
    return nil
  }
}
