import Glibc
import Logging
import NIOPosix
import Synchronization

/// What all connections of one server share. Any thread.
final class ServerCore: Sendable {
  let limits: Limits
  let observer: any TransportObserver
  let budget: BufferBudget
  let warmMemory: WarmMemory
  /// Where large bodies are answered and certificate files are read.
  let offloadPool: NIOThreadPool
  let logger: Logger
  let openConnections = Atomic<Int>(0)
  /// `Limits.maxConnections`, or fewer where the process may not open that many files.
  let maxConnections: Int

  init(limits: Limits, observer: any TransportObserver, offloadPool: NIOThreadPool, logger: Logger) {
    self.limits = limits
    self.observer = observer
    self.budget = BufferBudget(limitBytes: limits.maxBufferedBytes)
    // Two of the largest: capacities are powers of two.
    self.warmMemory = WarmMemory(limitBytes: min(4 * limits.maxBodyBytes, limits.maxBufferedBytes))
    self.offloadPool = offloadPool
    self.logger = logger
    maxConnections = min(limits.maxConnections, Self.maxOpenFiles() - Self.reservedFiles)
    if maxConnections < limits.maxConnections {
      logger.warning("connections limited to \(maxConnections) by the limit of open files (RLIMIT_NOFILE)")
    }
  }

  /// Listeners, event loops, certificate files, and the clients in the same process.
  private static let reservedFiles = 64

  private static func maxOpenFiles() -> Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    return Int(clamping: limit.rlim_cur)
  }
}
