/// Status line and header fields of a response as libcurl delivers them, line by line.
///
/// A value without I/O. Informational responses are forgotten when the next status line comes; what comes after the
/// final block (trailers) is dropped. Bounded: 64 KiB and 256 fields, the order of what Go's client and NIO take.
struct ResponseHead {
  static let maximumBytes = 64 << 10
  static let maximumFields = 256

  /// 0 until a status line came.
  private(set) var status = 0
  private(set) var headers = HTTPHeaders()
  /// Whether the final (not 1xx) block has ended.
  private(set) var isComplete = false
  private var byteCount = 0

  /// Takes one line with its line break. False where the head is larger than it may be.
  mutating func receive(_ line: [UInt8]) -> Bool {
    guard !isComplete else { return true }
    byteCount += line.count
    guard byteCount <= Self.maximumBytes else { return false }
    let text = String(decoding: line, as: UTF8.self)
    let trimmed = ResponseHead.trim(text[...])
    if trimmed.hasPrefix("HTTP/") {
      startBlock(trimmed)
    } else if trimmed.isEmpty {
      isComplete = status >= 200
    } else if let colon = trimmed.utf8.firstIndex(of: UInt8(ascii: ":")) {
      guard headers.fields.count < Self.maximumFields else { return false }
      let value = trimmed[trimmed.utf8.index(after: colon)...]
      headers.append(name: String(trimmed[..<colon]), value: String(ResponseHead.trim(value)))
    }
    return true
  }

  /// The declared length of the content, or nil where none (or nonsense) is declared.
  var contentLength: Int? {
    guard headers["Transfer-Encoding"] == nil, let text = headers["Content-Length"], let length = Int(text), length >= 0
    else { return nil }
    return length
  }

  private mutating func startBlock(_ line: Substring) {
    headers = HTTPHeaders()
    let fields = line.split(separator: " ", maxSplits: 2)
    status = fields.count >= 2 ? Int(fields[1]) ?? 0 : 0
  }

  private static func trim(_ text: Substring) -> Substring {
    var utf8 = text.utf8
    while let first = utf8.first, isBlank(first) { utf8 = utf8.dropFirst() }
    while let last = utf8.last, isBlank(last) { utf8 = utf8.dropLast() }
    return Substring(utf8)
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a
  }
}
