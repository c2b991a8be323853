/// What a reflector does next: list, then watch from the list's resource version, and after each end of a watch either
/// watch again from where it ended or list again. A value that is told the time and what happened.
struct ReflectorState: Sendable {
  enum Action: Equatable, Sendable {
    case list(afterNanoseconds: UInt64)
    case watch(afterNanoseconds: UInt64, resourceVersion: String, timeoutSeconds: Int)
  }

  /// How a watch ended.
  enum WatchEnd: Equatable, Sendable {
    /// In order, after at least one line or a second.
    case completed
    /// The resource version is no longer known (410).
    case expired
    /// What was received does not fit what we hold: an undecodable line, or an error of the server's watch itself.
    case inconsistent
    /// Anything else; what we hold is good as far as it goes.
    case failed(retryAfterSeconds: Int?)
  }

  /// Whatever the server asks for, it is asked again after this long.
  private static let maximumRetryAfterSeconds = 60

  private(set) var resourceVersion = ""
  private var backoff: Backoff

  init(backoff: Backoff = Backoff()) {
    self.backoff = backoff
  }

  var first: Action { .list(afterNanoseconds: 0) }

  mutating func listed(resourceVersion: String, random: Double) -> Action {
    self.resourceVersion = resourceVersion
    return watch(afterNanoseconds: 0, random: random)
  }

  mutating func listFailed(retryAfterSeconds: Int?, nowNanoseconds: UInt64, random: Double) -> Action {
    .list(afterNanoseconds: wait(retryAfterSeconds, nowNanoseconds, random))
  }

  /// The server accepted a watch, or sent something on it.
  mutating func watching(nowNanoseconds: UInt64) {
    backoff.succeeded(nowNanoseconds: nowNanoseconds)
  }

  /// An event or bookmark of this version was applied.
  mutating func observed(resourceVersion: String) {
    if !resourceVersion.isEmpty { self.resourceVersion = resourceVersion }
  }

  mutating func watchEnded(_ end: WatchEnd, nowNanoseconds: UInt64, random: Double) -> Action {
    switch end {
    case .completed:
      watch(afterNanoseconds: 0, random: random)
    case .expired, .inconsistent:
      .list(afterNanoseconds: wait(nil, nowNanoseconds, random))
    case .failed(let retryAfterSeconds):
      watch(afterNanoseconds: wait(retryAfterSeconds, nowNanoseconds, random), random: random)
    }
  }

  private mutating func wait(_ retryAfterSeconds: Int?, _ nowNanoseconds: UInt64, _ random: Double) -> UInt64 {
    let asked = UInt64(min(max(retryAfterSeconds ?? 0, 0), Self.maximumRetryAfterSeconds)) * 1_000_000_000
    return max(asked, backoff.failed(nowNanoseconds: nowNanoseconds, random: random))
  }

  /// client-go's timeouts: 5 to 10 minutes, at random so that watches do not all end at once.
  private func watch(afterNanoseconds: UInt64, random: Double) -> Action {
    .watch(
      afterNanoseconds: afterNanoseconds, resourceVersion: resourceVersion,
      timeoutSeconds: 300 + Int(300 * min(max(random, 0), 1)))
  }
}
