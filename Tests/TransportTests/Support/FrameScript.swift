import NIOCore

/// HTTP/2 frames as bytes, written and read without any HTTP/2 library (RFC 9113 §4.1).
struct Frame: Equatable {
  enum Kind: UInt8 {
    case data = 0
    case headers = 1
    case priority = 2
    case reset = 3
    case settings = 4
    case ping = 6
    case goAway = 7
    case windowUpdate = 8
    case continuation = 9
  }

  static let endStream: UInt8 = 0x1
  static let acknowledgement: UInt8 = 0x1
  static let endHeaders: UInt8 = 0x4

  var kind: UInt8
  var flags: UInt8 = 0
  var stream: UInt32 = 0
  var payload: [UInt8] = []

  init(_ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, payload: [UInt8] = []) {
    self.kind = kind.rawValue
    self.flags = flags
    self.stream = stream
    self.payload = payload
  }

  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  var bytes: [UInt8] {
    let count = payload.count
    return [UInt8(count >> 16 & 0xff), UInt8(count >> 8 & 0xff), UInt8(count & 0xff), kind, flags]
      + Frame.big(stream) + payload
  }

  static func big(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 0xff) } }

  // MARK: Requests

  static let settings = Frame(.settings)
  static let settingsAcknowledgement = Frame(.settings, flags: acknowledgement)
  static func ping(_ opaque: UInt8 = 0) -> Frame { Frame(.ping, payload: [UInt8](repeating: opaque, count: 8)) }
  static func reset(_ stream: UInt32, code: UInt32 = 8) -> Frame { Frame(.reset, stream: stream, payload: big(code)) }
  static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> Frame {
    Frame(.windowUpdate, stream: stream, payload: big(increment))
  }
  static func data(_ stream: UInt32, _ bytes: [UInt8], isLast: Bool = false) -> Frame {
    Frame(.data, flags: isLast ? endStream : 0, stream: stream, payload: bytes)
  }

  static func request(
    _ stream: UInt32, _ path: String, method: String = "POST", isLast: Bool = false,
    fields: [(String, String)] = []
  ) -> Frame {
    let all = [(":method", method), (":scheme", "https"), (":path", path), (":authority", "localhost")] + fields
    return Frame(
      .headers, flags: endHeaders | (isLast ? endStream : 0), stream: stream,
      payload: all.flatMap { literal($0.0, $0.1) })
  }

  /// A literal field without indexing and without Huffman coding (RFC 7541 §6.2.2).
  static func literal(_ name: String, _ value: String) -> [UInt8] {
    [0] + integer(name.utf8.count) + Array(name.utf8) + integer(value.utf8.count) + Array(value.utf8)
  }

  private static func integer(_ value: Int) -> [UInt8] {
    guard value >= 127 else { return [UInt8(value)] }
    var rest = value - 127
    var bytes: [UInt8] = [127]
    while rest >= 128 {
      bytes.append(UInt8(rest & 0x7f | 0x80))
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  // MARK: Responses

  /// The status of a response's HEADERS: an indexed field, or the first literal (RFC 7541 appendix A), which is
  /// Huffman-coded (appendix B: five bits for 0 to 2, six for the rest) where that is shorter.
  var status: Int? {
    guard kind == Kind.headers.rawValue, let first = payload.first else { return nil }
    let indexed: [UInt8: Int] = [0x88: 200, 0x89: 204, 0x8a: 206, 0x8b: 304, 0x8c: 400, 0x8d: 404, 0x8e: 500]
    if let status = indexed[first] { return status }
    guard first & 0x40 != 0, payload.count >= 4 else { return nil }
    if payload[1] == 3, payload.count >= 5 { return Int(String(decoding: payload[2..<5], as: UTF8.self)) }
    guard payload[1] == 0x82 else { return nil }
    var bits = UInt32(payload[2]) << 24 | UInt32(payload[3]) << 16
    var status = 0
    for _ in 0..<3 {
      let isShort = bits >> 27 < 3
      status = status * 10 + Int(isShort ? bits >> 27 : (bits >> 26) - 0x19 + 3)
      bits <<= isShort ? 5 : 6
    }
    return status
  }

  /// The error code of RST_STREAM and GOAWAY.
  var errorCode: UInt32? {
    let start = kind == Kind.goAway.rawValue ? 4 : 0
    guard payload.count >= start + 4 else { return nil }
    return payload[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The last stream that a GOAWAY names.
  var lastStream: UInt32? { payload.count < 4 ? nil : payload[..<4].reduce(0) { $0 << 8 | UInt32($1) } & 0x7fff_ffff }

  func isKind(_ kind: Kind) -> Bool { self.kind == kind.rawValue }

  /// Splits bytes into whole frames.
  static func parse(_ bytes: [UInt8]) -> [Frame] {
    var frames: [Frame] = []
    var position = 0
    while position + 9 <= bytes.count {
      let count = Int(bytes[position]) << 16 | Int(bytes[position + 1]) << 8 | Int(bytes[position + 2])
      let end = position + 9 + count
      guard end <= bytes.count else { break }
      var frame = Frame(.data, flags: bytes[position + 4], payload: Array(bytes[position + 9..<end]))
      frame.kind = bytes[position + 3]
      frame.stream = bytes[position + 5..<position + 9].reduce(0) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
      frames.append(frame)
      position = end
    }
    return frames
  }
}
