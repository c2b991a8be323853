import NIOCore

/// One HTTP/2 stream from its first header to its end. Confined to the connection's event loop.
final class HTTP2Stream {
  enum Stage {
    /// The header block is not complete.
    case headers
    /// The body arrives.
    case body
    /// The request is complete and with the responder.
    case answering
    /// The response is submitted. What still comes of the request is dropped.
    case sending
    /// The response's last frame is out.
    case sent
  }

  let id: Int32
  let openedAt: NIODeadline
  var stage = Stage.headers
  var headers = HTTP2HeaderBlock()
  var exchange: Exchange?
  /// Whether the peer has ended its side.
  var isRequestComplete = false
  /// When the response was submitted.
  var sendingSince = NIODeadline.uptimeNanoseconds(0)
  private var segments: [ByteBuffer] = []
  private var segmentIndex = 0
  private(set) var remainingBytes = 0

  init(id: Int32, openedAt: NIODeadline) {
    self.id = id
    self.openedAt = openedAt
  }

  /// Takes the response's body for sending.
  func setBody(_ segments: [ByteBuffer], bytes: Int) {
    self.segments = segments
    segmentIndex = 0
    remainingBytes = bytes
  }

  /// Moves the next `count` bytes to `output`. The caller has asked for no more than `remainingBytes`.
  func moveBody(_ count: Int, to output: inout FrameOutput) {
    var missing = min(count, remainingBytes)
    remainingBytes -= missing
    while missing > 0, segmentIndex < segments.count {
      let part = min(missing, segments[segmentIndex].readableBytes)
      output.append(part, of: &segments[segmentIndex])
      missing -= part
      if segments[segmentIndex].readableBytes == 0 {
        // Gives the segment's memory back as soon as it is out.
        segments[segmentIndex] = ByteBuffer()
        segmentIndex += 1
      }
    }
  }

  /// Drops what is left of the response.
  func dropBody() {
    segments = []
    remainingBytes = 0
  }
}
