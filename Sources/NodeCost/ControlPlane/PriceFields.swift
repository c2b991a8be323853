/// The fields of one `Node` message that say what it costs, as they are met.
///
/// The price is the first present of `moneyPricePerHour` (the effective price, discounts applied), `pricePerHour`,
/// `costInfo.moneyTotalCostPerHour` and `costInfo.totalCostPerHour`. Where the first present one is odd, the node has no
/// price: a later one may mean something else. Absent and null are the same, and so is a double of 0, which protojson
/// may write for "not set".
struct PriceFields {
  struct Odd: Error {
    let reason: OddPrice
  }

  typealias Amount = Result<Int64, Odd>

  private(set) var name: String?
  private var moneyPricePerHour: Amount?
  private var pricePerHour: Amount?
  private var moneyTotalCostPerHour: Amount?
  private var totalCostPerHour: Amount?

  /// The node's price in nanodollars per hour.
  var price: Amount {
    moneyPricePerHour ?? pricePerHour ?? moneyTotalCostPerHour ?? totalCostPerHour ?? .failure(Odd(reason: .absent))
  }

  /// Reads one member of a node; protojson allows the field's original name beside the camel-case one.
  mutating func readMember(_ member: String, _ cursor: inout JSONCursor) throws(JSONFault) {
    switch member {
    case "name":
      let text = try cursor.optionalString() ?? ""
      name = name == nil ? text : ""
    case "moneyPricePerHour", "money_price_per_hour": try Self.set(&moneyPricePerHour, Self.money(&cursor))
    case "pricePerHour", "price_per_hour": try Self.set(&pricePerHour, Self.double(&cursor))
    case "costInfo", "cost_info":
      guard try cursor.kind() == .object else { return try cursor.skip() }
      try cursor.object { (cursor, name) throws(JSONFault) in try readCostInfo(name, &cursor) }
    default: try cursor.skip()
    }
  }

  private mutating func readCostInfo(_ member: String, _ cursor: inout JSONCursor) throws(JSONFault) {
    switch member {
    case "moneyTotalCostPerHour", "money_total_cost_per_hour":
      try Self.set(&moneyTotalCostPerHour, Self.money(&cursor))
    case "totalCostPerHour", "total_cost_per_hour": try Self.set(&totalCostPerHour, Self.double(&cursor))
    default: try cursor.skip()
    }
  }

  /// A field that is stated twice is odd, whatever it says.
  private static func set(_ field: inout Amount?, _ amount: Amount?) {
    guard let amount else { return }
    field = field == nil ? amount : .failure(Odd(reason: .malformed))
  }

  /// A double, read as decimal text: the nearest nanodollar, not the nearest binary fraction. Nil for null and 0.
  private static func double(_ cursor: inout JSONCursor) throws(JSONFault) -> Amount? {
    guard try cursor.kind() != .null else {
      try cursor.skip()
      return nil
    }
    guard let text = try cursor.optionalNumberText() else { return .failure(Odd(reason: .malformed)) }
    guard let nanos = DecimalText.nanos(text, allowsSignAndExponent: true) else {
      let looksLarge = text.first.map { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) } ?? false
      return .failure(Odd(reason: looksLarge ? .tooLarge : .malformed))
    }
    return nanos == 0 ? nil : credible(nanos)
  }

  private static func credible(_ nanos: Int64) -> Amount {
    guard nanos > 0 else { return .failure(Odd(reason: .notPositive)) }
    return NanodollarsPerHour(rawValue: nanos).isCredible ? .success(nanos) : .failure(Odd(reason: .tooLarge))
  }

  /// A `google.type.Money`; nil for null.
  private static func money(_ cursor: inout JSONCursor) throws(JSONFault) -> Amount? {
    switch try cursor.kind() {
    case .null:
      try cursor.skip()
      return nil
    case .object: break
    default:
      try cursor.skip()
      return .failure(Odd(reason: .malformed))
    }
    var money = Money()
    try cursor.object { (cursor, name) throws(JSONFault) in try money.readMember(name, &cursor) }
    return money.amount
  }

  /// The fields of one `google.type.Money`.
  private struct Money {
    var currencyCode: String?
    var units: Int64? = 0
    var nanos: Int64? = 0
    var isMalformed = false
    var seen: Set<String> = []

    mutating func readMember(_ member: String, _ cursor: inout JSONCursor) throws(JSONFault) {
      let field = member == "currency_code" ? "currencyCode" : member
      guard ["currencyCode", "units", "nanos"].contains(field) else { return try cursor.skip() }
      if !seen.insert(field).inserted { isMalformed = true }
      guard try cursor.kind() != .null else { return try cursor.skip() }
      switch field {
      case "currencyCode":
        currencyCode = try cursor.optionalString()
        if currencyCode == nil { isMalformed = true }
      case "units": units = try Self.integer(&cursor)
      default: nanos = try Self.integer(&cursor)
      }
    }

    private static func integer(_ cursor: inout JSONCursor) throws(JSONFault) -> Int64? {
      try cursor.optionalNumberText().flatMap { DecimalText.integer($0) }
    }

    var amount: Amount {
      guard !isMalformed, let units, let nanos, abs(nanos.clampedForMagnitude) <= 999_999_999 else {
        return .failure(Odd(reason: .malformed))
      }
      guard currencyCode == "USD" else { return .failure(Odd(reason: .otherCurrency)) }
      guard units >= 0, nanos >= 0 else { return .failure(Odd(reason: .notPositive)) }
      let (whole, overflow) = units.multipliedReportingOverflow(by: 1_000_000_000)
      let (sum, carried) = whole.addingReportingOverflow(nanos)
      guard !overflow, !carried else { return .failure(Odd(reason: .tooLarge)) }
      return credible(sum)
    }
  }
}

extension Int64 {
  /// The value, save that the one without a positive counterpart becomes the one next to it.
  fileprivate var clampedForMagnitude: Int64 { Swift.max(self, -Int64.max) }
}
