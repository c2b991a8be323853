import NIOCore

/// What HTTP has written and the network has not taken yet, as plaintext. Large segments are encrypted where they lie;
/// small ones are first gathered, so that they share a TLS record.
struct PlaintextQueue {
  private struct Segment {
    var bytes: ByteBuffer
    let promise: EventLoopPromise<Void>?
  }

  /// Ciphertext in one buffer: four records, and below the size at which malloc turns to mapping pages.
  private static let ciphertextBytes = 64 << 10
  /// Room for header, nonce and tag of a batch's records, at most 29 bytes each, in either TLS version.
  private static let overheadBytes = 512
  private static let batchBytes = ciphertextBytes - overheadBytes
  /// From here on a record of its own costs less than gathering.
  private static let directBytes = 8 << 10

  private var segments = CircularBuffer<Segment>(initialCapacity: 2)
  private var flushedCount = 0

  /// Whether there is anything that may go.
  var hasFlushed: Bool { flushedCount > 0 }

  mutating func append(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
    segments.append(Segment(bytes: bytes, promise: promise))
  }

  /// What has been appended so far may go.
  mutating func markFlush() { flushedCount = segments.count }

  /// Encrypts up to `batchBytes` to the session's transport. Returns what is to be fulfilled when that is written.
  mutating func encryptBatch(
    by session: borrowing TLSSession, allocator: ByteBufferAllocator
  ) throws(TLSFailure) -> EventLoopPromise<Void>? {
    var room = Self.batchBytes
    var gathered = ByteBuffer()
    var promise: EventLoopPromise<Void>?
    session.bio.outbound = allocator.buffer(capacity: flushedBytes(upTo: room) + Self.overheadBytes)
    while room > 0, flushedCount > 0 {
      let available = segments[segments.startIndex].bytes.readableBytes
      let isAlone = flushedCount == 1
      if gathered.readableBytes == 0, available >= Self.directBytes || isAlone {
        let count = min(available, room)
        try encryptFirst(count, by: session)
        room -= count
      } else {
        let count = min(available, TLSSession.maxRecordBytes - gathered.readableBytes, room)
        gather(count, into: &gathered, allocator: allocator)
        room -= count
        if gathered.readableBytes == TLSSession.maxRecordBytes { try Self.encryptAll(&gathered, by: session) }
      }
      if let finished = removeFirstIfSpent() {
        if let earlier = promise { earlier.futureResult.cascade(to: finished) } else { promise = finished }
      }
    }
    try Self.encryptAll(&gathered, by: session)
    return promise
  }

  /// Drops everything.
  mutating func failAll() {
    flushedCount = 0
    while let segment = segments.popFirst() { segment.promise?.fail(ChannelError.ioOnClosedChannel) }
  }

  private func flushedBytes(upTo limit: Int) -> Int {
    var total = 0
    for segment in segments.prefix(flushedCount) {
      total += segment.bytes.readableBytes
      if total >= limit { return limit }
    }
    return total
  }

  private mutating func encryptFirst(_ count: Int, by session: borrowing TLSSession) throws(TLSFailure) {
    let bytes = segments[segments.startIndex].bytes
    segments[segments.startIndex].bytes.moveReaderIndex(forwardBy: count)
    var failure: TLSFailure?
    unsafe bytes.withUnsafeReadableBytes { source in
      do throws(TLSFailure) {
        try unsafe session.write(UnsafeRawBufferPointer(rebasing: source[..<count]))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  private mutating func gather(_ count: Int, into gathered: inout ByteBuffer, allocator: ByteBufferAllocator) {
    if gathered.capacity == 0 { gathered = allocator.buffer(capacity: TLSSession.maxRecordBytes) }
    gathered.writeBytes(of: segments[segments.startIndex].bytes, count: count)
    segments[segments.startIndex].bytes.moveReaderIndex(forwardBy: count)
  }

  private static func encryptAll(_ gathered: inout ByteBuffer, by session: borrowing TLSSession) throws(TLSFailure) {
    guard gathered.readableBytes > 0 else { return }
    var failure: TLSFailure?
    unsafe gathered.withUnsafeReadableBytes { source in
      do throws(TLSFailure) { try unsafe session.write(source) } catch { failure = error }
    }
    if let failure { throw failure }
    gathered.clear()
  }

  /// The promise of the first segment, if that is now empty.
  private mutating func removeFirstIfSpent() -> EventLoopPromise<Void>? {
    guard let first = segments.first, first.bytes.readableBytes == 0 else { return nil }
    segments.removeFirst()
    flushedCount -= 1
    return first.promise
  }
}
