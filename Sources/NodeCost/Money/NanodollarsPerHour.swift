/// A price: whole billionths of a US dollar per hour, so that sums and comparisons are exact.
///
/// The range is that of `Int64`, about ±9.2 billion dollars an hour. Values never change currency: whoever reads a
/// price in another currency refuses it.
package struct NanodollarsPerHour: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Billionths of a US dollar per hour.
  package let rawValue: Int64

  /// Wraps a number of nanodollars per hour.
  package init(rawValue: Int64) {
    self.rawValue = rawValue
  }

  /// Reads a plain decimal number of US dollars, such as "0.0960": digits and at most one point, no sign, no exponent,
  /// no currency sign, no spaces, at most 64 characters. Digits beyond the ninth decimal round to the nearest nanodollar.
  ///
  /// Nil for anything else and for what does not fit; never traps.
  package init?(usdText: String) {
    guard let nanos = DecimalText.nanos(usdText.utf8, allowsSignAndExponent: false) else { return nil }
    self.init(rawValue: nanos)
  }

  /// More than any machine costs, by three orders of magnitude: what is dearer is a mistake in the source
  /// ($1,000,000 an hour).
  package static let highestCredible = NanodollarsPerHour(rawValue: 1_000_000_000_000_000)

  /// Whether a source other than an explicit override may state this price: above zero and below
  /// ``highestCredible``. A zero from a price service means "unknown", not "free".
  package var isCredible: Bool {
    rawValue > 0 && self <= Self.highestCredible
  }

  /// Orders by amount.
  package static func < (left: NanodollarsPerHour, right: NanodollarsPerHour) -> Bool {
    left.rawValue < right.rawValue
  }

  /// US dollars per hour as a decimal without trailing zeros: "0.096", "1", "-0.5".
  package var description: String {
    let (whole, rest) = rawValue.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
    let sign = rawValue < 0 ? "-" : ""
    guard rest > 0 else { return "\(sign)\(whole)" }
    var digits = String(rest)
    digits = String(repeating: "0", count: 9 - digits.utf8.count) + digits
    while digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
    return "\(sign)\(whole).\(digits)"
  }
}
