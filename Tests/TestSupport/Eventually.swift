import Testing

/// A condition did not come true in time.
package struct NotInTime: Error, CustomStringConvertible {
  package let description: String
}

/// Thrown by a condition that cannot come true any more; ends the waiting.
package struct WaitingIsPointless: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// Polls until `condition` gives a value, and returns it. Errors that it throws count as "not yet"; the last one is named
/// when time runs out.
/// - Parameters:
///   - what: what is waited for, as the failing test's message says it.
///   - timeout: generous, as machines are noisy, and as what is waited for may stand behind all other tests' work in the
///     queue of a few threads; a condition that holds costs no waiting.
/// - Throws: `NotInTime`, `WaitingIsPointless` from the condition, or `CancellationError` when the test is cancelled.
@discardableResult
package func eventually<Value>(
  _ what: String, timeout: Duration = .seconds(300), interval: Duration = .milliseconds(50),
  _ condition: () async throws -> Value?
) async throws -> Value {
  let start = ContinuousClock.now
  var lastError: (any Error)?
  while true {
    // Read before the look: whoever slept too long, because other tests had all threads, looks once more.
    let isLast = ContinuousClock.now - start >= timeout
    do {
      if let value = try await condition() { return value }
      lastError = nil
    } catch let error where error is CancellationError || error is WaitingIsPointless {
      throw error
    } catch {
      lastError = error
    }
    if isLast { break }
    try await Task.sleep(for: interval)
  }
  let reason = lastError.map { ": \($0)" } ?? ""
  throw NotInTime(description: "not within \(timeout): \(what)\(reason)")
}

/// Polls until `condition` is true.
package func eventually(
  _ what: String, timeout: Duration = .seconds(300), interval: Duration = .milliseconds(50),
  _ condition: () async throws -> Bool
) async throws {
  try await eventually(what, timeout: timeout, interval: interval) { () -> Void? in
    try await condition() ? () : nil
  }
}
