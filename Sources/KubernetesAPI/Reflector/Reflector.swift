package import Logging
private import Synchronization
package import WireFormat

/// Keeps a sink equal to one collection of the API server: lists it, watches it from there, and lists again whenever the
/// two could have come apart.
///
/// One connection per watch. Between calls of the sink it holds no objects, only the watch's bounded queue of lines; while
/// it lists, the objects of the new list.
package final class Reflector<Object: Sendable>: Sendable {
  private let client: KubernetesClient
  private let path: ResourcePath
  private let selector: ObjectSelector
  private let codec: KubernetesCodec<Object>
  private let sink: ReflectorSink<Object>
  private let observe: @Sendable (ReflectorObservation) -> Void
  private let logger: Logger
  private let shared: Mutex<ReflectorStatus>

  /// A single object is watched by its collection and ``ObjectSelector/named(_:)``.
  package init(
    _ path: ResourcePath, selector: ObjectSelector = .everything, client: KubernetesClient,
    codec: KubernetesCodec<Object>, sink: ReflectorSink<Object>, logger: Logger,
    observe: @escaping @Sendable (ReflectorObservation) -> Void = { _ in }
  ) {
    self.client = client
    self.path = path
    self.selector = selector
    self.codec = codec
    self.sink = sink
    self.observe = observe
    var logger = logger
    logger[metadataKey: "watch"] = "\(path)"
    self.logger = logger
    shared = Mutex(ReflectorStatus(name: path.description))
  }

  package var status: ReflectorStatus { shared.withLock { $0 } }

  /// Runs until the task is cancelled. Never gives up: every failure is counted, logged and tried again after a pause.
  package func run() async {
    var state = ReflectorState()
    var action = state.first
    while !Task.isCancelled {
      switch action {
      case .list(let delay):
        guard await sleep(delay) else { return }
        action = await list(&state)
      case .watch(let delay, let resourceVersion, let timeoutSeconds):
        guard await sleep(delay) else { return }
        let end = await watch(&state, from: resourceVersion, timeoutSeconds: timeoutSeconds)
        shared.withLock { $0.isWatching = false }
        action = state.watchEnd(end, clock: client.clock)
      }
    }
  }

  private func list(_ state: inout ReflectorState) async -> ReflectorState.Action {
    let clock = client.clock
    let start = clock.monotonicNanoseconds()
    do throws(KubernetesFailure) {
      let list = try await client.list(path, selector: selector, codec: codec)
      await sink.replaceAll(list.items)
      let now = clock.monotonicNanoseconds()
      let isFirst = shared.withLock { status in
        defer { status.isSynced = true }
        status.lists += 1
        status.lastSyncNanoseconds = now
        status.lastContactNanoseconds = now
        return !status.isSynced
      }
      logger.log(level: isFirst ? .info : .debug, "listed", metadata: ["objects": "\(list.items.count)"])
      observe(.listed(objects: list.items.count, durationNanoseconds: now &- start))
      return state.listed(resourceVersion: list.resourceVersion, random: clock.random())
    } catch {
      report(error)
      return state.listFailed(
        retryAfterSeconds: error.retryAfterSeconds, nowNanoseconds: clock.monotonicNanoseconds(),
        random: clock.random())
    }
  }

  private func watch(
    _ state: inout ReflectorState, from resourceVersion: String, timeoutSeconds: Int
  ) async -> ReflectorState.WatchEnd {
    var session = WatchSession<Object>(codec: codec, operation: "watch \(path)")
    do throws(KubernetesFailure) {
      let stream = try await client.watch(
        path, selector: selector, resourceVersion: resourceVersion, timeoutSeconds: timeoutSeconds)
      let start = client.clock.monotonicNanoseconds()
      state.watching(nowNanoseconds: start)
      contact {
        $0.isWatching = true; $0.lastFailure = nil
      }
      observe(.watchStarted)
      while let events = try await session.next(stream) {
        contact { _ in }
        try await apply(events, &state)
      }
      // client-go calls a watch of less than a second without events a failure, lest a broken proxy be hammered.
      let lasted = client.clock.monotonicNanoseconds() &- start
      guard session.sawLines || lasted >= 1_000_000_000 else {
        throw KubernetesFailure(
          .shortWatch, operation: "watch \(path)", detail: "the watch ended at once without an event")
      }
      observe(.watchCompleted)
      logger.debug("watch completed", metadata: ["resourceVersion": "\(state.resourceVersion)"])
      return .completed
    } catch {
      report(error)
      switch error.reason {
      case .expired: return .expired
      case .undecodable: return .inconsistent
      default: return session.serverFailed ? .inconsistent : .failed(retryAfterSeconds: error.retryAfterSeconds)
      }
    }
  }

  private func apply(
    _ events: [WatchSession<Object>.Line], _ state: inout ReflectorState
  ) async throws(KubernetesFailure) {
    var applied = 0
    defer {
      if applied > 0 {
        shared.withLock { $0.events += applied }
        observe(.applied(events: applied))
      }
    }
    for line in events {
      let event = try line.get()
      switch event {
      case .added(_, let version), .modified(_, let version), .deleted(_, let version):
        await sink.apply(event)
        applied += 1
        state.observed(resourceVersion: version)
      case .bookmark(let version):
        state.observed(resourceVersion: version)
      case .failed:
        break
      }
    }
  }

  private func contact(_ change: (inout ReflectorStatus) -> Void) {
    let now = client.clock.monotonicNanoseconds()
    shared.withLock { status in
      status.lastContactNanoseconds = now
      change(&status)
    }
  }

  /// Counts a failure; the first of a kind is a warning, its repetitions are for debugging.
  private func report(_ failure: KubernetesFailure) {
    guard failure.reason != .cancelled || !Task.isCancelled else { return }
    let isNew = shared.withLock { status in
      defer { status.lastFailure = failure }
      status.failures[failure.reason, default: 0] += 1
      return status.lastFailure?.reason != failure.reason
    }
    observe(.failed(failure.reason))
    // An expired version is how the protocol works, not trouble.
    let level: Logger.Level = failure.reason == .expired ? .info : isNew ? .warning : .debug
    logger.log(level: level, "\(failure)", metadata: ["reason": "\(failure.reason.rawValue)"])
  }

  /// False where the task was cancelled.
  private func sleep(_ nanoseconds: UInt64) async -> Bool {
    guard nanoseconds > 0 else { return !Task.isCancelled }
    do {
      try await client.clock.sleep(nanoseconds)
      return !Task.isCancelled
    } catch {
      return false
    }
  }
}

extension ReflectorState {
  fileprivate mutating func watchEnd(_ end: WatchEnd, clock: KubernetesClock) -> Action {
    watchEnded(end, nowNanoseconds: clock.monotonicNanoseconds(), random: clock.random())
  }
}
