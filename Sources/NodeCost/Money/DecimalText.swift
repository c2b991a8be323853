/// Decimal numbers as text, read into billionths without going through a floating-point number.
enum DecimalText {
  /// The longest text that is looked at; a number needs far less.
  static let maximumLength = 64

  /// The number in billionths, rounded half away from zero at the ninth decimal.
  ///
  /// With `allowsSignAndExponent` the text may be a JSON number (RFC 8259 §6): "-1.5e-3". Nil where the text is no such
  /// number, is too long, or the result does not fit `Int64`.
  static func nanos(_ text: some Sequence<UInt8>, allowsSignAndExponent: Bool) -> Int64? {
    var parts = DecimalParts()
    guard parts.read(text, allowsSignAndExponent: allowsSignAndExponent) else { return nil }
    return parts.scaled(byPowerOfTen: 9)
  }

  /// A whole number that may be written as a JSON number with a fraction of zeros ("1.0", "1e3"), as protojson allows
  /// for integers; nil where it has a fraction or does not fit.
  static func integer(_ text: some Sequence<UInt8>) -> Int64? {
    var parts = DecimalParts()
    guard parts.read(text, allowsSignAndExponent: true), parts.isWhole else { return nil }
    return parts.scaled(byPowerOfTen: 0)
  }
}

/// A decimal number taken apart: digits, how many of them stand before the point, exponent, sign.
private struct DecimalParts {
  var digits: [UInt8] = []
  var wholeDigits = 0
  var exponent = 0
  var isNegative = false

  /// False where the text is no number.
  mutating func read(_ text: some Sequence<UInt8>, allowsSignAndExponent: Bool) -> Bool {
    digits.reserveCapacity(DecimalText.maximumLength)
    var seenPoint = false
    var length = 0
    var iterator = text.makeIterator()
    while let byte = iterator.next() {
      length += 1
      guard length <= DecimalText.maximumLength else { return false }
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        digits.append(byte - UInt8(ascii: "0"))
        if !seenPoint { wholeDigits += 1 }
      case UInt8(ascii: ".") where !seenPoint:
        seenPoint = true
      case UInt8(ascii: "-") where allowsSignAndExponent && length == 1:
        isNegative = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        guard allowsSignAndExponent, !digits.isEmpty else { return false }
        return readExponent(&iterator)
      default:
        return false
      }
    }
    return !digits.isEmpty
  }

  private mutating func readExponent(_ iterator: inout some IteratorProtocol<UInt8>) -> Bool {
    var isBelowZero = false
    var count = 0
    var position = 0
    while let byte = iterator.next() {
      defer { position += 1 }
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        count += 1
        // Four digits say "far out of range" as well as forty.
        guard count <= 4 else { return false }
        exponent = exponent * 10 + Int(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "-") where position == 0: isBelowZero = true
      case UInt8(ascii: "+") where position == 0: break
      default: return false
      }
    }
    if isBelowZero { exponent = -exponent }
    return count > 0
  }

  /// Whether no digit other than zero stands behind the decimal point.
  var isWhole: Bool {
    let pointAt = wholeDigits + exponent
    return digits.enumerated().allSatisfy { place, digit in place < pointAt || digit == 0 }
  }

  /// The number times a power of ten as an integer, rounded half away from zero; nil on overflow.
  func scaled(byPowerOfTen power: Int) -> Int64? {
    let used = wholeDigits + exponent + power
    var value: UInt64 = 0
    for place in 0..<max(used, 0) {
      let digit = place < digits.count ? digits[place] : 0
      if value == 0 && digit == 0 {
        guard place < digits.count else { return 0 }
        continue
      }
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = tens.addingReportingOverflow(UInt64(digit))
      guard !overflow, !carried else { return nil }
      value = sum
    }
    if used >= 0, used < digits.count, digits[used] >= 5 { value += 1 }
    guard let amount = Int64(exactly: value) else { return nil }
    return isNegative ? -amount : amount
  }
}
