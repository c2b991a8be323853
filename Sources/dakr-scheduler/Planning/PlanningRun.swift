import Glibc
import MigrationPlanner
import PlanReport
import Synchronization

/// Searches for a plan until a deadline, or until Ctrl-C asks for what there is.
struct PlanningRun {
  /// nil searches until nothing better is found or somebody stops it.
  let deadline: Duration?
  let progress: PlanningProgressLine

  private static let isInterrupted = Atomic<Bool>(false)

  func plan(_ problem: PlanningProblem, _ options: PlanningOptions) -> Plan {
    // The first Ctrl-C ends the search with the best plan so far, the second one the process.
    signal(SIGINT) { _ in
      PlanningRun.isInterrupted.store(true, ordering: .relaxed)
      signal(SIGINT, SIG_DFL)
    }
    defer { signal(SIGINT, SIG_DFL) }
    let start = ContinuousClock.now
    let plan = Planner.plan(problem, options) { state in
      let elapsed = ContinuousClock.now - start
      progress.show(state, elapsed: elapsed)
      if let deadline, elapsed >= deadline { return true }
      return Self.isInterrupted.load(ordering: .relaxed)
    }
    progress.finish()
    return plan
  }
}

/// One line on the standard error that says how far a plan is; only on a terminal, and only when it takes a while.
final class PlanningProgressLine {
  private let isShown: Bool
  private var printed = Duration.zero
  private var hasPrinted = false

  /// - Parameter isShown: nil shows it where the standard error is a terminal.
  init(isShown: Bool? = nil) {
    self.isShown = isShown ?? (isatty(STDERR_FILENO) == 1)
  }

  func show(_ state: PlanningProgress, elapsed: Duration) {
    guard isShown, elapsed - printed >= .milliseconds(200) else { return }
    printed = elapsed
    let bill = Dollars.perHour(state.bestBill)
    let bound = Dollars.perHour(state.lowerBound)
    write(
      "plan: \(state.phase.rawValue), $\(bill)/h, bound $\(bound)/h, \(state.moves) moves, \(elapsed.components.seconds) s"
    )
  }

  /// What is being read.
  func reading(_ what: String) {
    guard isShown else { return }
    write("plan: reading \(what)")
  }

  /// Clears the line.
  func finish() {
    guard hasPrinted else { return }
    StandardError.write("\r\u{1B}[K")
    hasPrinted = false
  }

  private func write(_ text: String) {
    hasPrinted = true
    StandardError.write("\r\(text)\u{1B}[K")
  }
}
