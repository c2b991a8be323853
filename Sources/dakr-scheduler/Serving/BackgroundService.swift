import ServiceLifecycle

/// Work that goes on beside the server until the process stops; stopping just cancels it.
struct BackgroundService: Service, CustomStringConvertible {
  /// For the log.
  let description: String
  let work: @Sendable () async -> Void

  init(_ name: String, _ work: @escaping @Sendable () async -> Void) {
    description = name
    self.work = work
  }

  func run() async throws {
    await cancelWhenGracefulShutdown { await work() }
  }
}
