import NIOCore
import Transport
import WireFormat

/// The body of an answer as a list of network buffers: what the scheduler writes is copied once, what it echoes of the
/// request is a slice that shares the request's storage.
struct BodySegments: ResponseSink {
  private let request: ByteBuffer
  private(set) var segments: [ByteBuffer] = []

  init(request: ByteBuffer) {
    self.request = request
  }

  mutating func append(_ bytes: RawSpan) {
    guard !bytes.isEmpty else { return }
    // SAFETY: the buffer is copied while the span is borrowed.
    unsafe bytes.withUnsafeBytes { buffer in unsafe segments.append(ByteBuffer(bytes: buffer)) }
  }

  mutating func appendSliceOfRequest(_ range: Range<Int>) {
    segments.append(ServerResponse.segment(of: request, range))
  }
}
