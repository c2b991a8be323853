private import Subprocess
private import SystemPackage

extension ExecPlugin {
  private static let timeoutSeconds = 60
  private static let maximumOutputBytes = 1 << 20

  /// Runs the plugin to its end, for at most a minute, and returns what it printed. Its standard input is empty.
  ///
  /// What it writes to standard error is meant for people (kubectl passes it through), so its end goes into the failure.
  func run() async throws(KubernetesFailure) -> [UInt8] {
    let outcome = await withTaskGroup(of: Result<[UInt8], KubernetesFailure>?.self) { group in
      group.addTask { await self.runWithoutLimit() }
      group.addTask {
        // Cancelled as soon as the plugin ends; then this result is not looked at.
        try? await Task.sleep(for: .seconds(Self.timeoutSeconds))
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
    guard let outcome else { throw failure("it did not end within \(Self.timeoutSeconds) s and was killed") }
    return try outcome.get()
  }

  private func runWithoutLimit() async -> Result<[UInt8], KubernetesFailure> {
    var variables: [Environment.Key: String?] = ["KUBERNETES_EXEC_INFO": execInfo]
    for variable in environment {
      if let key = Environment.Key(rawValue: variable.name) { variables[key] = variable.value }
    }
    do {
      let result = try await Subprocess.run(
        command.contains("/") ? .path(FilePath(command)) : .name(command), arguments: Arguments(arguments),
        environment: .inherit.updating(variables), output: .bytes(limit: Self.maximumOutputBytes),
        error: .bytes(limit: Self.maximumOutputBytes))
      guard result.terminationStatus.isSuccess else {
        let complaint = StatusDocument.excerpt(Array(result.standardError.suffix(200)))
        return .failure(
          failure("it ended with \(result.terminationStatus)\(complaint.isEmpty ? "" : ": \(complaint)")"))
      }
      return .success(result.standardOutput)
    } catch let error as SubprocessError where error.code == .executableNotFound {
      let hint = installHint.isEmpty ? "" : " (\(StatusDocument.excerpt(Array(installHint.utf8))))"
      return .failure(failure("the command does not exist\(hint)"))
    } catch let error as SubprocessError where error.code == .outputLimitExceeded {
      return .failure(failure("it printed more than \(Self.maximumOutputBytes) bytes"))
    } catch {
      return .failure(failure("it could not be run: \(error)"))
    }
  }

  func failure(_ detail: String) -> KubernetesFailure {
    KubernetesFailure(.credentials, operation: "run credential plugin \(command)", detail: detail)
  }
}
