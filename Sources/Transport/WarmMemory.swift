import NIOCore
import Synchronization

/// Keeps the memory of requests for a moment for the next ones, as fresh pages cost more CPU time than copying what goes
/// into them, and gives it back when none come. Any thread.
///
/// Large bodies are kept here; a buffer may be given back while slices of it are still about, and is lent again only
/// when they are gone. All else is malloc's, which keeps it until told otherwise (`ProcessMemory`).
final class WarmMemory: Sendable {
  private struct Kept {
    var buffer: ByteBuffer
    let since: NIODeadline
  }

  /// What is smaller comes from malloc's arenas, which are warm by themselves.
  static let smallestBytes = 1 << 20
  /// Kept this long without use. kube-scheduler's filter and prioritize follow each other within milliseconds.
  static let keepTime = TimeAmount.seconds(1)

  private let limitBytes: Int
  /// The one given back last comes last.
  private let kept = Mutex<[Kept]>([])
  /// When a request last ended, in nanoseconds of `NIODeadline`; 0 once its memory is given back.
  private let lastUse = Atomic<UInt64>(0)

  /// - Parameter limitBytes: how much is kept at most.
  init(limitBytes: Int) {
    self.limitBytes = limitBytes
  }

  /// Bytes kept now.
  var keptBytes: Int { kept.withLock { $0.reduce(0) { $0 + $1.buffer.capacity } } }

  /// An empty buffer of at least `bytes`, if one is kept that nobody else refers to.
  func take(atLeast bytes: Int) -> ByteBuffer? {
    kept.withLock { kept in
      for index in kept.indices.reversed() where kept[index].buffer.capacity >= bytes {
        if kept[index].buffer.modifyIfUniquelyOwned({ $0.clear() }) != nil { return kept.remove(at: index).buffer }
      }
      return nil
    }
  }

  /// Keeps a buffer, in place of older ones where there are too many. Small ones are dropped.
  func keep(_ buffer: ByteBuffer, now: NIODeadline = .now()) {
    let bytes = buffer.capacity
    guard (Self.smallestBytes...limitBytes).contains(bytes) else { return }
    let dropped = kept.withLock { kept in
      var excess = kept.reduce(bytes - limitBytes) { $0 + $1.buffer.capacity }
      var count = 0
      while excess > 0, count < kept.count {
        excess -= kept[count].buffer.capacity
        count += 1
      }
      let dropped = kept.prefix(count)
      kept.removeFirst(count)
      kept.append(Kept(buffer: buffer, since: now))
      return dropped
    }
    // Unmapping takes its time, so it is done outside the lock.
    _ = consume dropped
  }

  /// A request has ended.
  func used(now: NIODeadline) { lastUse.store(now.uptimeNanoseconds, ordering: .relaxed) }

  /// Drops the buffers that have not been used for `keepTime`. Returns whether no request has ended for as long, so that
  /// the rest should be given back, too: once after each time of use.
  func dropUnused(now: NIODeadline) -> Bool {
    let dropped = kept.withLock { kept in
      let count = kept.firstIndex { now - $0.since < Self.keepTime } ?? kept.count
      let dropped = kept.prefix(count)
      kept.removeFirst(count)
      return dropped
    }
    _ = consume dropped
    let last = lastUse.load(ordering: .relaxed)
    guard last > 0, now - .uptimeNanoseconds(last) >= Self.keepTime else { return false }
    return lastUse.compareExchange(expected: last, desired: 0, ordering: .relaxed).exchanged
  }
}
