/// What the refresh of control-plane prices has counted, for metrics and `prices`.
package struct ControlPlaneStatus: Hashable, Sendable {
  /// Calls made, by method.
  package internal(set) var calls: [String: UInt64] = [:]
  /// Calls that failed, by code; a refresh that found no token made no call.
  package internal(set) var failures: [ConnectCode: UInt64] = [:]
  /// Refreshes that brought prices.
  package internal(set) var refreshes: UInt64 = 0
  /// Refreshes that were given up.
  package internal(set) var failedRefreshes: UInt64 = 0
  /// The last failure since prices last arrived; nil when all is well.
  package internal(set) var lastFailure: ConnectFailure?
  /// When prices last arrived, in nanoseconds of the refresher's clock; nil before the first.
  package internal(set) var receivedAtNanoseconds: UInt64?
  /// How many nodes have a price.
  package internal(set) var nodesPriced = 0
  /// Nodes without a usable price in the last response, by reason.
  package internal(set) var odd: [OddPrice: Int] = [:]
  /// Whether the last prices passed the maximum age and are no longer used.
  package internal(set) var isExpired = false

  /// The prices' age; nil before the first.
  package func ageNanoseconds(atNanoseconds now: UInt64) -> UInt64? {
    receivedAtNanoseconds.map { now > $0 ? now - $0 : 0 }
  }
}

/// The refresh of control-plane prices as a state machine without clock, network or randomness: it is told what
/// happened and says what to do next.
///
///     start ─► readToken ─► send(cluster id)* ─► send(node groups) ─► wait(interval) ─► readToken …
///                  ▲              │ failed            │ failed
///                  │ token code   ▼                   ▼
///                  └────────── retryable: wait(backoff), send again; else wait(interval)
///
/// (*) only until the id is known. A refresh makes each call at most three times; a code that concerns the token leads to
/// one more reading of the token and, where it changed, one more attempt.
package struct RefreshState: Sendable {
  /// What has happened.
  package enum Event: Sendable {
    /// The machine was started, or a wait is over.
    case woke
    /// The token was read; nil or empty where there is none.
    case token(String?)
    /// A call was answered.
    case answered(ConnectResponse)
    /// A call was not answered.
    case failed(any Error)
  }

  /// What to do next; the outcome is the next event.
  package enum Action: Sendable {
    case wait(nanoseconds: UInt64)
    case readToken
    case send(ConnectRequest)
  }

  /// Attempts of one call in one refresh, as the control plane's own collector makes.
  static let maximumAttempts = 3
  /// The first wait before a repetition, doubling up to ``longestBackoffNanoseconds``.
  static let firstBackoffNanoseconds: UInt64 = 250_000_000
  static let longestBackoffNanoseconds: UInt64 = 3_000_000_000

  private enum Phase {
    case idle
    case readingToken
    case rereadingToken
    case calling(ControlPlaneCall)
    case backingOff(ControlPlaneCall)
  }

  private let settings: ControlPlaneSettings
  private var phase = Phase.idle
  private var token = ""
  private var resolvedClusterID: String
  private var attempts = 0
  private var hasRereadToken = false
  private var interrupted: (call: ControlPlaneCall, failure: ConnectFailure)?
  private var nextRefresh: UInt64 = 0

  /// What has been counted.
  package private(set) var status = ControlPlaneStatus()
  /// The prices in use: the last good ones, until they are too old.
  package private(set) var prices: ControlPlanePrices?

  /// A machine that has not begun; its first event is `woke`.
  package init(settings: ControlPlaneSettings) {
    self.settings = settings
    resolvedClusterID = settings.clusterID
  }

  /// Takes an event at a time of a monotonic clock; `jitter` is 64 random bits.
  package mutating func handle(_ event: Event, atNanoseconds now: UInt64, jitter: UInt64) -> Action {
    expire(now)
    switch (phase, event) {
    case (.idle, .woke):
      guard now >= nextRefresh else { return wait(now) }
      return beginRefresh()
    case (.backingOff(let call), .woke):
      return send(call)
    case (.readingToken, .token(let text)), (.rereadingToken, .token(let text)):
      return tokenRead(text ?? "", now, jitter)
    case (.calling(let call), .answered(let response)):
      return answered(call, response, now, jitter)
    case (.calling(let call), .failed(let error)):
      return failed(call, ConnectFailure(transport: error, token: token), now, jitter)
    default:
      // An event that nobody asked for: begin anew at the next interval rather than guess.
      return endRefresh(now, jitter)
    }
  }

  // MARK: Steps

  private mutating func beginRefresh() -> Action {
    attempts = 0
    hasRereadToken = false
    interrupted = nil
    phase = .readingToken
    return .readToken
  }

  private mutating func tokenRead(_ text: String, _ now: UInt64, _ jitter: UInt64) -> Action {
    let text = Self.trimmed(text)
    let isNew = text != token
    token = text
    // A line break within a token would end the header.
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      token = ""
      let problem = text.isEmpty ? "there is no control-plane token" : "the control-plane token is not visible ASCII"
      return giveUp(ConnectFailure(code: .unauthenticated, message: problem), now, jitter)
    }
    guard case .rereadingToken = phase, let (call, failure) = interrupted else { return send(nextCall()) }
    interrupted = nil
    guard isNew else { return giveUp(failure, now, jitter) }
    attempts = 0
    return send(call)
  }

  private func nextCall() -> ControlPlaneCall {
    resolvedClusterID.isEmpty ? .clusterIDByName : .nodeGroups(clusterID: resolvedClusterID)
  }

  private mutating func send(_ call: ControlPlaneCall) -> Action {
    attempts += 1
    phase = .calling(call)
    status.calls[call.method, default: 0] += 1
    return .send(call.request(settings, token: token))
  }

  private mutating func answered(
    _ call: ControlPlaneCall, _ response: ConnectResponse, _ now: UInt64, _ jitter: UInt64
  ) -> Action {
    do throws(ConnectFailure) {
      guard response.status == 200 else { throw ConnectFailure(response: response, token: token) }
      guard case .clusterIDByName = call else {
        publish(try NodePriceReport(nodeGroups: response), now)
        return endRefresh(now, jitter)
      }
      resolvedClusterID = try ControlPlaneCall.clusterID(in: response)
      attempts = 0
      return send(nextCall())
    } catch {
      return failed(call, error, now, jitter)
    }
  }

  private mutating func failed(
    _ call: ControlPlaneCall, _ failure: ConnectFailure, _ now: UInt64, _ jitter: UInt64
  ) -> Action {
    status.failures[failure.code, default: 0] += 1
    // A cluster that was deleted and made again has another id.
    if failure.code == .notFound, settings.clusterID.isEmpty { resolvedClusterID = "" }
    if failure.code.concernsToken, !hasRereadToken {
      hasRereadToken = true
      interrupted = (call, failure)
      phase = .rereadingToken
      return .readToken
    }
    guard failure.code.isRetryable, attempts < Self.maximumAttempts else {
      return giveUp(failure, now, jitter)
    }
    phase = .backingOff(call)
    return .wait(nanoseconds: Self.backoff(attempt: attempts, jitter: jitter))
  }

  /// The token without the white space around it: files and Secrets often end with a line break.
  private static func trimmed(_ text: String) -> String {
    var bytes = Array(text.utf8)[...]
    while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
    while let first = bytes.first, first <= 0x20 { bytes.removeFirst() }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func giveUp(_ failure: ConnectFailure, _ now: UInt64, _ jitter: UInt64) -> Action {
    status.failedRefreshes += 1
    status.lastFailure = failure
    return endRefresh(now, jitter)
  }

  private mutating func publish(_ report: NodePriceReport, _ now: UInt64) {
    prices = ControlPlanePrices(
      nanodollarsPerHour: report.nanodollarsPerHour, receivedAtNanoseconds: now)
    status.refreshes += 1
    status.lastFailure = nil
    status.receivedAtNanoseconds = now
    status.nodesPriced = report.nanodollarsPerHour.count
    status.odd = report.odd
    status.isExpired = false
  }

  private mutating func endRefresh(_ now: UInt64, _ jitter: UInt64) -> Action {
    phase = .idle
    let interval = min(max(settings.refreshIntervalNanoseconds, 1_000_000_000), 1 << 60)
    // Up to a tenth earlier or later, so that replicas do not call in step.
    let spread = interval / 5
    nextRefresh = now &+ (interval - spread / 2) &+ (spread > 0 ? jitter % spread : 0)
    return wait(now)
  }

  /// Waits for the next refresh, or for the moment at which the prices grow too old.
  private func wait(_ now: UInt64) -> Action {
    var until = nextRefresh
    if let prices {
      until = min(until, prices.receivedAtNanoseconds &+ min(settings.maximumAgeNanoseconds, 1 << 60) &+ 1)
    }
    return .wait(nanoseconds: until > now ? until - now : 0)
  }

  private mutating func expire(_ now: UInt64) {
    guard let received = prices?.receivedAtNanoseconds, now > received,
      now - received > settings.maximumAgeNanoseconds
    else { return }
    prices = nil
    status.isExpired = true
    status.nodesPriced = 0
  }

  /// Half of 250 ms, 500 ms, 1 s … 3 s is certain, the other half random.
  static func backoff(attempt: Int, jitter: UInt64) -> UInt64 {
    let doublings = UInt64(min(max(attempt - 1, 0), 8))
    let full = min(firstBackoffNanoseconds << doublings, longestBackoffNanoseconds)
    return full / 2 + jitter % (full / 2 + 1)
  }
}
