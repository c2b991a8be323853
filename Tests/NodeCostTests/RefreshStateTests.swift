import TestSupport
import Testing

@testable import NodeCost

@Suite struct RefreshStateTests {
  static let second: UInt64 = 1_000_000_000
  static let prices = response(#"{"nodeGroups":[{"nodes":[{"name":"a","pricePerHour":0.1}]}]}"#)

  static func settings(clusterID: String = "c") -> ControlPlaneSettings {
    ControlPlaneSettings(address: "https://cp", teamID: "t", clusterID: clusterID, clusterName: "prod")
  }

  /// An action in a few words.
  static func words(_ action: RefreshState.Action) -> String {
    switch action {
    case .wait(let nanoseconds): "wait \(nanoseconds / 1_000_000)"
    case .readToken: "token"
    case .send(let request): String(request.url.split(separator: "/").last ?? "")
    }
  }

  /// Feeds events, all at time 0 and without jitter, and returns the actions.
  static func walk(_ events: [RefreshState.Event], clusterID: String = "c") -> (actions: [String], state: RefreshState)
  {
    var state = RefreshState(settings: settings(clusterID: clusterID))
    let actions = events.map { words(state.handle($0, atNanoseconds: 0, jitter: 0)) }
    return (actions, state)
  }

  // Without jitter a wait is half of the backoff, or 0.9 of the interval.
  static let interval = "wait 54000"

  @Test func fetchesPricesOfAKnownCluster() {
    let (actions, state) = Self.walk([.woke, .token("s"), .answered(Self.prices)])
    #expect(actions == ["token", "GetNodeGroups", Self.interval])
    #expect(state.prices?.nanodollarsPerHour == ["a": 100_000_000])
    #expect(state.status.calls == ["GetNodeGroups": 1] && state.status.failures.isEmpty && state.status.refreshes == 1)
  }

  @Test func asksForTheClusterFirst() {
    let (actions, _) = Self.walk(
      [.woke, .token("s"), .answered(response(#"{"id":"c-9"}"#)), .answered(Self.prices)], clusterID: "")
    #expect(actions == ["token", "GetClusterIDByName", "GetNodeGroups", Self.interval])
  }

  @Test func retriesThreeTimesWithBackoff() {
    let down = RefreshState.Event.answered(response("", status: 503))
    let (actions, state) = Self.walk([.woke, .token("s"), down, .woke, down, .woke, down])
    #expect(
      actions == ["token", "GetNodeGroups", "wait 125", "GetNodeGroups", "wait 250", "GetNodeGroups", Self.interval])
    #expect(state.status.failures == [.unavailable: 3] && state.status.failedRefreshes == 1)
    #expect(state.status.lastFailure?.code == .unavailable)
    let timedOut = RefreshState.Event.failed(ConnectTransportFailure(kind: .timedOut, message: "slow"))
    #expect(Self.walk([.woke, .token("s"), timedOut]).actions.last == "wait 125")
  }

  @Test(arguments: [
    response(#"{"code":"invalid_argument"}"#, status: 400), response("{", status: 200), response("", status: 404),
  ])
  func doesNotRetryWhatStaysWrong(answer: ConnectResponse) {
    #expect(Self.walk([.woke, .token("s"), .answered(answer)]).actions.last == Self.interval)
  }

  @Test func rereadsARefusedTokenOnce() {
    let refused = RefreshState.Event.answered(response("", status: 401))
    let rotated = Self.walk([.woke, .token("old"), refused, .token("new"), .answered(Self.prices)])
    #expect(rotated.actions == ["token", "GetNodeGroups", "token", "GetNodeGroups", Self.interval])
    #expect(rotated.state.status.refreshes == 1)
    let same = Self.walk([.woke, .token("old"), refused, .token("old")])
    #expect(same.actions == ["token", "GetNodeGroups", "token", Self.interval])
    #expect(same.state.status.lastFailure?.code == .unauthenticated)
    let twice = Self.walk([.woke, .token("old"), refused, .token("new"), refused])
    #expect(twice.actions.last == Self.interval)
    let forbidden = Self.walk([.woke, .token("old"), .answered(response("", status: 403))])
    #expect(forbidden.actions.last == "token")
  }

  @Test(arguments: [nil, "", " \n", "a\r\nX-Evil: 1", "tök"])
  func needsAUsableToken(token: String?) {
    let (actions, state) = Self.walk([.woke, .token(token)])
    #expect(actions == ["token", Self.interval])
    #expect(state.status.calls.isEmpty && state.status.lastFailure?.code == .unauthenticated)
  }

  @Test func trimsTheToken() {
    var state = RefreshState(settings: Self.settings())
    _ = state.handle(.woke, atNanoseconds: 0, jitter: 0)
    guard case .send(let request) = state.handle(.token(" s3cret\n"), atNanoseconds: 0, jitter: 0) else {
      Issue.record("no call")
      return
    }
    #expect(request.headers.contains { $0.name == "Authorization" && $0.value == "Bearer s3cret" })
  }

  @Test func forgetsAClusterThatIsGone() {
    let gone = RefreshState.Event.answered(response(#"{"code":"not_found"}"#, status: 404))
    var (_, state) = Self.walk(
      [.woke, .token("s"), .answered(response(#"{"id":"c-9"}"#)), gone], clusterID: "")
    let later = 70 * Self.second
    _ = state.handle(.woke, atNanoseconds: later, jitter: 0)
    #expect(Self.words(state.handle(.token("s"), atNanoseconds: later, jitter: 0)) == "GetClusterIDByName")
  }

  @Test func keepsTheLastGoodPricesUntilTheyAreTooOld() {
    var (_, state) = Self.walk([.woke, .token("s"), .answered(Self.prices)])
    func refuse(at now: UInt64) {
      _ = state.handle(.woke, atNanoseconds: now, jitter: 0)
      _ = state.handle(.token("s"), atNanoseconds: now, jitter: 0)
      _ = state.handle(.answered(response("{", status: 200)), atNanoseconds: now, jitter: 0)
    }
    refuse(at: 3550 * Self.second)
    #expect(state.prices != nil)
    #expect(state.status.ageNanoseconds(atNanoseconds: 3550 * Self.second) == 3550 * Self.second)
    // The next wait ends when the prices expire, before the next refresh.
    #expect(Self.words(state.handle(.woke, atNanoseconds: 3551 * Self.second, jitter: 0)) == "wait 49000")
    #expect(Self.words(state.handle(.woke, atNanoseconds: 3600 * Self.second + 1, jitter: 0)) == "wait 3999")
    #expect(state.prices == nil && state.status.isExpired)
    _ = state.handle(.woke, atNanoseconds: 3700 * Self.second, jitter: 0)
    _ = state.handle(.token("s"), atNanoseconds: 3700 * Self.second, jitter: 0)
    _ = state.handle(.answered(Self.prices), atNanoseconds: 3700 * Self.second, jitter: 0)
    #expect(state.prices != nil && !state.status.isExpired)
  }

  @Test(arguments: [0, UInt64.max], [0, UInt64.max])
  func extremeSettingsNeverSpin(interval: UInt64, age: UInt64) {
    var settings = Self.settings()
    settings.refreshIntervalNanoseconds = interval
    settings.maximumAgeNanoseconds = age
    var state = RefreshState(settings: settings)
    var now: UInt64 = 5
    var calls = 0
    while now < 30 * Self.second {
      _ = state.handle(.woke, atNanoseconds: now, jitter: 7)
      _ = state.handle(.token("s"), atNanoseconds: now, jitter: 7)
      var action = state.handle(.answered(Self.prices), atNanoseconds: now, jitter: 7)
      calls += 1
      // At most one short wait, for the prices' expiry, stands between two refreshes.
      for _ in 0..<2 {
        guard case .wait(let nanoseconds) = action, nanoseconds < Self.second / 2 else { break }
        now += nanoseconds
        action = state.handle(.woke, atNanoseconds: now, jitter: 7)
      }
      guard case .wait(let nanoseconds) = action else { break }
      now = nanoseconds > 60 * Self.second ? UInt64.max : now + nanoseconds
    }
    #expect(calls <= 40 && calls >= 1)
  }

  @Test func backsOffWithinBounds() {
    var generator = SeededGenerator(seed: 30)
    let full: [UInt64] = [250, 500, 1000, 2000, 3000, 3000]
    for (index, milliseconds) in full.enumerated() {
      for _ in 0..<200 {
        let wait = RefreshState.backoff(attempt: index + 1, jitter: generator.next())
        #expect((milliseconds * 500_000...milliseconds * 1_000_000).contains(wait))
      }
    }
    #expect(RefreshState.backoff(attempt: Int.max, jitter: 0) == 1_500_000_000)
  }

  @Test func anyOrderOfEventsIsSafe() {
    var generator = SeededGenerator(seed: 31)
    for _ in 0..<300 {
      var state = RefreshState(settings: Self.settings(clusterID: Bool.random(using: &generator) ? "" : "c"))
      var now: UInt64 = 0
      for _ in 0..<60 {
        now += UInt64.random(in: 0...90 * Self.second, using: &generator)
        let events: [RefreshState.Event] = [
          .woke, .token("s"), .token(nil), .answered(Self.prices), .answered(response(#"{"id":"x"}"#)),
          .answered(response("", status: Int.random(in: 100...599, using: &generator))),
          .failed(CancellationError()),
        ]
        let event = events[Int.random(in: 0..<events.count, using: &generator)]
        if case .wait(let nanoseconds) = state.handle(event, atNanoseconds: now, jitter: generator.next()) {
          #expect(nanoseconds <= 66 * Self.second)
        }
        if let prices = state.prices {
          #expect(now - prices.receivedAtNanoseconds <= Self.settings().maximumAgeNanoseconds)
        }
      }
    }
  }
}
