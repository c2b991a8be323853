/// Read-only bytes that live as long as the program, read with bounds checks.
///
/// The memory is never written and never freed, so any thread may read it without a lock.
@safe
struct StaticBytes: @unchecked Sendable {
  private let base: UnsafeRawPointer
  let count: Int

  /// SAFETY: the caller promises that `count` bytes at `base` stay valid and unchanged until the program ends.
  @unsafe
  init(base: UnsafeRawPointer, count: Int) {
    unsafe self.base = base
    self.count = count
  }

  /// The byte at an offset; 0 outside.
  @inline(__always)
  func byte(at offset: Int) -> UInt8 {
    guard offset >= 0, offset < count else { return 0 }
    // SAFETY: the offset was just checked.
    return unsafe base.load(fromByteOffset: offset, as: UInt8.self)
  }

  /// The little-endian integer at an offset; 0 where it is not wholly inside.
  @inline(__always)
  func integer<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Value.Type) -> Value {
    guard offset >= 0, offset <= count - MemoryLayout<Value>.size else { return 0 }
    // SAFETY: the range was just checked, and an unaligned load needs no alignment.
    return Value(littleEndian: unsafe base.loadUnaligned(fromByteOffset: offset, as: Value.self))
  }

  /// Whether the bytes at an offset are these.
  func matches(_ bytes: Span<UInt8>, at offset: Int) -> Bool {
    guard offset >= 0, offset <= count - bytes.count else { return false }
    for place in 0..<bytes.count where byte(at: offset + place) != bytes[place] { return false }
    return true
  }

  /// The text at an offset; broken UTF-8 is repaired.
  func text(at offset: Int, length: Int) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(length)
    for place in 0..<length { bytes.append(byte(at: offset + place)) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
