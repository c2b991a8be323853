import Foundation

/// What a program that was run to its end left behind.
package struct ProgramResult: Sendable {
  package let status: ExitStatus
  package let standardOutputBytes: [UInt8]
  package let standardError: String

  package var standardOutput: String { String(decoding: standardOutputBytes, as: UTF8.self) }
}

/// Runs a program to its end and returns what it wrote.
/// - Parameters:
///   - executable: a path, or a name looked for on PATH.
///   - input: bytes for standard input.
///   - environment: variables added to this process's own.
/// - Throws: `ProcessFailure` where it cannot be started or has not ended within `timeout` (it is killed then). A failing
///   exit status is no error here: read `status`, or call `runProgramSuccessfully`.
@discardableResult
package func runProgram(
  _ executable: String, _ arguments: [String], input: [UInt8]? = nil, environment: [String: String] = [:],
  timeout: Duration = .seconds(300)
) async throws -> ProgramResult {
  let folder = try TemporaryFolder("run")
  var inputFile: URL?
  if let input {
    inputFile = folder.file("in")
    try Data(input).write(to: folder.file("in"))
  }
  let child = try ChildProcess.start(
    executable, arguments, environment: environment, log: folder.file("out"), errorLog: folder.file("err"),
    input: inputFile)
  guard let status = await child.waitForExit(timeout: timeout) else {
    await child.terminate(grace: .zero)
    throw ProcessFailure("\(child.name) has not ended within \(timeout): \(arguments.joined(separator: " "))")
  }
  return ProgramResult(
    status: status, standardOutputBytes: Array(try Data(contentsOf: folder.file("out"))),
    standardError: String(decoding: try Data(contentsOf: folder.file("err")), as: UTF8.self))
}

/// As `runProgram`, but a failing exit status is an error that carries what the program wrote.
@discardableResult
package func runProgramSuccessfully(
  _ executable: String, _ arguments: [String], input: [UInt8]? = nil, environment: [String: String] = [:],
  timeout: Duration = .seconds(300)
) async throws -> ProgramResult {
  let result = try await runProgram(
    executable, arguments, input: input, environment: environment, timeout: timeout)
  guard result.status.isSuccess else {
    let written = (result.standardError + result.standardOutput).suffix(4000)
    throw ProcessFailure("\(executable) \(arguments.joined(separator: " ")) ended with \(result.status): \(written)")
  }
  return result
}
