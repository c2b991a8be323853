import Glibc

/// One line on the standard error that says how far a simulation is: rewritten on a terminal, and elsewhere printed
/// anew for every tenth of the way. Used by one task at a time.
final class SimulationProgress {
  private let total: Int
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var done = 0
  private var printed: ContinuousClock.Instant

  init(total: Int) {
    self.total = total
    start = clock.now
    printed = start
  }

  /// Another replay is done.
  func step() {
    done += 1
    let now = clock.now
    if isTerminal {
      guard now - printed >= .milliseconds(200) else { return }
    } else {
      guard done * 10 / total > (done - 1) * 10 / total else { return }
    }
    printed = now
    let elapsed = now - start
    let left = elapsed / done * (total - done)
    write(
      "simulate: \(done) of \(total) replays, \(elapsed.components.seconds) s, "
        + "about \(left.components.seconds) s to go")
  }

  /// Ends the line.
  func finish() {
    guard isTerminal else { return }
    write("simulate: \(done) replays, \((clock.now - start).components.seconds) s")
    StandardError.write("\n")
  }

  private func write(_ text: String) {
    // Back to the line's start, and clear what is left of the longer line before.
    StandardError.write(isTerminal ? "\r\(text)\u{1B}[K" : "\(text)\n")
  }
}
