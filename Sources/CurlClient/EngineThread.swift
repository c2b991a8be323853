internal import CCurl
private import Glibc

/// The thread on which all transfers of an engine run: the only code that touches easy and multi handles.
final class EngineThread {
  private enum Exit {
    /// Told to stop.
    case stopped
    /// No transfer is left on connections that are to be used no more.
    case drained
    /// The multi handle reported an error of its own.
    case broken
  }

  /// Ended HTTP/2 streams after which new transfers wait until the connections have been replaced.
  private static let maximumAbandonedStreams = 32
  /// How long the thread sleeps when nothing happens; a command wakes it at once.
  private static let idlePollMilliseconds: CInt = 60_000

  private let core: EngineCore
  private let maximumConnections: Int
  private var transfers: [UInt: Transfer] = [:]
  /// Transfers that wait for new connections, in the order in which they came.
  private var waiting: [Transfer] = []
  /// HTTP/2 streams that ended before their response did. libcurl before 8.1 never gives their bytes back to the
  /// connection's window (curl commit a9b7f72), so the connection has to go.
  private var abandonedStreams = 0
  private var isStopping = false

  init(core: EngineCore, maximumConnections: Int) {
    self.core = core
    self.maximumConnections = maximumConnections
  }

  /// Runs until the engine is told to stop. Each turn of the loop is one generation of connections.
  func run() {
    blockSignals()
    while !isStopping {
      guard let multi = MultiHandle(maximumConnections: maximumConnections) else { break }
      core.publish(WakeupHandle(multi))
      let exit = serve(multi)
      core.publish(nil)
      abandonedStreams = 0
      guard exit != .drained else { continue }
      let detail = exit == .broken ? "libcurl's multi interface failed" : "the engine was shut down"
      for transfer in transfers.values {
        multi.remove(transfer.easy)
        end(transfer, with: .unavailable, detail)
      }
      transfers = [:]
      // A fault that lasts must not become a loop that spins.
      if exit == .broken { usleep(100_000) }
    }
    for case .start(let id, let request, let receiver) in core.close() {
      create(id: id, request: request, receiver: receiver)
    }
    for transfer in waiting { end(transfer, with: .unavailable, "the engine was shut down") }
    waiting = []
  }

  private func serve(_ multi: borrowing MultiHandle) -> Exit {
    while true {
      for command in core.takeCommands() { execute(command, on: multi) }
      if isStopping { return .stopped }
      startWaiting(on: multi)
      guard multi.perform() else { return .broken }
      while let finished = multi.nextFinished() { finish(finished, on: multi) }
      if abandonedStreams > 0, transfers.isEmpty { return .drained }
      guard multi.poll(milliseconds: Self.idlePollMilliseconds) else { return .broken }
    }
  }

  private func execute(_ command: EngineCore.Command, on multi: borrowing MultiHandle) {
    switch command {
    case .start(let id, let request, let receiver):
      create(id: id, request: request, receiver: receiver)
    case .cancel(let id):
      cancel(id, on: multi)
    case .retireConnections:
      abandonedStreams += 1
    case .stop:
      isStopping = true
    }
  }

  private func create(id: UInt, request: HTTPRequest, receiver: Transfer.Receiver) {
    do throws(CurlFailure) {
      waiting.append(try Transfer(id: id, request: request, receiver: receiver))
    } catch {
      core.transferEnded()
      switch receiver {
      case .response(let complete): complete(.failure(error))
      case .lines(let lines): lines.onStart(.failure(error))
      }
    }
  }

  private func startWaiting(on multi: borrowing MultiHandle) {
    // A stream may last for minutes, and is not what spoils connections: it has its own.
    let mustDrain =
      abandonedStreams >= Self.maximumAbandonedStreams && transfers.values.contains { !$0.isStream }
    guard !waiting.isEmpty, !mustDrain else { return }
    for transfer in waiting {
      let code = multi.add(transfer.easy)
      if code == CURLM_OK {
        transfers[transfer.id] = transfer
      } else {
        end(transfer, with: .other, "libcurl does not take the transfer (multi error \(code.rawValue))")
      }
    }
    waiting = []
  }

  private func cancel(_ id: UInt, on multi: borrowing MultiHandle) {
    if let index = waiting.firstIndex(where: { $0.id == id }) {
      end(waiting.remove(at: index), with: .cancelled, "cancelled")
    } else if let transfer = transfers.removeValue(forKey: id) {
      if transfer.mayShareConnection { abandonedStreams += 1 }
      multi.remove(transfer.easy)
      end(transfer, with: .cancelled, "cancelled")
    }
  }

  private func finish(_ finished: MultiHandle.Finished, on multi: borrowing MultiHandle) {
    guard let transfer = transfers.removeValue(forKey: finished.id) else { return }
    let mayShareConnection = transfer.mayShareConnection
    multi.remove(transfer.easy)
    core.transferEnded()
    if !transfer.finish(finished.code), mayShareConnection { abandonedStreams += 1 }
  }

  private func end(_ transfer: Transfer, with kind: CurlFailure.Kind, _ detail: String) {
    core.transferEnded()
    transfer.finish(with: CurlFailure(kind: kind, operation: transfer.request.description, detail: detail))
  }

  /// Signals belong to the threads that handle them; and a write to a closed connection must not raise SIGPIPE here,
  /// which is delivered to the writing thread (signal(7)).
  private func blockSignals() {
    var all = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_SETMASK, &all, nil)
  }
}
