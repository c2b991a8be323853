/// The choice of the application protocol by ALPN (RFC 7301).
enum ApplicationProtocol {
  private static let preference: [[UInt8]] = [Array("h2".utf8), Array("http/1.1".utf8)]

  /// Where in the client's list (each entry one length byte and the name) the protocol stands that we prefer most;
  /// nil where it holds none of ours, or is malformed.
  static func select(from list: some Collection<UInt8>) -> Range<Int>? {
    let bytes = Array(list)
    for wanted in preference {
      var position = 0
      while position < bytes.count {
        let start = position + 1
        let end = start + Int(bytes[position])
        guard end <= bytes.count else { return nil }
        if bytes[start..<end].elementsEqual(wanted) { return start..<end }
        position = end
      }
    }
    return nil
  }
}
