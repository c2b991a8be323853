import Synchronization

/// Counts the body bytes that all connections hold together, against `Limits.maxBufferedBytes`. Any thread.
final class BufferBudget: Sendable {
  private let limitBytes: Int
  private let used = Atomic<Int>(0)

  init(limitBytes: Int) {
    self.limitBytes = limitBytes
  }

  /// Bytes held now.
  var usedBytes: Int { used.load(ordering: .relaxed) }

  /// Takes `bytes`, or nothing (false) where that would pass the limit.
  func take(_ bytes: Int) -> Bool {
    let (_, now) = used.add(bytes, ordering: .relaxed)
    if now <= limitBytes { return true }
    used.subtract(bytes, ordering: .relaxed)
    return false
  }

  /// Takes `bytes` whatever the limit: for what exists already. Later takers are refused for it.
  func takeUnconditionally(_ bytes: Int) {
    used.add(bytes, ordering: .relaxed)
  }

  /// Gives back.
  func give(_ bytes: Int) {
    used.subtract(bytes, ordering: .relaxed)
  }
}

/// What one request holds of the budget; given back when it goes.
struct BudgetShare: ~Copyable {
  private let budget: BufferBudget
  private var bytes = 0

  init(of budget: BufferBudget) {
    self.budget = budget
  }

  deinit {
    if bytes > 0 { budget.give(bytes) }
  }

  /// Holds `more` bytes more, or reports that there is no room.
  mutating func grow(by more: Int) -> Bool {
    guard budget.take(more) else { return false }
    bytes += more
    return true
  }

  /// Holds at least `total` bytes: a response counts as much of it as is not a slice of the request, and how much that
  /// is cannot be told, so the greater of the two is taken for both.
  mutating func raise(to total: Int) {
    guard total > bytes else { return }
    budget.takeUnconditionally(total - bytes)
    bytes = total
  }

  /// Gives everything back early.
  mutating func release() {
    budget.give(bytes)
    bytes = 0
  }
}
