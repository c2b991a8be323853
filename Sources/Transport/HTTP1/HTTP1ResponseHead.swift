import NIOCore
import NIOHTTP1

/// The bytes of an HTTP/1.1 response before its body. Written here and not by NIO's encoder, whose header list would
/// cost an allocation per field.
enum HTTP1ResponseHead {
  /// What the `Connection` field says.
  enum Persistence {
    case keepAlive
    /// HTTP/1.0 needs to be told.
    case explicitKeepAlive
    case close
  }

  static let continueBytes = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")

  /// - Parameter bodyBytes: the exact length of the body that follows, or would follow where the request is HEAD.
  static func write(
    _ response: ServerResponse, bodyBytes: Int, _ persistence: Persistence, to buffer: inout ByteBuffer
  ) {
    let status = HTTPResponseStatus(statusCode: response.sentStatus)
    if response.status == 200 {
      buffer.writeStaticString("HTTP/1.1 200 OK\r\ncontent-length: ")
    } else {
      buffer.writeStaticString("HTTP/1.1 ")
      buffer.writeString(String(status.code))
      buffer.writeStaticString(" ")
      buffer.writeString(status.reasonPhrase)
      buffer.writeStaticString("\r\ncontent-length: ")
    }
    buffer.writeString(String(bodyBytes))
    if !response.contentType.isEmpty {
      buffer.writeStaticString("\r\ncontent-type: ")
      buffer.writeString(response.contentType)
    }
    for (name, value) in response.sendableExtraHeaders {
      buffer.writeStaticString("\r\n")
      buffer.writeString(name)
      buffer.writeStaticString(": ")
      buffer.writeString(value)
    }
    switch persistence {
    case .keepAlive: buffer.writeStaticString("\r\n\r\n")
    case .explicitKeepAlive: buffer.writeStaticString("\r\nconnection: keep-alive\r\n\r\n")
    case .close: buffer.writeStaticString("\r\nconnection: close\r\n\r\n")
    }
  }
}
