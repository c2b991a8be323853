internal import COpenSSL
import Glibc
package import NIOCore
import Synchronization

/// How the process's memory is asked for and given back.
package enum ProcessMemory {
  /// Lets malloc keep what is freed until nothing has used it for a second, for allocations below 4 MiB; larger ones are
  /// mapped one by one and given back when they are freed.
  ///
  /// glibc's defaults map whatever is 128 KiB and larger for itself and give pages back whenever 128 KiB are free, so
  /// that every request takes and clears its pages again: a third of the CPU time of large ones. Setting either value
  /// also stops glibc from raising the other by itself up to 32 MiB (mallopt(3)). Few arenas keep a thread's memory of
  /// use to the others; our threads allocate too seldom to be in each other's way.
  ///
  /// Process-wide, idempotent, any thread; best before there are many. `Server.init` calls it.
  package static func tuneAllocator() { _ = tuned }

  private static let tuned: Bool =
    mallopt(M_TRIM_THRESHOLD, 64 << 20) == 1 && mallopt(M_MMAP_THRESHOLD, 4 << 20) == 1
    && mallopt(M_ARENA_MAX, 2) == 1

  /// Much memory has just been used that may not be needed again: by a request, by reading a list. It is given back to the
  /// system when there was no further use for a second, as long as a `Server` runs, which looks at its clock. Any thread.
  package static func used(now: NIODeadline = .now()) { lastUse.store(now.uptimeNanoseconds, ordering: .relaxed) }

  /// Whether it is time for `giveBack()`: true once after each time of use.
  static func isUnused(now: NIODeadline) -> Bool {
    let last = lastUse.load(ordering: .relaxed)
    guard last > 0, now - .uptimeNanoseconds(last) >= WarmMemory.keepTime else { return false }
    return lastUse.compareExchange(expected: last, desired: 0, ordering: .relaxed).exchanged
  }

  /// Has `drop` called, on any thread, when memory is given back: for what others keep between requests. For good.
  package static func whenUnused(_ drop: @escaping @Sendable () -> Void) { drops.withLock { $0.append(drop) } }

  /// Gives the pages of what malloc holds unused back to the system, after whoever keeps something has dropped it. Takes
  /// some milliseconds, during which other threads' allocations wait. Any thread.
  static func giveBack() {
    for drop in drops.withLock({ $0 }) { drop() }
    _ = malloc_trim(0)
  }

  private static let drops = Mutex<[@Sendable () -> Void]>([])

  /// When `used(now:)` was called last; 0 after it was given back.
  private static let lastUse = Atomic<UInt64>(0)

  /// Asks for huge pages where memory is still untouched: they are cleared some ten times as fast as the same bytes in
  /// small pages are faulted in one by one. Without effect where the system has none to give, or is told not to.
  static func preferHugePages(_ memory: UnsafeMutableRawBufferPointer) {
    guard let start = memory.baseAddress else { return }
    let first = (UInt(bitPattern: start) + hugePageBytes - 1) & ~(hugePageBytes - 1)
    let end = (UInt(bitPattern: start) + UInt(memory.count)) & ~(hugePageBytes - 1)
    guard first < end else { return }
    // SAFETY: the range is inside the caller's memory; the advice changes no byte of it.
    _ = unsafe madvise(UnsafeMutableRawPointer(bitPattern: first), Int(end - first), MADV_HUGEPAGE)
  }

  private static let hugePageBytes: UInt = 2 << 20
}
