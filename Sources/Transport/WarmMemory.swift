import NIOCore
import Synchronization

/// The memory of large request bodies, kept for a moment for the next ones: fresh pages cost more CPU time than copying
/// what goes into them. Smaller memory is malloc's, see `ProcessMemory`. Any thread.
///
/// A buffer may be given back while slices of it are still about; it is lent again only when they are gone.
final class WarmMemory: Sendable {
  private struct Kept {
    var buffer: ByteBuffer
    let since: NIODeadline
  }

  /// What is smaller comes from malloc's arenas, which are warm by themselves; so does the step before a promised length
  /// is trusted (`RequestBody`).
  static let smallestBytes = 2 << 20
  /// Kept this long without use. kube-scheduler's filter and prioritize follow each other within milliseconds.
  static let keepTime = TimeAmount.seconds(1)

  private let limitBytes: Int
  /// The one given back last comes last.
  private let kept = Mutex<[Kept]>([])

  /// - Parameter limitBytes: how much is kept at most.
  init(limitBytes: Int) {
    self.limitBytes = limitBytes
  }

  /// Bytes kept now.
  var keptBytes: Int { kept.withLock { $0.reduce(0) { $0 + $1.buffer.capacity } } }

  /// An empty buffer of at least `bytes`, if one is kept that nobody else refers to. Not one of four times as much: a larger
  /// body will want that, and find none.
  func take(atLeast bytes: Int) -> ByteBuffer? {
    kept.withLock { kept in
      for index in kept.indices.reversed() where Self.fits(kept[index].buffer.capacity, bytes) {
        if kept[index].buffer.modifyIfUniquelyOwned({ $0.clear() }) != nil { return kept.remove(at: index).buffer }
      }
      return nil
    }
  }

  private static func fits(_ capacity: Int, _ bytes: Int) -> Bool { capacity >= bytes && capacity / 4 < bytes }

  /// Keeps a buffer, in place of older ones where there are too many. Small ones are dropped.
  func keep(_ buffer: ByteBuffer, now: NIODeadline = .now()) {
    let bytes = buffer.capacity
    guard bytes >= Self.smallestBytes, bytes <= limitBytes else { return }
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

  /// Drops the buffers that have not been used for `keepTime`.
  func dropUnused(now: NIODeadline) {
    let dropped = kept.withLock { kept in
      let count = kept.firstIndex { now - $0.since < Self.keepTime } ?? kept.count
      let dropped = kept.prefix(count)
      kept.removeFirst(count)
      return dropped
    }
    _ = consume dropped
  }
}
