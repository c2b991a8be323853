/// A request target in origin-form or absolute-form, or "*" (RFC 9112 §3.2), split into path and query.
struct RequestTarget: Equatable {
  let path: String
  let query: String?

  /// Nil for every other form.
  init?(_ target: String, isOptions: Bool = false) {
    var rest = Substring(target)
    if target.utf8.first != UInt8(ascii: "/") {
      if target == "*", isOptions {
        path = "*"
        query = nil
        return
      }
      // A server must accept the absolute-form, though only proxies' clients send it.
      guard let scheme = ["http://", "https://"].first(where: { target.lowercasedPrefix($0.utf8.count) == $0 }) else {
        return nil
      }
      let authorityAndPath = target.dropFirst(scheme.count)
      guard authorityAndPath.utf8.first.map({ $0 != UInt8(ascii: "/") }) == true else { return nil }
      rest = authorityAndPath.firstIndex { $0 == "/" || $0 == "?" }.map { authorityAndPath[$0...] } ?? "/"
      if rest.utf8.first == UInt8(ascii: "?") { rest = "/" + rest }
    }
    if let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?")) {
      path = String(rest[..<mark])
      query = String(rest[rest.utf8.index(after: mark)...])
    } else {
      path = rest.utf8.count == target.utf8.count ? target : String(rest)
      query = nil
    }
  }
}

extension String {
  /// The first `count` characters in lower case.
  fileprivate func lowercasedPrefix(_ count: Int) -> String { prefix(count).lowercased() }
}
