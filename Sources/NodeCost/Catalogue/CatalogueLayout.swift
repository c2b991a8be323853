/// The catalogue's sections, found and checked once. `scripts/build-catalogue/blob.py` writes this layout:
/// little-endian; names are `offset in strings << 8 | length`.
///
/// - header: magic, then counts and section offsets as `UInt32`
/// - region record, 12 bytes: name, `UInt16` factor in permille of the reference region, `UInt8` provider
/// - type record, 20 bytes: name, first entry, first zone record, `UInt8` provider, microdollars in the reference
///   region; a sentinel follows the last
/// - entry: `UInt16` key = region << 1 | spot, ascending within a type; `UInt32` microdollars per hour in a second array
/// - zone record, 12 bytes: name, region, microdollars per hour of spot capacity
/// - fit, 32 bytes: `Int64` nanodollars per vCPU, GiB and GPU hour, then `UInt16` permille for arm64, amd64, spot
struct CatalogueLayout: Sendable {
  static let magic: UInt64 = 0x3145_4349_5250_5A44  // "DZPRICE1", little-endian
  static let regionBytes = 12
  static let typeBytes = 20
  static let zoneBytes = 12
  static let fitBytes = 32

  let regionCount: Int
  let typeCount: Int
  let entryCount: Int
  let zoneCount: Int
  let regionSlots: HashSlots
  let typeSlots: HashSlots
  let strings: Int
  let regions: Int
  let types: Int
  let keys: Int
  let prices: Int
  let zones: Int
  let fits: Int

  /// A hash table of the catalogue: a power of two of `UInt16` slots holding index + 1, linear probing.
  struct HashSlots: Sendable {
    let offset: Int
    let count: Int
  }

  /// Reads the header; nil where the bytes are no catalogue of this version or a section lies outside of them.
  init?(_ bytes: StaticBytes) {
    func field(_ place: Int) -> Int { Int(bytes.integer(at: 8 + 4 * place, as: UInt32.self)) }
    guard bytes.integer(at: 0, as: UInt64.self) == Self.magic, field(0) == bytes.count else { return nil }
    regionCount = field(1)
    typeCount = field(2)
    entryCount = field(3)
    zoneCount = field(4)
    strings = field(7)
    regions = field(8)
    regionSlots = HashSlots(offset: field(9), count: field(5))
    types = field(10)
    typeSlots = HashSlots(offset: field(11), count: field(6))
    keys = field(12)
    prices = field(13)
    zones = field(14)
    fits = field(15)
    let ends = [
      regions + regionCount * Self.regionBytes, types + (typeCount + 1) * Self.typeBytes,
      regionSlots.offset + 2 * regionSlots.count, typeSlots.offset + 2 * typeSlots.count,
      keys + 2 * entryCount, prices + 4 * entryCount, zones + zoneCount * Self.zoneBytes,
      fits + (CloudProvider.allCases.count + 1) * Self.fitBytes,
    ]
    let tables = [regionSlots.count, typeSlots.count]
    guard ends.allSatisfy({ $0 <= bytes.count }), tables.allSatisfy({ $0 > 0 && $0 & ($0 - 1) == 0 }) else {
      return nil
    }
  }
}
