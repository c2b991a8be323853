/// Numbers as people and other programs read them.
package enum Decimals {
  /// Two decimals, `-0.05`; nil for what is not a number.
  package static func hundredths(_ value: Double) -> String? { text(value, 2) }

  /// With as many decimals as asked for, rounded to nearest.
  static func text(_ value: Double, _ decimals: Int) -> String? {
    guard value.isFinite, abs(value) < 1e15 else { return nil }
    var unit = 1
    for _ in 0..<decimals { unit *= 10 }
    let units = Int((abs(value) * Double(unit)).rounded())
    let fraction = String(units % unit)
    let tail = decimals == 0 ? "" : "." + String(repeating: "0", count: decimals - fraction.count) + fraction
    return (value < 0 && units > 0 ? "-" : "") + "\(units / unit)" + tail
  }

  /// A share of 1 in percent, without the sign of percent.
  package static func percent(_ share: Double) -> String { text(share * 100, 1) ?? "-" }

  /// As above, without a decimal where that is 0.
  static func shortPercent(_ share: Double) -> String {
    let text = percent(share)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// Two decimals and the sign of percent.
  package static func percentText(_ percent: Double) -> String { hundredths(percent).map { "\($0) %" } ?? "-" }
}
