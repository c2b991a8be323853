import Logging
import NIOPosix
import Synchronization

/// What all connections of one server share. Any thread.
final class ServerCore: Sendable {
  let limits: Limits
  let observer: any TransportObserver
  let budget: BufferBudget
  /// Where large bodies are answered and certificate files are read.
  let offloadPool: NIOThreadPool
  let logger: Logger
  let openConnections = Atomic<Int>(0)

  init(limits: Limits, observer: any TransportObserver, offloadPool: NIOThreadPool, logger: Logger) {
    self.limits = limits
    self.observer = observer
    self.budget = BufferBudget(limitBytes: limits.maxBufferedBytes)
    self.offloadPool = offloadPool
    self.logger = logger
  }
}
