import NIOCore

/// Frames on their way to TLS: what nghttp2 makes is gathered, large parts of bodies stay where they are.
struct FrameOutput {
  /// From here on a part of a body is a piece of its own. TLS encrypts what is as large where it lies.
  static let pieceBytes = 8 << 10
  /// Slices of a ByteBuffer that begin beyond are copies (their offsets have 24 bits), which can be had without one.
  private static let sliceableBytes = 1 << 24

  private var pieces: [ByteBuffer] = []
  /// What came after the last piece.
  private var gathered = ByteBuffer()
  /// Bytes in all.
  private(set) var byteCount = 0

  /// Adds a copy of bytes.
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    unsafe gathered.writeBytes(bytes)
    byteCount += bytes.count
  }

  /// Adds the first `count` bytes of a body's segment, and moves its reader index behind them.
  mutating func append(_ count: Int, of segment: inout ByteBuffer) {
    byteCount += count
    if count >= Self.pieceBytes, segment.readerIndex < Self.sliceableBytes, let slice = segment.readSlice(length: count)
    {
      if gathered.readableBytes > 0 { pieces.append(gathered) }
      gathered = ByteBuffer()
      pieces.append(slice)
    } else {
      gathered.writeBytes(of: segment, count: count)
      segment.moveReaderIndex(forwardBy: count)
    }
  }

  /// Takes everything, in order.
  mutating func takeAll(_ body: (ByteBuffer) -> Void) {
    for piece in pieces { body(piece) }
    pieces.removeAll(keepingCapacity: true)
    if gathered.readableBytes > 0 { body(gathered) }
    gathered = ByteBuffer()
    byteCount = 0
  }
}
