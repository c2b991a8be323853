/// Where an answer's bytes go.
///
/// The wiring implements it over its network buffers; `[UInt8]`-based tests use ``CollectingSink``. Pieces are appended in
/// order, and few of them: ``ResponseWriter`` collects the small ones and hands them over when the answer is complete.
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
