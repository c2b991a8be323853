import Foundation
import Synchronization
import Testing

/// What a finished process left.
struct Finished: Sendable {
  var status: Int32
  var output: String
  var errors: String
}

/// A process that is started by a test and ends with it.
final class RunningProcess {
  private let process = Process()
  private let output = CollectedPipe()
  private let errors = CollectedPipe()

  init(_ executable: String, _ arguments: [String], environment: [String: String] = [:], input: String? = nil) throws {
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("DAKR_") && $0.key != "KUBECONFIG" }
    variables.merge(environment) { _, new in new }
    process.environment = variables
    process.standardOutput = output.pipe
    process.standardError = errors.pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  var isRunning: Bool { process.isRunning }
  var outputSoFar: String { output.text }
  var errorsSoFar: String { errors.text }

  func terminate() { process.terminate() }

  /// Waits for the end; a process that takes longer than `seconds` is killed and reported.
  func finish(within seconds: Double = 60) async throws -> Finished {
    let ended = await poll(for: seconds) { !self.process.isRunning }
    if !ended {
      kill(process.processIdentifier, SIGKILL)
      Issue.record("\(process.executableURL?.lastPathComponent ?? "") did not end within \(seconds) s")
    }
    process.waitUntilExit()
    return Finished(status: process.terminationStatus, output: output.rest(), errors: errors.rest())
  }
}

/// Reads a pipe as it fills, so that a talkative process is never held up.
private final class CollectedPipe: Sendable {
  let pipe = Pipe()
  private let collected = Mutex(Data())
  private let ended = Mutex(false)

  init() {
    pipe.fileHandleForReading.readabilityHandler = { [weak self] handle in
      let data = handle.availableData
      if data.isEmpty {
        handle.readabilityHandler = nil
        self?.ended.withLock { $0 = true }
      } else {
        self?.collected.withLock { $0.append(data) }
      }
    }
  }

  var text: String { collected.withLock { String(decoding: $0, as: UTF8.self) } }

  /// Everything, once the writer is gone.
  func rest() -> String {
    for _ in 0..<500 where !ended.withLock({ $0 }) { usleep(10_000) }
    return text
  }
}

/// Asks again and again until `condition` holds; false after `seconds`.
func poll(for seconds: Double, _ condition: () -> Bool) async -> Bool {
  let deadline = ContinuousClock.now + .seconds(seconds)
  while ContinuousClock.now < deadline {
    if condition() { return true }
    try? await Task.sleep(for: .milliseconds(20))
  }
  return condition()
}

/// The program as it was built beside the tests.
enum Binary {
  static let path: String = {
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("dakr-scheduler").path
  }()

  /// Runs it to its end.
  static func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Finished {
    try await RunningProcess(path, arguments, environment: environment).finish()
  }
}

/// Runs another program to its end.
func run(_ executable: String, _ arguments: String...) async throws -> Finished {
  try await RunningProcess(executable, arguments).finish()
}
