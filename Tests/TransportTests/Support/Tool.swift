import Foundation
import Subprocess

/// What a command-line client did.
struct ToolResult {
  let status: TerminationStatus
  let output: String
  let errors: String

  var isSuccess: Bool { status.isSuccess }
}

enum Tool {
  /// Runs a client to its end.
  static func run(_ name: String, _ arguments: [String], input: String = "") async throws -> ToolResult {
    let result = try await Subprocess.run(
      .name(name), arguments: Arguments(arguments), input: .string(input), output: .string(limit: 8 << 20),
      error: .string(limit: 8 << 20))
    return ToolResult(
      status: result.terminationStatus, output: result.standardOutput, errors: result.standardError)
  }
}

/// A file with deterministic content, removed with this object.
final class TemporaryFile {
  let path: String

  init(bytes count: Int, seed: UInt64 = 1) throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("dakr-body-\(UUID().uuidString)").path
    var state = seed
    var bytes = [UInt8](repeating: 0, count: count)
    for index in bytes.indices {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      bytes[index] = UInt8(truncatingIfNeeded: state >> 33)
    }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Whether the other file holds the same bytes.
  func equals(_ other: String) -> Bool { FileManager.default.contentsEqual(atPath: path, andPath: other) }
}

/// Waits until a condition holds; the limit is for a machine that is busy with something else.
func eventually(
  _ what: String, within seconds: Double = 30, _ condition: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + .seconds(seconds)
  while ContinuousClock.now < end {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(5))
  }
  throw WaitFailure(description: "gave up waiting until \(what)")
}

struct WaitFailure: Error, CustomStringConvertible {
  let description: String
}
