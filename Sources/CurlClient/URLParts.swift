/// An absolute HTTP URL cut where ``CurlEngine`` needs it: enough to replace the host that TLS verifies, no more.
struct URLParts: Equatable {
  /// In lower case.
  var scheme: String
  /// Without brackets for an IPv6 literal.
  var host: String
  /// The port as written, or the scheme's own.
  var port: Int
  /// Whether the port stood in the URL.
  var hasExplicitPort: Bool
  /// Path, query and fragment as written; empty or starting with `/`, `?` or `#`.
  var rest: String

  /// Nil where the text is not `scheme://host[:port]…`, holds user information, or its port is not within 1…65535.
  init?(_ url: String) {
    guard let colon = url.firstIndex(of: ":") else { return nil }
    let scheme = url[..<colon].lowercased()
    let afterScheme = url[colon...].dropFirst()
    guard !scheme.isEmpty, afterScheme.hasPrefix("//") else { return nil }
    let afterSlashes = afterScheme.dropFirst(2)
    let end = afterSlashes.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? afterSlashes.endIndex
    let authority = afterSlashes[..<end]
    // RFC 3986 has no backslash in an authority; parsers disagree about it, so it is refused.
    guard !authority.contains("@"), !authority.contains("\\") else { return nil }
    guard let (host, portText) = URLParts.split(authority), !host.isEmpty else { return nil }
    if let portText {
      guard let port = Int(portText), (1...65_535).contains(port), portText.allSatisfy(\.isWholeNumber) else {
        return nil
      }
      self.port = port
    } else {
      port = scheme == "http" ? 80 : 443
    }
    hasExplicitPort = portText != nil
    self.scheme = scheme
    self.host = String(host)
    rest = String(afterSlashes[end...])
  }

  /// The host as it stands in a URL, an IPv6 literal in brackets.
  var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

  /// `host[:port]` as the `Host` header has it (RFC 9110 §7.2).
  var authority: String { hasExplicitPort ? "\(bracketedHost):\(port)" : bracketedHost }

  private static func split(_ authority: Substring) -> (host: Substring, port: Substring?)? {
    if authority.first == "[" {
      guard let close = authority.firstIndex(of: "]") else { return nil }
      let host = authority[authority.index(after: authority.startIndex)..<close]
      let after = authority[authority.index(after: close)...]
      guard host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." || $0 == "%" }) else { return nil }
      if after.isEmpty { return (host, nil) }
      return after.first == ":" ? (host, after.dropFirst()) : nil
    }
    guard let colon = authority.firstIndex(of: ":") else { return (authority, nil) }
    let port = authority[colon...].dropFirst()
    return port.contains(":") ? nil : (authority[..<colon], port)
  }
}
