/// Where an answer's bytes go.
///
/// The wiring implements it over its network buffers; `[UInt8]`-based tests use ``CollectingSink``. Pieces are appended in
/// order, and few of them: small ones are collected by ``ResponseWriter``.
package protocol ResponseSink {
  /// Appends bytes, which are lent for the call.
  mutating func append(_ bytes: RawSpan)

  /// Appends the bytes of the request's body at these offsets. They are kept for as long as the request's body is, so a
  /// sink over reference-counted buffers can do without a copy.
  mutating func appendSliceOfRequest(_ range: Range<Int>)
}

/// A sink that copies everything into one array.
package struct CollectingSink: ResponseSink {
  /// What was appended so far.
  package private(set) var bytes: [UInt8] = []
  /// How many slices of the request were appended.
  package private(set) var sliceCount = 0
  private let request: [UInt8]

  /// - Parameter request: the body to which slices refer.
  package init(request: [UInt8]) {
    self.request = request
  }

  package mutating func append(_ bytes: RawSpan) {
    // SAFETY: the buffer is copied while the span is borrowed.
    unsafe bytes.withUnsafeBytes { buffer in unsafe self.bytes.append(contentsOf: buffer) }
  }

  package mutating func appendSliceOfRequest(_ range: Range<Int>) {
    sliceCount += 1
    bytes.append(contentsOf: request[range.clamped(to: 0..<request.count)])
  }

  /// The answer as text, for messages.
  package var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Collects the small pieces of an answer and hands them to a sink in large ones.
///
/// Slices of the request from ``sliceThreshold`` bytes on go to the sink as they are; shorter ones are copied.
package struct ResponseWriter<Sink: ResponseSink>: ~Copyable {
  package var output = ByteWriter()
  /// The sink to which pieces have gone so far; ``finish()`` completes it.
  private var sink: Sink

  /// From how many bytes on a slice of the request is worth a piece of its own.
  package static var sliceThreshold: Int { 4096 }

  package init(_ sink: Sink) {
    self.sink = sink
  }

  /// Appends the part of `request`, which is the whole body, at these offsets.
  package mutating func append(slice range: Range<Int>, of request: RawSpan) {
    if range.count < Self.sliceThreshold {
      output.append(request.extracting(range.clamped(to: 0..<request.byteCount)))
    } else {
      flush()
      sink.appendSliceOfRequest(range)
    }
  }

  private mutating func flush() {
    let collected = output.take()
    guard !collected.isEmpty else { return }
    // SAFETY: any bytes make a raw span, and this one does not outlive the call.
    unsafe sink.append(collected.span.bytes)
  }

  /// Hands over what is left and gives the sink back.
  package consuming func finish() -> Sink {
    flush()
    return sink
  }
}
