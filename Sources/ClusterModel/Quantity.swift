/// A Kubernetes quantity as an exact count of thousandths.
///
/// The grammar is that of `k8s.io/apimachinery/pkg/api/resource/quantity.go`: a signed decimal number and either a
/// decimal suffix (`n u m "" k M G T P E`), a binary one (`Ki Mi Gi Ti Pi Ei`) or a decimal exponent (`e3`, `E3`).
/// Like the original, a value between two thousandths is rounded away from zero, and one that does not fit into 64 bits
/// is capped rather than refused.
package struct Quantity: Hashable, Comparable, Sendable {
  /// The value in thousandths of the unit: milli-CPUs of a CPU quantity.
  package let thousandths: Int128

  private init(thousandths: Int128) {
    self.thousandths = thousandths
  }

  package static let zero = Quantity(thousandths: 0)

  /// The value in thousandths, capped to 64 bits: CPU quantities as milli-CPUs.
  package var milliValue: Int64 { Int64(clamping: thousandths) }

  /// The value in whole units, rounded away from zero and capped to 64 bits: memory quantities as bytes.
  package var value: Int64 {
    let (quotient, remainder) = thousandths.quotientAndRemainder(dividingBy: 1000)
    return Int64(clamping: quotient + Int128(remainder.signum()))
  }

  package static func < (left: Quantity, right: Quantity) -> Bool { left.thousandths < right.thousandths }

  /// Reads a quantity from its text, or gives nil where the text does not follow the grammar.
  package init?(_ text: String) {
    var text = text
    let parsed = text.withUTF8 { bytes in unsafe Quantity(utf8: Span(_unsafeElements: bytes)) }
    guard let parsed else { return nil }
    self = parsed
  }

  /// Reads a quantity from UTF-8 bytes, or gives nil where they do not follow the grammar.
  package init?(utf8 bytes: Span<UInt8>) {
    var index = 0
    var isNegative = false
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      isNegative = bytes[index] == UInt8(ascii: "-")
      index += 1
    }
    guard let number = DecimalNumber(bytes, at: &index),
      let scale = QuantitySuffix(bytes, from: index)
    else { return nil }
    let magnitude = number.scaled(to: scale)
    self.init(thousandths: isNegative ? -magnitude : magnitude)
  }
}

/// The digits of a quantity: `significand × 10^exponent`.
private struct DecimalNumber {
  var significand: Int128 = 0
  var exponent = 0
  /// Whether digits beyond the precision kept were dropped that were not all zero.
  var isInexact = false

  /// More digits than any quantity that fits 64 bits of thousandths can need; further ones only move the exponent.
  private static let significantDigits = 24

  init?(_ bytes: Span<UInt8>, at index: inout Int) {
    var digits = 0
    var kept = 0
    var seenPoint = false
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: ".") {
        guard !seenPoint else { return nil }
        seenPoint = true
      } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        digits += 1
        append(Int128(byte - UInt8(ascii: "0")), isFraction: seenPoint, kept: &kept)
      } else {
        break
      }
      index += 1
    }
    guard digits > 0 else { return nil }
  }

  private mutating func append(_ digit: Int128, isFraction: Bool, kept: inout Int) {
    if kept < Self.significantDigits {
      significand = significand * 10 + digit
      if significand > 0 { kept += 1 }
      if isFraction { exponent -= 1 }
    } else {
      if digit != 0 { isInexact = true }
      if !isFraction { exponent += 1 }
    }
  }

  /// The number in thousandths after applying `suffix`, rounded up and capped to what 64 bits of whole units hold.
  func scaled(to suffix: QuantitySuffix) -> Int128 {
    let cap = Int128(Int64.max) * 1000
    guard significand > 0 else { return 0 }
    var value = significand
    var decimal = exponent + suffix.decimalExponent + 3
    if suffix.binaryShift > 0 {
      // 24 digits need 80 bits; a shift of 60 would leave 128, so divide the tens away first where there are any.
      while decimal < 0, value % 10 == 0 {
        value /= 10
        decimal += 1
      }
      let (product, overflow) = value.multipliedReportingOverflow(by: Int128(1) << suffix.binaryShift)
      if overflow { return cap }
      value = product
    }
    var isRounded = isInexact
    while decimal > 0 {
      value *= 10
      if value > cap { return cap }
      decimal -= 1
    }
    while decimal < 0 {
      if value == 0 { break }
      if value % 10 != 0 { isRounded = true }
      value /= 10
      decimal += 1
    }
    return min(isRounded ? value + 1 : value, cap)
  }
}

/// The scale that a quantity's suffix stands for.
private struct QuantitySuffix {
  var decimalExponent = 0
  var binaryShift = 0

  init?(_ bytes: Span<UInt8>, from start: Int) {
    let count = bytes.count - start
    guard count > 0 else { return }
    let first = bytes[start]
    if count == 1 {
      guard let exponent = Self.decimalExponent(of: first) else { return nil }
      decimalExponent = exponent
    } else if count == 2, bytes[start + 1] == UInt8(ascii: "i") {
      guard let shift = Self.binaryShift(of: first) else { return nil }
      binaryShift = shift
    } else if first == UInt8(ascii: "e") || first == UInt8(ascii: "E") {
      guard let exponent = Self.signedInteger(bytes, from: start + 1) else { return nil }
      decimalExponent = exponent
    } else {
      return nil
    }
  }

  private static func decimalExponent(of byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: "n"): -9
    case UInt8(ascii: "u"): -6
    case UInt8(ascii: "m"): -3
    case UInt8(ascii: "k"): 3
    case UInt8(ascii: "M"): 6
    case UInt8(ascii: "G"): 9
    case UInt8(ascii: "T"): 12
    case UInt8(ascii: "P"): 15
    case UInt8(ascii: "E"): 18
    default: nil
    }
  }

  private static func binaryShift(of byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: "K"): 10
    case UInt8(ascii: "M"): 20
    case UInt8(ascii: "G"): 30
    case UInt8(ascii: "T"): 40
    case UInt8(ascii: "P"): 50
    case UInt8(ascii: "E"): 60
    default: nil
    }
  }

  private static func signedInteger(_ bytes: Span<UInt8>, from start: Int) -> Int? {
    var index = start
    var isNegative = false
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      isNegative = bytes[index] == UInt8(ascii: "-")
      index += 1
    }
    guard index < bytes.count else { return nil }
    var value = 0
    while index < bytes.count {
      let byte = bytes[index]
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      // Exponents beyond this are capped or rounded away whatever their digits.
      value = min(value * 10 + Int(byte - UInt8(ascii: "0")), 1000)
      index += 1
    }
    return isNegative ? -value : value
  }
}
