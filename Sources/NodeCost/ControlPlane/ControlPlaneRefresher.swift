import Synchronization

/// Runs a ``RefreshState`` with real time, a real transport and a real token: the only asynchronous part of pricing.
///
/// Scheduling never waits for it: whoever scores reads the prices that were last handed to `onPrices`.
package final class ControlPlaneRefresher: Sendable {
  /// What the refresher needs from outside; every closure may be called from any thread, one at a time.
  package struct Environment: Sendable {
    /// Makes one call. It decompresses, verifies TLS, keeps to the request's time and size, and never writes headers
    /// anywhere. Throws ``ConnectTransportFailure``, or anything else for "unreachable".
    package let transport: @Sendable (ConnectRequest) async throws -> ConnectResponse
    /// Reads the token anew from its source; nil where there is none. Called before each refresh and after a 401 or 403.
    package let token: @Sendable () async -> String?
    /// A monotonic clock in nanoseconds.
    package let now: @Sendable () -> UInt64
    /// Sleeps; throws when the task is cancelled.
    package let sleep: @Sendable (_ nanoseconds: UInt64) async throws -> Void
    /// 64 random bits.
    package let random: @Sendable () -> UInt64

    /// The system's monotonic clock and random numbers unless told otherwise.
    package init(
      transport: @escaping @Sendable (ConnectRequest) async throws -> ConnectResponse,
      token: @escaping @Sendable () async -> String?,
      now: @escaping @Sendable () -> UInt64 = { MonotonicClock.nanoseconds() },
      sleep: @escaping @Sendable (_ nanoseconds: UInt64) async throws -> Void = {
        try await Task.sleep(nanoseconds: $0)
      },
      random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: 0...UInt64.max) }
    ) {
      self.transport = transport
      self.token = token
      self.now = now
      self.sleep = sleep
      self.random = random
    }
  }

  private let environment: Environment
  private let onPrices: @Sendable (ControlPlanePrices?) -> Void
  private let state: Mutex<RefreshState>

  /// A refresher that has not begun. `onPrices` is called, from the task in ``run()``, when prices arrive (also when
  /// they are the same as before: their age is new) and, with nil, when the last ones have grown too old.
  package init(
    settings: ControlPlaneSettings, environment: Environment,
    onPrices: @escaping @Sendable (ControlPlanePrices?) -> Void
  ) {
    self.environment = environment
    self.onPrices = onPrices
    state = Mutex(RefreshState(settings: settings))
  }

  /// What has been counted until now; any thread may ask.
  package var status: ControlPlaneStatus { state.withLock { $0.status } }

  /// The age of the last prices, which are in use unless ``ControlPlaneStatus/isExpired``; nil before the first.
  package var ageNanoseconds: UInt64? { status.ageNanoseconds(atNanoseconds: environment.now()) }

  /// Refreshes until the task is cancelled. Call it once.
  package func run() async {
    var event = RefreshState.Event.woke
    while !Task.isCancelled {
      let action = handle(event)
      switch action {
      case .wait(let nanoseconds):
        do { try await environment.sleep(nanoseconds) } catch { return }
        event = .woke
      case .readToken:
        event = .token(await environment.token())
      case .send(let request):
        event = await call(request)
      }
    }
  }

  private func handle(_ event: RefreshState.Event) -> RefreshState.Action {
    let outcome = state.withLock { state -> Outcome in
      let before = state.status
      let action = state.handle(event, atNanoseconds: environment.now(), jitter: environment.random())
      return Outcome(
        action: action, prices: state.prices,
        isChanged: before.refreshes != state.status.refreshes || before.isExpired != state.status.isExpired)
    }
    if outcome.isChanged { onPrices(outcome.prices) }
    return outcome.action
  }

  private struct Outcome {
    let action: RefreshState.Action
    let prices: ControlPlanePrices?
    let isChanged: Bool
  }

  private func call(_ request: ConnectRequest) async -> RefreshState.Event {
    do {
      let response = try await environment.transport(request)
      guard response.body.count <= request.maximumResponseBytes else {
        return .failed(
          ConnectTransportFailure(
            kind: .tooLarge, message: "the response is larger than \(request.maximumResponseBytes) bytes"))
      }
      return .answered(response)
    } catch {
      return .failed(error)
    }
  }
}

/// Nanoseconds of the system's clock that only moves forward.
package enum MonotonicClock {
  private static let start = ContinuousClock.now

  /// Nanoseconds since this process first asked.
  package static func nanoseconds() -> UInt64 {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return UInt64(max(seconds, 0)) * 1_000_000_000 + UInt64(max(attoseconds, 0)) / 1_000_000_000
  }
}
