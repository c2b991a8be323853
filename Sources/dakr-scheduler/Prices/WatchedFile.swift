import Logging

/// A file that is read again while the process runs. It is compared by content, so that a Kubernetes mount, which
/// swaps a symlink, is noticed as well as an editor that replaces the file.
struct WatchedFile: Sendable {
  let path: String
  let maximumBytes: Int
  let interval: Duration
  let logger: Logger
  /// Takes new content in; throws where it is no good, and then what was there before stays in use.
  let apply: @Sendable ([UInt8]) throws -> Void

  /// Looks at the file until the task is cancelled. `known` is the content that is in use already.
  func run(known: [UInt8]) async {
    var last = known
    var lastProblem = ""
    while (try? await Task.sleep(for: interval)) != nil {
      do {
        let content = try PrivateFile.read(path, maximumBytes: maximumBytes)
        guard content != last else { continue }
        last = content
        try apply(content)
        lastProblem = ""
        logger.info("took the changed file in", metadata: ["file": "\(path)"])
      } catch {
        let problem = "\(error)"
        guard problem != lastProblem else { continue }
        lastProblem = problem
        logger.warning(
          "the changed file is no good; what was read before stays in use",
          metadata: ["file": "\(path)", "problem": "\(problem)"])
      }
    }
  }
}
