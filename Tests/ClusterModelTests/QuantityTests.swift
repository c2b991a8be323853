import ClusterModel
import TestSupport
import Testing

@Suite struct QuantityTests {
  @Test(
    arguments: [
      ("0", 0), ("1", 1000), ("100m", 100), ("1500m", 1500), ("0.5", 500), (".5", 500), ("5.", 5000), ("2k", 2_000_000),
      ("1e3", 1_000_000), ("1E3", 1_000_000), ("1e-3", 1), ("+4", 4000), ("-4", -4000), ("3920m", 3920),
      // Between two thousandths: away from zero, as Quantity's own rounding.
      ("1u", 1), ("1n", 1), ("0.0001", 1), ("-1u", -1), ("1.0001", 1001),
      ("1E", .max), ("99999999999999999999", .max), ("-99999999999999999999", .min),
    ] as [(String, Int64)])
  func thousandthsOfAUnit(text: String, expected: Int64) throws {
    #expect(try #require(Quantity(text)).milliValue == expected)
  }

  @Test(
    arguments: [
      ("128974848", 128_974_848), ("129e6", 129_000_000), ("129M", 129_000_000), ("123Mi", 128_974_848),
      ("1Ki", 1024), ("1Gi", 1_073_741_824), ("0.5Gi", 536_870_912), ("1.5Ki", 1536),
      ("1Ei", 1_152_921_504_606_846_976), ("7Ei", 8_070_450_532_247_928_832),
      ("8Ei", .max), ("128974848000m", 128_974_848), ("1m", 1), ("100500m", 101), ("16258304Ki", 16_648_503_296),
      ("000000000000000000000000000000001Gi", 1_073_741_824), ("1.000000000000000000000000000000Gi", 1_073_741_824),
    ] as [(String, Int64)])
  func wholeUnits(text: String, expected: Int64) throws {
    #expect(try #require(Quantity(text)).value == expected)
  }

  @Test(arguments: [
    "", "-", "+", ".", "m", "1 ", " 1", "1.2.3", "1mi", "1KI", "1ki", "1b", "1e", "1e+", "1ex", "0x10", "1Kii", "--1",
    "1,5", "١", "1e1m", "NaN", "Infinity",
  ])
  func refusesWhatTheGrammarDoesNotKnow(text: String) {
    #expect(Quantity(text) == nil)
  }

  @Test(arguments: [
    "1e999999999999999999999", "1e-999999999999999999999", "10E", String(repeating: "9", count: 10_000),
  ])
  func extremesNeitherTrapNorHang(text: String) throws {
    let quantity = try #require(Quantity(text))
    #expect(quantity.value == Int64.max || quantity.value == 1)
  }

  @Test func decimalAndBinarySpellingsOfOneValueAgree() throws {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<2000 {
      let mebibytes = Int64.random(in: 0...1 << 30, using: &generator)
      let spelled = try #require(Quantity("\(mebibytes)Mi"))
      let plain = try #require(Quantity("\(mebibytes << 20)"))
      #expect(spelled == plain)
      #expect(spelled.value == mebibytes << 20)
    }
  }
}
