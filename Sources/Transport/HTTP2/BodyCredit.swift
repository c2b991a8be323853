/// Which of a connection's large bodies may come now: who decides when to give flow-control credit back (RFC 9113 §5.2).
///
/// Eight bodies of 30 MB sent at a time are worked on one or two at a time, and would wait in memory for their turn. So
/// only a few streams get credit beyond the beginning of their body; the others stop at the end of their window, in the
/// order in which they came, until one of the few is through. Small bodies never wait. A body that waits for credit is
/// under `Limits.requestTimeout` like any other.
struct BodyCredit {
  private struct Waiting {
    let id: Int32
    var bytes: Int
  }

  /// Up to here a body gets its credit back at once.
  let freeBytes: Int
  /// Larger bodies that get it at a time.
  let limit: Int
  private var admitted: Set<Int32> = []
  private var waiting: [Waiting] = []

  init(freeBytes: Int, limit: Int) {
    self.freeBytes = freeBytes
    self.limit = max(1, limit)
  }

  /// Whether a large body has its turn.
  func isAdmitted(_ id: Int32) -> Bool { admitted.contains(id) }

  /// Bytes of a body have come, `total` with those before. Returns for how many bytes credit is given back now.
  mutating func received(_ id: Int32, _ bytes: Int, total: Int) -> Int {
    guard total > freeBytes, !admitted.contains(id) else { return bytes }
    if let place = waiting.firstIndex(where: { $0.id == id }) {
      waiting[place].bytes += bytes
      return 0
    }
    if admitted.count < limit {
      admitted.insert(id)
      return bytes
    }
    waiting.append(Waiting(id: id, bytes: bytes))
    return 0
  }

  /// A body's memory is not needed any more, or no more of it is wanted. Returns whose turn it is, and the credit that was
  /// held back from it.
  mutating func ended(_ id: Int32) -> (id: Int32, bytes: Int)? {
    guard admitted.remove(id) != nil else {
      waiting.removeAll { $0.id == id }
      return nil
    }
    guard !waiting.isEmpty else { return nil }
    let next = waiting.removeFirst()
    admitted.insert(next.id)
    return (next.id, next.bytes)
  }
}
