import ServiceLifecycle

/// Work that goes on beside the server until the process stops; stopping just cancels it.
struct BackgroundService: Service {
  let work: @Sendable () async -> Void

  init(_ work: @escaping @Sendable () async -> Void) {
    self.work = work
  }

  func run() async throws {
    await cancelWhenGracefulShutdown { await work() }
  }
}
