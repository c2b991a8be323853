/// The fields of a request's header block that matter here, as they come in one after the other. HTTP/2's own rules
/// (pseudo-fields first and once, lower case, no connection fields) are checked by nghttp2 before.
struct HTTP2HeaderBlock {
  private(set) var method = ""
  private(set) var target = ""
  private(set) var contentType: String?
  private(set) var accept: String?
  private(set) var contentEncoding: String?
  private(set) var authorization: String?
  private(set) var contentLength: Int?
  private(set) var expectsContinue = false
  /// Sum of names, values, and 32 for each field (RFC 9113 §6.5.2).
  private(set) var listBytes = 0
  private(set) var fieldCount = 0

  /// Counts a field, and keeps it if it matters and the limits allow.
  mutating func add(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>, limits: Limits) {
    listBytes += name.count + value.count + 32
    fieldCount += 1
    guard !exceeds(limits) else { return }
    switch name.count {
    case 5 where unsafe Self.isEqual(name, ":path"): target = unsafe Self.text(value)
    case 6 where unsafe Self.isEqual(name, "accept"): accept = unsafe Self.text(value)
    case 6 where unsafe Self.isEqual(name, "expect"): expectsContinue = unsafe Self.isEqual(value, "100-continue")
    case 7 where unsafe Self.isEqual(name, ":method"): method = unsafe Self.text(value)
    case 12 where unsafe Self.isEqual(name, "content-type"): contentType = unsafe Self.text(value)
    case 13 where unsafe Self.isEqual(name, "authorization"): authorization = unsafe Self.text(value)
    case 14 where unsafe Self.isEqual(name, "content-length"): contentLength = unsafe Int(Self.text(value))
    case 16 where unsafe Self.isEqual(name, "content-encoding"): contentEncoding = unsafe Self.text(value)
    default: break
    }
  }

  /// Whether the block is larger than we accept.
  func exceeds(_ limits: Limits) -> Bool {
    listBytes > limits.maxHeaderListBytes || fieldCount > limits.maxHeaderCount
  }

  private static func isEqual(_ bytes: UnsafeBufferPointer<UInt8>, _ literal: StaticString) -> Bool {
    literal.withUTF8Buffer { unsafe bytes.elementsEqual($0) }
  }

  /// The usual value costs no allocation: a literal's String lives in the binary.
  private static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    if unsafe isEqual(bytes, "application/json") { return "application/json" }
    return unsafe String(decoding: bytes, as: UTF8.self)
  }
}
