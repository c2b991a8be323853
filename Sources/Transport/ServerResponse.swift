package import NIOCore

/// One complete response.
///
/// It is sent with an exact `Content-Length`, without chunking and without anything after the body, because
/// kube-scheduler's client stops reading at the closing bracket and reuses the connection only when nothing follows.
package struct ServerResponse: Sendable {
  /// 200 to 599; any other is a mistake of the responder's and goes out as 500.
  package var status: Int
  /// The `Content-Type` field; empty for none.
  package var contentType: String
  /// The body, sent one segment after the other without being joined, so that slices of the request's body are
  /// echoed without a copy.
  package var body: [ByteBuffer]
  /// Further fields. Names are lower case and neither `content-length`, `content-type` nor one that is about the
  /// connection; names and values hold no control characters. Fields that break this are left out.
  package var extraHeaders: [(name: String, value: String)]
  /// What the responder understood the request to be ("filter"), for `RequestSummary`; not sent.
  package var operation: String?

  /// Composes a response.
  package init(
    status: Int, contentType: String = "application/json", body: [ByteBuffer] = [],
    extraHeaders: [(name: String, value: String)] = [], operation: String? = nil
  ) {
    self.status = status
    self.contentType = contentType
    self.body = body
    self.extraHeaders = extraHeaders
    self.operation = operation
  }

  /// A response of plain text, as errors have it.
  package static func text(_ status: Int, _ text: String, operation: String? = nil) -> ServerResponse {
    ServerResponse(
      status: status, contentType: "text/plain; charset=utf-8", body: [ByteBuffer(string: text)], operation: operation)
  }

  /// A part of a buffer as a segment, sharing its storage wherever the part lies. NIO's own slices share storage only
  /// where they begin within the first 16 MiB, and silently copy beyond.
  ///
  /// - Parameters:
  ///   - buffer: a request's body, as a rule.
  ///   - range: offsets from the buffer's first readable byte; what lies outside the readable bytes is cut off.
  package static func segment(of buffer: ByteBuffer, _ range: Range<Int>) -> ByteBuffer {
    var segment = buffer
    let readable = range.clamped(to: 0..<buffer.readableBytes)
    let start = buffer.readerIndex + readable.lowerBound
    segment.moveWriterIndex(to: start + readable.count)
    segment.moveReaderIndex(to: start)
    return segment
  }

  /// The exact `Content-Length`.
  package var bodyBytes: Int {
    var total = 0
    for segment in body { total += segment.readableBytes }
    return total
  }

  /// The status that goes out.
  var sentStatus: Int { (200...599).contains(status) ? status : 500 }

  /// The fields of `extraHeaders` that may go out.
  var sendableExtraHeaders: [(name: String, value: String)] {
    extraHeaders.isEmpty ? [] : extraHeaders.filter { Self.isSendable($0.name, $0.value) }
  }

  /// Keeps a responder's mistake from splitting a response or contradicting its framing (RFC 9110 §5.5, RFC 9113 §8.2).
  private static func isSendable(_ name: String, _ value: String) -> Bool {
    let reserved = [
      "connection", "content-length", "content-type", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade",
    ]
    guard !name.isEmpty, !reserved.contains(name) else { return false }
    let nameIsToken = name.utf8.allSatisfy { byte in
      (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
    }
    return nameIsToken && value.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7f) }
  }
}
