private import Synchronization

/// What ``CurlEngine/stream(_:limits:)`` begins with.
package enum StreamStart: Sendable {
  /// The status is 2xx: lines follow.
  case streaming(LineStream)
  /// Any other status, with its (bounded) body; nothing follows.
  case refused(HTTPResponse)
}

/// Bounds on what a stream may hold in memory.
package struct StreamLimits: Sendable {
  /// The longest line without its newline. Default 4 MiB: etcd refuses objects above 1.5 MiB, JSON with managed fields
  /// stays below twice that.
  package var maximumLineBytes: Int
  /// Bytes of complete lines that may wait for their reader; beyond it the stream fails with `overflow`, because a
  /// paused transfer would be the alternative, and libcurl before 8.1 mishandles those (curl commits de4b016, 744dcf2).
  package var maximumQueuedBytes: Int
  /// The most bytes kept of the body of a refusal.
  package var maximumRefusalBytes: Int

  package init(
    maximumLineBytes: Int = 4 << 20, maximumQueuedBytes: Int = 32 << 20, maximumRefusalBytes: Int = 64 << 10
  ) {
    self.maximumLineBytes = maximumLineBytes
    self.maximumQueuedBytes = maximumQueuedBytes
    self.maximumRefusalBytes = maximumRefusalBytes
  }
}

/// The lines of one streamed response, for one reader.
///
/// Dropping the last reference, or cancelling the task that waits in ``next()``, ends the transfer and closes its
/// connection.
package final class LineStream: Sendable {
  /// Status and headers; its body is empty.
  package let head: HTTPResponse
  private let channel: LineChannel
  private let cancelTransfer: @Sendable () -> Void

  init(head: HTTPResponse, channel: LineChannel, cancelTransfer: @escaping @Sendable () -> Void) {
    self.head = head
    self.channel = channel
    self.cancelTransfer = cancelTransfer
  }

  deinit { cancelTransfer() }

  /// Waits for the next lines. Nil means that the response ended as HTTP says it may, after a newline; lines that came
  /// before a failure are returned before the failure is thrown. Must not be called by two tasks at once.
  package func next() async throws(CurlFailure) -> LineBatch? {
    let result = await withTaskCancellationHandler {
      await channel.next()
    } onCancel: {
      cancelTransfer()
    }
    return try result.get()
  }
}

/// The bounded queue between the engine's thread, which only ever appends, and one reader.
final class LineChannel: Sendable {
  typealias Outcome = Result<LineBatch?, CurlFailure>
  private typealias Waiter = CheckedContinuation<Outcome, Never>

  private struct State {
    var batches: [LineBatch] = []
    var queuedBytes = 0
    /// Set once; success(nil) is a clean end.
    var end: Outcome?
    var waiter: Waiter?
  }

  /// Batches below this size are merged while they wait, so that many short lines cost few allocations.
  private static let mergeBelowBytes = 64 << 10

  private let state = Mutex(State())
  private let maximumQueuedBytes: Int

  init(maximumQueuedBytes: Int) {
    self.maximumQueuedBytes = maximumQueuedBytes
  }

  /// Appends lines; false where the reader is too far behind.
  func append(_ batch: LineBatch) -> Bool {
    let (accepted, waiter) = state.withLock { state -> (Bool, Waiter?) in
      if let waiter = state.waiter {
        state.waiter = nil
        return (true, waiter)
      }
      guard state.queuedBytes + batch.cost <= maximumQueuedBytes else { return (false, nil) }
      state.queuedBytes += batch.cost
      if let last = state.batches.indices.last, state.batches[last].cost < Self.mergeBelowBytes {
        state.batches[last].append(batch)
      } else {
        state.batches.append(batch)
      }
      return (true, nil)
    }
    waiter?.resume(returning: .success(batch))
    return accepted
  }

  /// Ends the stream; what was appended before is still read first. Later calls change nothing.
  func finish(_ failure: CurlFailure?) {
    let end: Outcome = failure.map { .failure($0) } ?? .success(nil)
    let waiter = state.withLock { state -> Waiter? in
      guard state.end == nil else { return nil }
      state.end = end
      let waiter = state.waiter
      state.waiter = nil
      return waiter
    }
    waiter?.resume(returning: end)
  }

  func next() async -> Outcome {
    await withCheckedContinuation { continuation in
      let immediate = state.withLock { state -> Outcome? in
        if !state.batches.isEmpty {
          let batch = state.batches.removeFirst()
          state.queuedBytes -= batch.cost
          return .success(batch)
        }
        if let end = state.end { return end }
        guard state.waiter == nil else {
          return .failure(
            CurlFailure(kind: .invalidRequest, operation: "stream", detail: "two tasks read one stream"))
        }
        state.waiter = continuation
        return nil
      }
      if let immediate { continuation.resume(returning: immediate) }
    }
  }
}
