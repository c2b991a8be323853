import Glibc
import NIOCore

@testable import Transport

/// Answers as a test needs it, by path:
/// `/echo` the body, `/length` its length, `/bytes/<n>` n bytes, `/slow` after 300 ms, `/peer` the peer's names,
/// `/headers` the head as the responder sees it, `/secret` 403 without a client certificate.
struct EchoResponder: RequestResponder {
  func admit(_ head: ServerRequestHead) -> ServerResponse? {
    if head.path == "/missing" { return .text(404, "no such path\n", operation: "missing") }
    if head.path == "/secret", head.peer == nil { return .text(403, "client certificate needed\n") }
    return nil
  }

  func respond(to request: ServerRequest) -> ServerResponse {
    switch request.path {
    case "/echo":
      return ServerResponse(status: 200, body: segments(of: request.body), operation: "echo")
    case "/length":
      return .text(200, "\(request.body.readableBytes)", operation: "length")
    case "/slow":
      usleepMilliseconds(300)
      return .text(200, "slow", operation: "slow")
    case "/peer", "/secret":
      return .text(
        200, "\(request.peer?.commonName ?? "-") \(request.peer?.dnsNames ?? []) \(request.peer?.uriNames ?? [])")
    case "/headers":
      let head = request.head
      return .text(
        200,
        "\(head.method) \(head.path) \(head.query ?? "-") \(head.contentType ?? "-") \(head.accept ?? "-") "
          + "\(head.contentEncoding ?? "-") \(head.httpVersion.rawValue) \(head.isSecure)")
    default:
      if let count = request.path.split(separator: "/").last.flatMap({ Int($0) }) {
        return ServerResponse(status: 200, body: [ByteBuffer(repeating: UInt8(ascii: "x"), count: count)])
      }
      return .text(200, "ok")
    }
  }

  /// The body in slices of uneven size, as the scheduler's echo of nodes is.
  private func segments(of body: ByteBuffer) -> [ByteBuffer] {
    var result: [ByteBuffer] = []
    var position = 0
    var size = 1
    while position < body.readableBytes {
      let segment = ServerResponse.segment(of: body, position..<position + size)
      result.append(segment)
      position += segment.readableBytes
      size = (size * 7 + 13) % 40_000 + 1
    }
    return result
  }

  private func usleepMilliseconds(_ milliseconds: UInt32) {
    usleep(milliseconds * 1000)
  }
}
