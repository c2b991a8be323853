/// How long to wait after a failure: exponentially longer, with jitter, up to a cap; from the beginning again after a
/// while of health. A value that is told the time.
///
/// The numbers are client-go's reflector's (tools/cache/reflector.go: 800 ms, factor 2, 30 s, reset after 2 minutes).
struct Backoff: Sendable {
  var firstNanoseconds: UInt64 = 800_000_000
  var maximumNanoseconds: UInt64 = 30_000_000_000
  var healthyNanoseconds: UInt64 = 120_000_000_000
  private var attempt = 0
  private var healthySinceNanoseconds: UInt64?

  /// Something works since now; without effect where it already did.
  mutating func succeeded(nowNanoseconds: UInt64) {
    if healthySinceNanoseconds == nil { healthySinceNanoseconds = nowNanoseconds }
  }

  /// The wait after a failure now: within half and all of the attempt's value, `random` (0..<1) says where.
  mutating func failed(nowNanoseconds: UInt64, random: Double) -> UInt64 {
    if let since = healthySinceNanoseconds, nowNanoseconds >= since, nowNanoseconds - since >= healthyNanoseconds {
      attempt = 0
    }
    healthySinceNanoseconds = nil
    let value = min(maximumNanoseconds, firstNanoseconds << UInt64(min(attempt, 20)))
    attempt += 1
    return UInt64(Double(value) * (0.5 + 0.5 * min(max(random, 0), 1)))
  }
}
