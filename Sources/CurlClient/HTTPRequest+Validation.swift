/// Checks that nothing in a request can change its meaning on the wire: a line break in a header value would smuggle a
/// second header, a scheme other than http(s) would make libcurl read a file.
extension HTTPRequest {
  package func validate() throws(CurlFailure) {
    guard !method.isEmpty, method.utf8.allSatisfy(Self.isTokenByte) else {
      throw invalid("the method is not an HTTP token")
    }
    try validateURL()
    for (name, value) in headers {
      guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else {
        throw invalid("a header name is not an HTTP token")
      }
      guard value.utf8.allSatisfy(Self.isFieldValueByte) else {
        throw invalid("the value of header \(name) holds control characters")
      }
    }
    guard (1...Self.maximumTimeoutMilliseconds).contains(timeoutMilliseconds) else {
      throw invalid("the timeout is not within 1 ms and 24 h")
    }
    guard (1...Self.maximumTimeoutMilliseconds).contains(connectTimeoutMilliseconds) else {
      throw invalid("the connect timeout is not within 1 ms and 24 h")
    }
    guard maximumResponseBytes >= 0 else { throw invalid("the response limit is negative") }
    guard (tls.clientCertificatePEM == nil) == (tls.clientKeyPEM == nil) else {
      throw invalid("a client certificate needs its key, and a key its certificate")
    }
    if let serverName = tls.serverName {
      guard !serverName.isEmpty, serverName.utf8.allSatisfy(Self.isHostByte) else {
        throw invalid("the TLS server name is not a host name")
      }
    }
  }

  private static let maximumTimeoutMilliseconds = 24 * 3_600_000

  private func validateURL() throws(CurlFailure) {
    // Control characters, space and everything beyond ASCII has to arrive percent-encoded (RFC 3986 §2.1).
    guard url.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw invalid("the URL holds characters that need percent-encoding")
    }
    guard let parts = URLParts(url) else { throw invalid("the URL is not of the form scheme://host[:port]/path") }
    switch parts.scheme {
    case "https": break
    case "http" where allowsPlaintext: break
    case "http": throw invalid("plain HTTP is not allowed for this request; use https")
    default: throw invalid("the URL's scheme is neither https nor http")
    }
  }

  func invalid(_ detail: String) -> CurlFailure {
    CurlFailure(kind: .invalidRequest, operation: description, detail: detail)
  }

  /// RFC 9110 §5.6.2.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default:
      "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  /// RFC 9110 §5.5: visible characters, space, tab and obs-text.
  private static func isFieldValueByte(_ byte: UInt8) -> Bool {
    byte == 0x09 || (byte >= 0x20 && byte != 0x7f)
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
      true
    default:
      false
    }
  }
}
