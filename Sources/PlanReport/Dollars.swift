internal import NodeCost

/// Amounts of money as people read them.
package enum Dollars {
  /// Hours of a month as clouds bill it: 365 × 24 ÷ 12.
  private static let hoursPerMonth: Int64 = 730

  /// Thousandths of a dollar for small bills, cents for large ones: `12.345`, `1,234.56`.
  package static func perHour(_ nanodollars: Int64) -> String {
    grouped(nanodollars, decimals: nanodollars.magnitude < 1_000_000_000_000 ? 3 : 2)
  }

  /// What an hourly bill is in a month, in dollars.
  package static func perMonth(_ nanodollarsPerHour: Int64) -> String {
    let (product, overflow) = nanodollarsPerHour.multipliedReportingOverflow(by: hoursPerMonth)
    return overflow ? "-" : grouped(product, decimals: 2)
  }

  /// All digits, for machines.
  package static func exact(_ nanodollars: Int64) -> String { NanodollarsPerHour(rawValue: nanodollars).description }

  private static func grouped(_ nanodollars: Int64, decimals: Int) -> String {
    var unit: UInt64 = 1_000_000_000
    for _ in 0..<decimals { unit /= 10 }
    let rounded = (nanodollars.magnitude + unit / 2) / unit
    var scale: UInt64 = 1
    for _ in 0..<decimals { scale *= 10 }
    let (whole, fraction) = rounded.quotientAndRemainder(dividingBy: scale)
    var digits = ""
    for (place, digit) in String(whole).reversed().enumerated() {
      if place > 0, place % 3 == 0 { digits.append(",") }
      digits.append(digit)
    }
    let tail = String(fraction)
    let padded = String(repeating: "0", count: decimals - tail.count) + tail
    return (nanodollars < 0 ? "-" : "") + String(digits.reversed()) + "." + padded
  }
}
