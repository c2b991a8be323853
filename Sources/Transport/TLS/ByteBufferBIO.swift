internal import COpenSSL
import NIOCore

/// The two ends of libssl's byte transport: what came from the network and waits for libssl, and what libssl made and
/// waits for the network. A custom BIO instead of `BIO_s_mem`, because it reads from and writes to ByteBuffers without
/// a buffer of its own in between.
///
/// libssl reaches it through an unretained pointer; whoever owns the `SSL` keeps this object alive longer. One thread.
final class ByteBufferBIO {
  var inbound = ByteBuffer()
  var outbound = ByteBuffer()

  /// Makes the BIO for one `SSL`, or nil when memory is out. The caller owns the one reference.
  func makeHandle() -> OpaquePointer? {
    guard let method = unsafe Self.method.handle, let bio = unsafe BIO_new(method) else { return nil }
    unsafe BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
    unsafe BIO_set_init(bio, 1)
    return unsafe bio
  }

  private static func object(behind bio: OpaquePointer?) -> ByteBufferBIO? {
    guard let data = unsafe BIO_get_data(bio) else { return nil }
    // SAFETY: `makeHandle` stored this object, which outlives the BIO.
    return unsafe Unmanaged<ByteBufferBIO>.fromOpaque(data).takeUnretainedValue()
  }

  private func take(into destination: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(destination.count, inbound.readableBytes)
    guard count > 0 else { return 0 }
    // SAFETY: both ranges hold `count` bytes and belong to different allocations.
    unsafe inbound.readWithUnsafeReadableBytes { source in
      unsafe destination.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<count]))
      return count
    }
    return count
  }

  /// The process-wide method table, made on first use and never freed.
  private static let method = Method()

  @safe
  private struct Method: @unchecked Sendable {
    // Unchecked: written once by `init`, read-only afterwards.
    let handle: OpaquePointer?

    init() {
      guard let method = unsafe BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ByteBuffer") else {
        unsafe handle = nil
        return
      }
      unsafe BIO_meth_set_write(method) { bio, data, count in
        guard let object = unsafe object(behind: bio), let data = unsafe data, count > 0 else { return 0 }
        unsafe COpenSSL_BIO_clear_retry_flags(bio)
        unsafe object.outbound.writeBytes(UnsafeRawBufferPointer(start: data, count: Int(count)))
        return count
      }
      unsafe BIO_meth_set_read(method) { bio, data, count in
        guard let object = unsafe object(behind: bio), let data = unsafe data, count > 0 else { return 0 }
        unsafe COpenSSL_BIO_clear_retry_flags(bio)
        let taken = unsafe object.take(into: UnsafeMutableRawBufferPointer(start: data, count: Int(count)))
        if taken > 0 { return Int32(taken) }
        unsafe COpenSSL_BIO_set_retry_read(bio)
        return -1
      }
      unsafe BIO_meth_set_ctrl(method) { _, command, _, _ in
        // libssl flushes at the end of each flight and takes anything but 1 for a failure.
        command == BIO_CTRL_FLUSH ? 1 : 0
      }
      unsafe handle = method
    }
  }
}
