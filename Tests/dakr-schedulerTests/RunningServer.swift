import Foundation
import TestSupport

/// `dakr-scheduler serve` in trial mode, on ports of its own.
final class RunningServer: Sendable {
  private struct Ports: Decodable {
    let https: Int
    let http: Int?
  }

  let process: ChildProcess
  let folder: TemporaryFolder
  let https: Int
  let http: Int
  private let errors: URL

  private init(process: ChildProcess, folder: TemporaryFolder, ports: Ports, errors: URL) {
    self.process = process
    self.folder = folder
    https = ports.https
    http = ports.http ?? 0
    self.errors = errors
  }

  static func start(_ arguments: [String] = [], environment: [String: String] = [:]) async throws -> RunningServer {
    let folder = try TemporaryFolder("serve")
    let ports = folder.file("ports.json")
    let process = try ChildProcess.start(
      try RepositoryLayout.product("dakr-scheduler"),
      ["serve", "--trial", folder.path("trial"), "--port-file", ports.path, "--log-format", "json"]
        + ["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"] + arguments,
      environment: environment, log: folder.file("output"), errorLog: folder.file("errors"))
    let found = try await eventually("the server has written its ports") {
      if let status = process.exitStatus {
        let text = try? String(contentsOf: folder.file("errors"), encoding: .utf8)
        throw WaitingIsPointless("the server ended with \(status): \(text ?? "")")
      }
      return try? JSONDecoder().decode(Ports.self, from: Data(contentsOf: ports))
    }
    return RunningServer(process: process, folder: folder, ports: found, errors: folder.file("errors"))
  }

  var address: String { "https://127.0.0.1:\(https)" }
  var log: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }

  private func certificate(_ name: String) -> String { folder.path("trial/certs/\(name)") }

  /// Calls curl; the answer's status is in `status` and its body in `body`.
  func curl(
    _ path: String, _ arguments: [String] = [], isSecure: Bool = true, withClient: Bool = true
  ) async throws -> (status: Int, body: String) {
    var all = ["--silent", "--show-error", "--max-time", "20", "--write-out", "\n%{http_code}"] + arguments
    if isSecure { all += ["--cacert", certificate("ca.crt")] }
    if isSecure, withClient { all += ["--cert", certificate("client.crt"), "--key", certificate("client.key")] }
    all.append((isSecure ? address : "http://127.0.0.1:\(http)") + path)
    let result = try await runProgramSuccessfully("curl", all).standardOutput
    let end = result.lastIndex(of: "\n") ?? result.startIndex
    return (Int(result[result.index(after: end)...]) ?? 0, String(result[..<end]))
  }

  /// POSTs the sample request of the trial.
  func post(_ path: String, _ arguments: [String] = [], withClient: Bool = true) async throws -> (
    status: Int, body: String
  ) {
    try await curl(
      path,
      ["--header", "Content-Type: application/json", "--data-binary", "@" + folder.path("trial/prioritize.json")]
        + arguments, withClient: withClient)
  }

  func metrics() async throws -> MetricsText { MetricsText(try await curl("/metrics", isSecure: false).body) }
}
