internal import Synchronization

/// What other threads and the engine's thread share: the queue of commands and the address to wake the thread by.
final class EngineCore: Sendable {
  enum Command: Sendable {
    case start(id: UInt, request: HTTPRequest, receiver: Transfer.Receiver)
    case cancel(id: UInt)
    case retireConnections
    case stop
  }

  private struct State {
    var commands: [Command] = []
    /// Non-nil exactly while the multi handle that it wakes is alive.
    var wakeup: WakeupHandle?
    var isStopping = false
    var lastID: UInt = 0
    /// Transfers that were started and have not ended.
    var pending = 0
  }

  private let state = Mutex(State())
  let maximumTransfers: Int

  init(maximumTransfers: Int) {
    self.maximumTransfers = maximumTransfers
  }

  /// A number that no other transfer of this engine has; never 0.
  func makeID() -> UInt {
    state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
  }

  /// Queues a transfer. Where the engine takes none, says why, and the receiver will not be called.
  func start(id: UInt, request: HTTPRequest, receiver: Transfer.Receiver) -> CurlFailure? {
    state.withLock { state in
      guard !state.isStopping else {
        return CurlFailure(kind: .unavailable, operation: request.description, detail: "the engine was shut down")
      }
      guard state.pending < maximumTransfers else {
        return CurlFailure(
          kind: .unavailable, operation: request.description,
          detail: "the engine already has \(maximumTransfers) transfers, which is its limit")
      }
      state.pending += 1
      state.commands.append(.start(id: id, request: request, receiver: receiver))
      state.wakeup?.wakeUp()
      return nil
    }
  }

  /// Queues a cancellation; without effect where the transfer has ended or was never started.
  func cancel(id: UInt) {
    post(.cancel(id: id))
  }

  func post(_ command: Command) {
    state.withLock { state in
      guard !state.isStopping else { return }
      if case .stop = command { state.isStopping = true }
      state.commands.append(command)
      state.wakeup?.wakeUp()
    }
  }

  // MARK: For the engine's thread

  func takeCommands() -> [Command] {
    state.withLock { state in
      defer { state.commands = [] }
      return state.commands
    }
  }

  /// Nil takes the address back, which has to happen before the multi handle is destroyed.
  func publish(_ wakeup: WakeupHandle?) {
    state.withLock { $0.wakeup = wakeup }
  }

  func transferEnded() {
    state.withLock { $0.pending -= 1 }
  }

  /// Takes no more commands; returns those still queued.
  func close() -> [Command] {
    state.withLock { state in
      state.isStopping = true
      defer { state.commands = [] }
      return state.commands
    }
  }

  /// Transfers that were started and have not ended.
  var pendingTransfers: Int { state.withLock { $0.pending } }
}
