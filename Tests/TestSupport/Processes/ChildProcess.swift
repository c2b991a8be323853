package import Foundation
import Glibc
import Synchronization

/// How a program ended.
package enum ExitStatus: Sendable, Equatable {
  case exited(Int32)
  case killed(signal: Int32)

  package var isSuccess: Bool { self == .exited(0) }

  init(waitStatus: Int32) {
    let signal = waitStatus & 0x7f
    self = signal == 0 ? .exited((waitStatus >> 8) & 0xff) : .killed(signal: signal)
  }
}

/// A program that a test started. It runs in a process group of its own, writes both its outputs to files, and never
/// outlives the test process, however that ends (`ProcessReaper`).
package final class ChildProcess: Sendable {
  /// What to call it in messages: the executable's last path component.
  package let name: String
  package let identifier: pid_t
  /// Where standard output and standard error go (the same file unless `start` was told otherwise).
  package let log: URL
  /// Nil while the program runs.
  private let ended = Mutex<ExitStatus?>(nil)

  private init(name: String, identifier: pid_t, log: URL) {
    self.name = name
    self.identifier = identifier
    self.log = log
  }

  /// Starts `executable`, looked for on PATH where it has no slash.
  /// - Parameters:
  ///   - environment: variables added to this process's own; an empty value is passed as empty.
  ///   - log: receives standard output, and standard error too unless `errorLog` is given. Created, or appended to.
  ///   - input: a file for standard input; without it standard input is empty.
  /// - Throws: `ProcessFailure` where the program cannot be started.
  package static func start(
    _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:], log: URL,
    errorLog: URL? = nil, input: URL? = nil
  ) throws -> ChildProcess {
    let files = [input?.path ?? "/dev/null", log.path, errorLog?.path ?? log.path]
    let identifier = try spawn(executable, arguments: arguments, environment: environment, files: files)
    let name = executable.split(separator: "/").last.map(String.init) ?? executable
    let child = ChildProcess(name: name, identifier: identifier, log: log)
    ProcessReaper.shared.watch(identifier)
    Thread.detachNewThread { child.collect() }
    return child
  }

  /// How the program ended; nil while it runs.
  package var exitStatus: ExitStatus? { ended.withLock { $0 } }

  /// Sends a signal to the program's process group; nothing happens when it has ended.
  package func signal(_ signal: Int32) {
    ended.withLock { if $0 == nil { _ = kill(-identifier, signal) } }
  }

  /// Waits until the program ends. Nil when it still runs after `timeout`, or the task is cancelled.
  package func waitForExit(timeout: Duration) async -> ExitStatus? {
    let start = ContinuousClock.now
    var pause = Duration.milliseconds(1)
    while true {
      if let exitStatus { return exitStatus }
      guard ContinuousClock.now - start < timeout, (try? await Task.sleep(for: pause)) != nil else { return nil }
      pause = min(pause * 2, .milliseconds(20))
    }
  }

  /// Ends the program: SIGTERM, then SIGKILL when it has not gone within `grace`. Returns how it ended.
  @discardableResult
  package func terminate(grace: Duration = .seconds(10)) async -> ExitStatus? {
    signal(SIGTERM)
    if let status = await waitForExit(timeout: grace) { return status }
    signal(SIGKILL)
    return await waitForExit(timeout: .seconds(10))
  }

  /// Everything the program has written to `log` so far.
  package var output: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

  /// Runs on a thread of its own for as long as the program runs.
  private func collect() {
    var waitStatus: Int32 = 0
    while unsafe waitpid(identifier, &waitStatus, 0) < 0, errno == EINTR {}
    ProcessReaper.shared.forget(identifier)
    let status = ExitStatus(waitStatus: waitStatus)
    ended.withLock { $0 = status }
  }
}
