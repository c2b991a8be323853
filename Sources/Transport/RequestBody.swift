import NIOCore

/// A request body as it arrives: one buffer, grown by what has come rather than by what was promised.
struct RequestBody: ~Copyable {
  enum Outcome {
    case stored
    /// `Limits.maxBodyBytes` is passed.
    case tooLarge
    /// `Limits.maxBufferedBytes` is passed.
    case overBudget
  }

  private(set) var buffer = ByteBuffer()
  private(set) var receivedBytes = 0
  private var share: BudgetShare
  private let limitBytes: Int
  private let declaredBytes: Int?

  init(declaredBytes: Int?, limitBytes: Int, budget: BufferBudget) {
    self.declaredBytes = declaredBytes
    self.limitBytes = limitBytes
    self.share = BudgetShare(of: budget)
  }

  /// Whether the declared length alone is over the limit.
  var declaresTooMuch: Bool { (declaredBytes ?? 0) > limitBytes }

  mutating func append(_ bytes: UnsafeRawBufferPointer) -> Outcome {
    guard receivedBytes + bytes.count <= limitBytes else { return .tooLarge }
    guard share.grow(by: bytes.count) else { return .overBudget }
    reserve(bytes.count)
    unsafe buffer.writeBytes(bytes)
    receivedBytes += bytes.count
    return .stored
  }

  /// Keeps the response's bytes charged until it is written.
  mutating func coverResponse(bytes: Int) { share.raise(to: bytes) }

  /// Hands the body over. The charge stays with this value.
  mutating func takeBuffer() -> ByteBuffer {
    if buffer.readableBytes > 0 { reserve(0) }
    let whole = buffer
    buffer = ByteBuffer()
    return whole
  }

  /// Drops the bytes and their charge.
  mutating func discard() {
    buffer = ByteBuffer()
    share.release()
  }

  /// A promised length is trusted at most fourfold beyond what has come, so that promises cost a peer something. The
  /// steps are cheap: beyond 128 KiB `realloc` moves pages, not bytes.
  private mutating func reserve(_ incomingBytes: Int) {
    let needed = buffer.readableBytes + incomingBytes + ServerRequest.bodyPaddingBytes
    guard needed > buffer.capacity else { return }
    let promised = (declaredBytes ?? 0) + ServerRequest.bodyPaddingBytes
    let trusted = min(promised, max(64 << 10, buffer.capacity * 4))
    buffer.reserveCapacity(max(needed, trusted))
  }
}
