private import Glibc

/// Time and chance as this module sees them; tests put their own in.
package struct KubernetesClock: Sendable {
  /// Nanoseconds since an arbitrary start; never goes back.
  package var monotonicNanoseconds: @Sendable () -> UInt64
  /// Seconds since 1970 (UTC).
  package var unixSeconds: @Sendable () -> Int64
  /// Waits; throws where the task is cancelled.
  package var sleep: @Sendable (_ nanoseconds: UInt64) async throws -> Void
  /// A number within 0..<1.
  package var random: @Sendable () -> Double

  package init(
    monotonicNanoseconds: @escaping @Sendable () -> UInt64,
    unixSeconds: @escaping @Sendable () -> Int64,
    sleep: @escaping @Sendable (_ nanoseconds: UInt64) async throws -> Void,
    random: @escaping @Sendable () -> Double
  ) {
    self.monotonicNanoseconds = monotonicNanoseconds
    self.unixSeconds = unixSeconds
    self.sleep = sleep
    self.random = random
  }

  package static let system = KubernetesClock(
    monotonicNanoseconds: { read(CLOCK_MONOTONIC).nanoseconds },
    unixSeconds: { read(CLOCK_REALTIME).seconds },
    sleep: { try await Task.sleep(for: .nanoseconds(Int64(clamping: $0))) },
    random: { Double.random(in: 0..<1) })

  private static func read(_ clock: clockid_t) -> (seconds: Int64, nanoseconds: UInt64) {
    var time = timespec()
    _ = unsafe clock_gettime(clock, &time)
    let seconds = UInt64(clamping: time.tv_sec)
    return (Int64(time.tv_sec), seconds &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec))
  }
}
