import Synchronization
import Transport

/// One thing that has to be right before requests should come.
struct HealthCheck: Sendable {
  let name: String
  /// nil where it is right, otherwise what is wrong.
  let problem: @Sendable () -> String?
  /// What is worth knowing where it is right, such as an age; shown beside it and never failing.
  var note: @Sendable () -> String? = { nil }
}

/// Answers `/healthz`, `/livez` and `/readyz` as Kubernetes' own components do: `ok`, or every check with `?verbose`
/// and where one failed (k8s.io/apiserver, server/healthz).
final class Health: Sendable {
  private let checks: [HealthCheck]
  private let stopping = Atomic<Bool>(false)

  init(checks: [HealthCheck]) {
    self.checks = checks
  }

  /// From now on not ready, whatever the checks say; the process goes on answering.
  func beginStopping() { stopping.store(true, ordering: .relaxed) }

  /// Every problem; empty where requests may come.
  var problems: [(name: String, problem: String)] {
    var found = checks.compactMap { check in check.problem().map { (name: check.name, problem: $0) } }
    if stopping.load(ordering: .relaxed) { found.append((name: "shutdown", problem: "the process is stopping")) }
    return found
  }

  /// The process answers: that is all that liveness means. A restart cures neither an unreachable API server nor a
  /// missing certificate.
  func live(_ route: Route, query: String?) -> ServerResponse {
    let text = Self.isVerbose(query) ? "[+]ping ok\n\(route.rawValue) check passed\n" : "ok"
    return .text(200, text, operation: route.rawValue)
  }

  func ready(query: String?) -> ServerResponse {
    let problems = problems
    guard !problems.isEmpty || Self.isVerbose(query) else { return .text(200, "ok", operation: Route.readyz.rawValue) }
    var text = "[+]ping ok\n"
    for check in checks where !problems.contains(where: { $0.name == check.name }) {
      text += "[+]\(check.name) ok" + (check.note().map { ": \($0)" } ?? "") + "\n"
    }
    for problem in problems { text += "[-]\(problem.name) failed: \(problem.problem)\n" }
    text += problems.isEmpty ? "readyz check passed\n" : "readyz check failed\n"
    return .text(problems.isEmpty ? 200 : 503, text, operation: Route.readyz.rawValue)
  }

  private static func isVerbose(_ query: String?) -> Bool {
    (query ?? "").split(separator: "&").contains {
      $0 == "verbose" || $0.hasPrefix("verbose=") && $0 != "verbose=false"
    }
  }
}
