internal import COpenSSL

/// How the process's allocator treats what the transport asks of it.
package enum ProcessMemory {
  /// Keeps up to 4 MiB of freed memory at the top of each malloc arena, and maps what is 128 KiB and larger by itself.
  ///
  /// glibc's default gives pages back whenever 128 KiB are free, so that streaming a large body takes and clears the
  /// same pages again and again: a fifth of the CPU time of a 30 MB exchange. Setting either value also stops glibc
  /// from raising the second one by itself up to 32 MiB, after which large bodies would come from the arenas and stay
  /// resident (mallopt(3)).
  ///
  /// Process-wide, idempotent, any thread; best before there are many. `Server.init` calls it.
  package static func tuneAllocator() { _ = tuned }

  private static let tuned: Bool =
    mallopt(M_TRIM_THRESHOLD, 4 << 20) == 1 && mallopt(M_MMAP_THRESHOLD, 128 << 10) == 1
}
