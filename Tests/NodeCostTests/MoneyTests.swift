import TestSupport
import Testing

@testable import NodeCost

@Suite struct MoneyTests {
  @Test(arguments: [
    ("0.0960", 96_000_000), ("0", 0), ("1", 1_000_000_000), ("1.75", 1_750_000_000), (".5", 500_000_000),
    ("5.", 5_000_000_000), ("0.000000001", 1), ("0.0000000005", 1), ("0.0000000004", 0),
    ("0.0000000014999", 1), ("623.376", 623_376_000_000), ("9223372036.854775807", Int64.max),
    ("00000000000000000000000000000000000001.5", 1_500_000_000), ("0.09600000000000000200", 96_000_000),
  ])
  func readsExactly(text: String, nanos: Int64) {
    #expect(NanodollarsPerHour(usdText: text)?.rawValue == nanos)
  }

  @Test(arguments: [
    "", ".", "-1", "+1", "1e3", "$1", "1 ", " 1", "1,5", "1.2.3", "0x10", "NaN", "inf", "١", "9223372036.854775808",
    "10000000000", "99999999999999999999999999", String(repeating: "0", count: 65),
  ])
  func refuses(text: String) {
    #expect(NanodollarsPerHour(usdText: text) == nil)
  }

  @Test(arguments: [
    ("-1.5e-3", -1_500_000), ("9.6E-2", 96_000_000), ("1e9", 1_000_000_000_000_000_000), ("-0", 0), ("1e-12", 0),
    ("0e9999", 0), ("0.05e+1", 500_000_000), ("6e-10", 1),
  ])
  func readsJSONNumbers(text: String, nanos: Int64) {
    #expect(DecimalText.nanos(text.utf8, allowsSignAndExponent: true) == nanos)
  }

  @Test(arguments: ["1e10", "1e99999", "1e", "e1", "1e+", "--1", "1e1.5"])
  func refusesJSONNumbers(text: String) {
    #expect(DecimalText.nanos(text.utf8, allowsSignAndExponent: true) == nil)
  }

  @Test(arguments: [("12", 12), ("1.0", 1), ("1e3", 1000), ("-7", -7), ("120e-1", 12)])
  func readsWholeNumbers(text: String, value: Int64) {
    #expect(DecimalText.integer(text.utf8) == value)
  }

  @Test(arguments: ["1.5", "1e-1", "", "9223372036854775808", "abc"])
  func refusesFractions(text: String) {
    #expect(DecimalText.integer(text.utf8) == nil)
  }

  @Test func describesWithoutTrailingZeros() {
    #expect(NanodollarsPerHour(rawValue: 96_000_000).description == "0.096")
    #expect(NanodollarsPerHour(rawValue: 1_000_000_000).description == "1")
    #expect(NanodollarsPerHour(rawValue: 1).description == "0.000000001")
    #expect(NanodollarsPerHour(rawValue: -500_000_000).description == "-0.5")
    #expect(NanodollarsPerHour(rawValue: Int64.min).description == "-9223372036.854775808")
  }

  @Test func describedPricesReadBackTheSame() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<5000 {
      let price = NanodollarsPerHour(
        rawValue: Int64.random(in: 0...Int64.max, using: &generator) >> Int64.random(in: 0...62, using: &generator))
      #expect(NanodollarsPerHour(usdText: price.description) == price)
    }
  }

  @Test func randomTextNeverTraps() {
    var generator = SeededGenerator(seed: 2)
    let alphabet = Array("0123456789.eE+-".utf8)
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 0...70, using: &generator)).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
      }
      let loose = DecimalText.nanos(text, allowsSignAndExponent: true)
      if let strict = DecimalText.nanos(text, allowsSignAndExponent: false) { #expect(loose == strict) }
    }
  }

  @Test func credibleMeansAboveZeroAndBelowAMillion() {
    #expect(!NanodollarsPerHour(rawValue: 0).isCredible)
    #expect(NanodollarsPerHour(rawValue: 1).isCredible)
    #expect(NanodollarsPerHour.highestCredible.isCredible)
    #expect(!NanodollarsPerHour(rawValue: NanodollarsPerHour.highestCredible.rawValue + 1).isCredible)
  }
}
