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
  /// Whether the rest may come now. Until then no memory for all of it is taken: that would be kept from those whose turn
  /// it is (`BodyCredit`).
  var mayComeWhole = true
  /// The body's memory while the responder has it.
  private var lent: ByteBuffer?
  private var share: BudgetShare
  private let limitBytes: Int
  private let declaredBytes: Int?
  private let warm: WarmMemory

  init(declaredBytes: Int?, limitBytes: Int, budget: BufferBudget, warm: WarmMemory) {
    self.declaredBytes = declaredBytes
    self.limitBytes = limitBytes
    self.share = BudgetShare(of: budget)
    self.warm = warm
  }

  deinit {
    Self.giveBack(lent ?? buffer, to: warm)
  }

  /// Whether the declared length alone is over the limit.
  var declaresTooMuch: Bool { (declaredBytes ?? 0) > limitBytes }

  /// Room behind what has come, for up to `count` bytes that are then passed to `append(_:)` from there; nil where they
  /// would be too many.
  mutating func room(for count: Int) -> UnsafeMutableRawBufferPointer? {
    let count = min(count, Self.trustedBytes)
    guard receivedBytes + count <= limitBytes else { return nil }
    reserve(count)
    // SAFETY: the memory stays where it is until the next call of a mutating method.
    return unsafe buffer.withUnsafeMutableWritableBytes { unsafe UnsafeMutableRawBufferPointer(rebasing: $0[..<count]) }
  }

  /// Adds bytes, which may lie in the room behind the body already.
  mutating func append(_ bytes: UnsafeRawBufferPointer) -> Outcome {
    guard receivedBytes + bytes.count <= limitBytes else { return .tooLarge }
    guard share.grow(by: bytes.count) else { return .overBudget }
    let next = unsafe buffer.withUnsafeMutableWritableBytes { UnsafeRawPointer($0.baseAddress) }
    if unsafe bytes.baseAddress == next, bytes.count <= buffer.writableBytes {
      buffer.moveWriterIndex(forwardBy: bytes.count)
    } else {
      reserve(bytes.count)
      unsafe buffer.writeBytes(bytes)
    }
    receivedBytes += bytes.count
    return .stored
  }

  /// Keeps the response's bytes charged until it is written.
  mutating func coverResponse(bytes: Int) { share.raise(to: bytes) }

  /// Hands the body over. The charge stays with this value, and the memory comes back to it in the end.
  mutating func takeBuffer() -> ByteBuffer {
    if buffer.readableBytes > 0 { reserve(0) }
    let whole = buffer
    lent = whole
    buffer = ByteBuffer()
    return whole
  }

  /// Drops the bytes and their charge.
  mutating func discard() {
    Self.giveBack(buffer, to: warm)
    buffer = ByteBuffer()
    share.release()
  }

  private static func giveBack(_ buffer: ByteBuffer, to warm: WarmMemory) {
    if buffer.capacity >= WarmMemory.smallestBytes { warm.keep(buffer) }
  }

  /// Up to here a promised length is trusted at once.
  private static let trustedBytes = 64 << 10
  /// From here on it is trusted whatever it is: it costs address space and one huge page, no more than has come.
  static let provenBytes = 1 << 20

  /// What is held of a body that waits for credit: more than its window and what it got credit for at once.
  private static let windowedBytes = 8 << 20

  /// Makes room. A promise is trusted in three steps, so that promises cost a peer something.
  private mutating func reserve(_ incomingBytes: Int) {
    let needed = buffer.readableBytes + incomingBytes + ServerRequest.bodyPaddingBytes
    guard needed > buffer.capacity else { return }
    let promised = (declaredBytes ?? 0) + ServerRequest.bodyPaddingBytes
    if needed <= Self.trustedBytes {
      return buffer.reserveCapacity(max(needed, min(promised, Self.trustedBytes)))
    }
    let wanted = max(needed, mayComeWhole ? promised : min(promised, Self.windowedBytes))
    if wanted >= WarmMemory.smallestBytes, var larger = warm.take(atLeast: wanted) { return move(to: &larger) }
    guard needed > Self.provenBytes else {
      return buffer.reserveCapacity(max(needed, min(promised, Self.provenBytes)))
    }
    var larger = ByteBufferAllocator().buffer(capacity: wanted)
    unsafe larger.withUnsafeMutableWritableBytes { unsafe ProcessMemory.preferHugePages($0) }
    move(to: &larger)
  }

  /// In place: a second reference to the new buffer would make writing to it copy it.
  private mutating func move(to empty: inout ByteBuffer) {
    empty.writeBytes(of: buffer, count: buffer.readableBytes)
    swap(&buffer, &empty)
    Self.giveBack(empty, to: warm)
  }
}
