import Testing

@testable import PlanReport

@Suite struct DollarsTests {
  @Test(
    arguments: [
      (0, "0.000", "0.00"), (96_000_000, "0.096", "70.08"), (1_234_567_890_000, "1,234.57", "901,234.56"),
      (-1_500_000_000, "-1.500", "-1,095.00"), (499_500_000, "0.500", "364.64"),
    ] as [(Int64, String, String)])
  func amountsAreReadable(_ nanodollars: Int64, _ hour: String, _ month: String) {
    #expect(Dollars.perHour(nanodollars) == hour)
    #expect(Dollars.perMonth(nanodollars) == month)
  }

  @Test func nothingOverflows() {
    #expect(Dollars.perMonth(.max) == "-")
    #expect(Dollars.perHour(.min).hasPrefix("-9,223,372,036"))
    #expect(Dollars.exact(1_500_000_000) == "1.5")
  }

  @Test(
    arguments: [
      (0, "0.00"), (-0.05, "-0.05"), (-5.3, "-5.30"), (-0.001, "0.00"), (43.5799, "43.58"), (.infinity, nil),
      (.nan, nil), (1e300, nil),
    ] as [(Double, String?)])
  func decimalsKeepTheirSign(_ value: Double, _ text: String?) {
    #expect(Decimals.hundredths(value) == text)
    #expect(Decimals.percentText(value) == (text.map { "\($0) %" } ?? "-"))
  }

  @Test(arguments: [(0.8, "80"), (0.855, "85.5"), (0.0, "0")])
  func sharesAreShort(_ share: Double, _ text: String) {
    #expect(Decimals.shortPercent(share) == text)
  }

  @Test(arguments: [(0.0, "0 s"), (18.2, "19 s"), (145.2, "2 min 26 s"), (7_500, "2 h 5 min")])
  func timesAreReadable(_ seconds: Double, _ text: String) {
    #expect(PlanTimeline.text(seconds) == text)
  }
}
