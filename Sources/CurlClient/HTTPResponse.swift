/// The final response to one request; informational (1xx) responses are skipped and trailers dropped.
package struct HTTPResponse: Sendable, Equatable {
  package enum Version: Sendable, Equatable {
    case http1_0, http1_1, http2, other
  }

  /// Three digits, 200…599 in practice.
  package var status: Int
  package var headers: HTTPHeaders
  /// The content, unpacked where it came compressed.
  package var body: [UInt8]
  package var version: Version

  package init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = [], version: Version = .http1_1) {
    self.status = status
    self.headers = headers
    self.body = body
    self.version = version
  }
}

/// Header fields of a response, in order of arrival. Names compare without regard to ASCII case (RFC 9110 §5.1).
package struct HTTPHeaders: Sendable, Equatable {
  package struct Field: Sendable, Equatable {
    package var name: String
    package var value: String
  }

  package private(set) var fields: [Field] = []

  package init() {}

  package init(_ fields: [(name: String, value: String)]) {
    self.fields = fields.map { Field(name: $0.name, value: $0.value) }
  }

  package mutating func append(name: String, value: String) {
    fields.append(Field(name: name, value: value))
  }

  /// The first field of this name, or nil.
  package subscript(name: String) -> String? {
    fields.first { HTTPHeaders.equal($0.name, name) }?.value
  }

  private static func equal(_ left: String, _ right: String) -> Bool {
    let left = left.utf8
    let right = right.utf8
    guard left.count == right.count else { return false }
    return zip(left, right).allSatisfy { lowercased($0) == lowercased($1) }
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
