import NIOCore

extension ByteBuffer {
  /// Copies the first `count` readable bytes of another buffer to the end of this one. Unlike writing a slice of it, it
  /// copies once wherever the bytes lie: slices that begin beyond 16 MiB are copies themselves.
  mutating func writeBytes(of other: ByteBuffer, count: Int) {
    unsafe other.withUnsafeReadableBytes { source in
      _ = unsafe writeBytes(UnsafeRawBufferPointer(rebasing: source[..<min(count, source.count)]))
    }
  }
}
