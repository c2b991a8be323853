internal import CNGHTTP2

/// What nghttp2 could not do: its error code, its words, and what was being done.
struct HTTP2Failure: Error, CustomStringConvertible {
  let code: Int32
  let operation: StaticString

  init(_ code: Int32, _ operation: StaticString) {
    self.code = code
    self.operation = operation
  }

  /// Whether the peer sends CONTINUATION frames without end (CVE-2024-28182).
  var isHeaderFlood: Bool { code == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS.rawValue }

  var description: String {
    let text = unsafe nghttp2_strerror(code).map { unsafe String(cString: $0) } ?? "unknown"
    return "\(operation): nghttp2 error \(code), \(text)"
  }
}
