import NIOHTTP1

/// A request head as the parser gives it, checked for what an origin server must refuse (RFC 9112), and reduced to what
/// matters here.
struct HTTP1Head {
  /// Why a head is refused; the connection ends after it, as its framing is in doubt.
  enum Refusal: Int, Error {
    case badRequest = 400
    case notImplemented = 501
  }

  var target: RequestTarget
  var contentType: String?
  var accept: String?
  var contentEncoding: String?
  var authorization: String?
  var contentLength: Int?
  var expectsContinue = false
  /// Whether the connection may carry another request afterwards.
  var isKeepAlive: Bool

  init(_ head: HTTPRequestHead) throws(Refusal) {
    guard head.method != .CONNECT else { throw .notImplemented }
    guard let target = RequestTarget(head.uri, isOptions: head.method == .OPTIONS) else { throw .badRequest }
    self.target = target
    isKeepAlive = head.isKeepAlive
    var hosts = 0
    var transferEncodings = 0
    for (name, value) in head.headers {
      // Telling names apart by length first saves comparing most of them.
      switch name.utf8.count {
      case 4 where isName(name, "host"): hosts += 1
      case 6 where isName(name, "accept"): accept = value
      case 6 where isName(name, "expect"): expectsContinue = isName(value, "100-continue")
      // An upgrade that is not taken up is ignored (RFC 9110 §7.8), but the parser reads nothing after it.
      case 7 where isName(name, "upgrade"): isKeepAlive = false
      case 12 where isName(name, "content-type"): contentType = value
      case 13 where isName(name, "authorization"): authorization = value
      case 14 where isName(name, "content-length"): try setContentLength(value)
      case 16 where isName(name, "content-encoding"): contentEncoding = value
      case 17 where isName(name, "transfer-encoding"):
        transferEncodings += 1
        // A coding that we do not know leaves the body's end in doubt (RFC 9112 §6.1).
        guard isName(value, "chunked") else { throw .notImplemented }
      default: break
      }
    }
    let isVersion10 = head.version.major == 1 && head.version.minor == 0
    guard hosts == 1 || (isVersion10 && hosts == 0) else { throw .badRequest }
    // Both framings at once, a repeated one, or chunks in HTTP/1.0 are how requests are smuggled (RFC 9112 §6.3, §11.2).
    guard transferEncodings <= 1, transferEncodings == 0 || (contentLength == nil && !isVersion10) else {
      throw .badRequest
    }
  }

  private mutating func setContentLength(_ value: String) throws(Refusal) {
    guard contentLength == nil, !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let length = Int(value)
    else { throw .badRequest }
    contentLength = length
  }
}

/// Compares a field name, or a token, with a lower-case literal, ignoring ASCII case.
private func isName(_ text: String, _ lowercased: StaticString) -> Bool {
  guard text.utf8.count == lowercased.utf8CodeUnitCount else { return false }
  return lowercased.withUTF8Buffer { expected in
    unsafe zip(text.utf8, expected).allSatisfy { byte, expected in
      (0x41...0x5a).contains(byte) ? byte | 0x20 == expected : byte == expected
    }
  }
}
