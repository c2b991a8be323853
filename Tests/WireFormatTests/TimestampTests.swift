import Testing
import WireFormat

@Suite struct TimestampTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0),
      ("2000-02-29T12:00:00Z", 951_825_600),
      ("2024-02-29T23:59:59.999Z", 1_709_251_199),
      ("2026-12-31T23:59:60Z", 1_798_761_600),
      ("2018-03-05T17:30:20-08:00", 1_520_299_820),
      ("2018-03-05T17:30:20+05:30", 1_520_251_220),
      ("2100-03-01T00:00:00Z", 4_107_542_400),
    ] as [(String, Int64)])
  func readsRFC3339(text: String, seconds: Int64) {
    #expect(Timestamp.unixSeconds(text) == seconds)
  }

  @Test(arguments: ["", "now", "2024-02-29", "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00"])
  func refusesWhatIsNone(text: String) {
    #expect(Timestamp.unixSeconds(text) == nil)
  }
}
