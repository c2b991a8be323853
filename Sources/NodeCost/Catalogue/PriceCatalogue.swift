import CPriceCatalogue

/// The built-in list prices of AWS, Azure and Google: look-ups in read-only memory of the program, without copying,
/// allocating or locking. Any thread may use it.
///
/// Prices are Linux, shared tenancy, US dollars, without discounts; docs/prices.md states sources and dates.
package struct PriceCatalogue: Sendable {
  let bytes: StaticBytes
  let layout: CatalogueLayout

  /// The catalogue that is linked into the program.
  package static let builtIn = PriceCatalogue(builtInBytes())

  /// Reads a catalogue in place; nil where its header is not sound.
  init?(_ bytes: StaticBytes) {
    guard let layout = CatalogueLayout(bytes) else { return nil }
    self.bytes = bytes
    self.layout = layout
  }

  private static func builtInBytes() -> StaticBytes {
    // SAFETY: a constant array of the program with exactly that length.
    unsafe StaticBytes(base: cpricecatalogue_bytes(), count: cpricecatalogue_length())
  }

  /// How many prices, types and regions there are, for `prices` and metrics.
  package var counts: (prices: Int, types: Int, regions: Int) {
    (layout.entryCount + layout.zoneCount, layout.typeCount, layout.regionCount)
  }

  /// The list price of an instance type; nil where the catalogue does not state it.
  ///
  /// A spot price is looked up by zone first (`zone` may be a zone's name or id), then for the region, where the
  /// catalogue keeps the region's own spot price or the median of its zones. Reserved capacity is not listed.
  package func price(
    provider: CloudProvider, region: String, zones: [String] = [], instanceType: String, capacityType: CapacityType
  ) -> NanodollarsPerHour? {
    guard capacityType != .reserved, let type = typeIndex(provider, instanceType),
      let region = regionIndex(provider, region)
    else { return nil }
    if capacityType == .spot, let micro = zonePrice(type: type, region: region, zones: zones) {
      return Self.nanodollars(micro)
    }
    return entry(type: type, key: UInt16(region) << 1 | (capacityType == .spot ? 1 : 0)).map(Self.nanodollars)
  }

  /// What an instance type is computed to cost on demand in a region whose price is not listed: the type's price in
  /// the provider's reference region times the region's usual factor. An unknown region counts as the reference one.
  package func computedPrice(provider: CloudProvider, region: String, instanceType: String) -> NanodollarsPerHour? {
    guard let type = typeIndex(provider, instanceType) else { return nil }
    let reference = bytes.integer(at: typeRecord(type) + 16, as: UInt32.self)
    guard reference > 0 else { return nil }
    let permille = Int64(regionPermille(provider, region))
    return NanodollarsPerHour(rawValue: Int64(reference) * permille)
  }

  /// A region's usual on-demand price in permille of its provider's reference region; 1000 where unknown.
  func regionPermille(_ provider: CloudProvider, _ region: String) -> UInt16 {
    guard let index = regionIndex(provider, region) else { return 1000 }
    return bytes.integer(at: layout.regions + index * CatalogueLayout.regionBytes + 4, as: UInt16.self)
  }

  private static func nanodollars(_ micro: UInt32) -> NanodollarsPerHour {
    NanodollarsPerHour(rawValue: Int64(micro) * 1000)
  }

  // MARK: Records

  private func typeRecord(_ index: Int) -> Int { layout.types + index * CatalogueLayout.typeBytes }

  /// The price of one (type, region, spot) by binary search among the type's entries.
  private func entry(type: Int, key: UInt16) -> UInt32? {
    var low = Int(bytes.integer(at: typeRecord(type) + 4, as: UInt32.self))
    let end = Int(bytes.integer(at: typeRecord(type + 1) + 4, as: UInt32.self))
    var high = end
    while low < high {
      let middle = low + (high - low) / 2
      if bytes.integer(at: layout.keys + 2 * middle, as: UInt16.self) < key { low = middle + 1 } else { high = middle }
    }
    guard low < end, bytes.integer(at: layout.keys + 2 * low, as: UInt16.self) == key else { return nil }
    return bytes.integer(at: layout.prices + 4 * low, as: UInt32.self)
  }

  private func zonePrice(type: Int, region: Int, zones: [String]) -> UInt32? {
    let first = Int(bytes.integer(at: typeRecord(type) + 8, as: UInt32.self))
    let end = Int(bytes.integer(at: typeRecord(type + 1) + 8, as: UInt32.self))
    guard first < end else { return nil }
    for zone in zones where !zone.isEmpty {
      for index in first..<end {
        let record = layout.zones + index * CatalogueLayout.zoneBytes
        guard bytes.integer(at: record + 4, as: UInt32.self) == UInt32(region) else { continue }
        if hasName(zone.utf8Span.span, at: record) { return bytes.integer(at: record + 8, as: UInt32.self) }
      }
    }
    return nil
  }

  // MARK: Names

  /// The dense number of an instance type; nil where unknown.
  func typeIndex(_ provider: CloudProvider, _ name: String) -> Int? {
    index(provider, name.utf8Span.span, layout.typeSlots) { index in
      let record = typeRecord(index)
      return (record, bytes.byte(at: record + 12))
    }
  }

  /// The dense number of a region; nil where unknown.
  func regionIndex(_ provider: CloudProvider, _ name: String) -> Int? {
    index(provider, name.utf8Span.span, layout.regionSlots) { index in
      let record = layout.regions + index * CatalogueLayout.regionBytes
      return (record, bytes.byte(at: record + 6))
    }
  }

  private func index(
    _ provider: CloudProvider, _ name: Span<UInt8>, _ slots: CatalogueLayout.HashSlots,
    _ record: (Int) -> (name: Int, provider: UInt8)
  ) -> Int? {
    guard name.count > 0 else { return nil }
    var slot = Int(truncatingIfNeeded: Self.fnv1a(provider, name)) & (slots.count - 1)
    for _ in 0..<slots.count {
      let stored = bytes.integer(at: slots.offset + 2 * slot, as: UInt16.self)
      guard stored > 0 else { return nil }
      let found = record(Int(stored) - 1)
      if found.provider == provider.rawValue, hasName(name, at: found.name) { return Int(stored) - 1 }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private func hasName(_ name: Span<UInt8>, at offset: Int) -> Bool {
    let packed = bytes.integer(at: offset, as: UInt32.self)
    return Int(packed & 0xFF) == name.count && bytes.matches(name, at: layout.strings + Int(packed >> 8))
  }

  private func name(at offset: Int) -> String {
    let packed = bytes.integer(at: offset, as: UInt32.self)
    return bytes.text(at: layout.strings + Int(packed >> 8), length: Int(packed & 0xFF))
  }

  private static func fnv1a(_ provider: CloudProvider, _ name: Span<UInt8>) -> UInt32 {
    var hash = (0x811C_9DC5 ^ UInt32(provider.rawValue)) &* 0x0100_0193
    for place in 0..<name.count { hash = (hash ^ UInt32(name[place])) &* 0x0100_0193 }
    return hash
  }
}

/// One price of the catalogue, for listings.
package struct CataloguePrice: Hashable, Sendable {
  /// Whose price it is.
  package let provider: CloudProvider
  /// The region's name.
  package let region: String
  /// The zone's name or id; empty for a price of the whole region.
  package let zone: String
  /// The instance type's name.
  package let instanceType: String
  /// On-demand or spot.
  package let capacityType: CapacityType
  /// The price.
  package let price: NanodollarsPerHour
}

extension PriceCatalogue {
  /// Calls `body` with every price of the types that `wanted` accepts, by provider, then type, then region. For
  /// listings: it makes strings.
  package func forEachPrice(
    ofType wanted: (CloudProvider, String) -> Bool = { _, _ in true }, _ body: (CataloguePrice) -> Void
  ) {
    for type in 0..<layout.typeCount {
      let record = typeRecord(type)
      guard let provider = CloudProvider(rawValue: bytes.byte(at: record + 12)) else { continue }
      let instanceType = name(at: record)
      guard wanted(provider, instanceType) else { continue }
      forEachPrice(of: type, provider, instanceType, body)
    }
  }

  private func forEachPrice(
    of type: Int, _ provider: CloudProvider, _ instanceType: String, _ body: (CataloguePrice) -> Void
  ) {
    func range(_ field: Int) -> Range<Int> {
      let first = Int(bytes.integer(at: typeRecord(type) + field, as: UInt32.self))
      return first..<max(first, Int(bytes.integer(at: typeRecord(type + 1) + field, as: UInt32.self)))
    }
    func region(_ index: Int) -> String { name(at: layout.regions + index * CatalogueLayout.regionBytes) }
    for entry in range(4) {
      let key = bytes.integer(at: layout.keys + 2 * entry, as: UInt16.self)
      body(
        CataloguePrice(
          provider: provider, region: region(Int(key >> 1)), zone: "", instanceType: instanceType,
          capacityType: key & 1 == 1 ? .spot : .onDemand,
          price: Self.nanodollars(bytes.integer(at: layout.prices + 4 * entry, as: UInt32.self))))
    }
    for zone in range(8) {
      let record = layout.zones + zone * CatalogueLayout.zoneBytes
      body(
        CataloguePrice(
          provider: provider, region: region(Int(bytes.integer(at: record + 4, as: UInt32.self))),
          zone: name(at: record), instanceType: instanceType, capacityType: .spot,
          price: Self.nanodollars(bytes.integer(at: record + 8, as: UInt32.self))))
    }
  }
}
