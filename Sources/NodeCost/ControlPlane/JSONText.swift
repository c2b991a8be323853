/// Writes small JSON texts as bytes.
enum JSONText {
  /// Appends a string with its quotes; control characters, quotes and backslashes are escaped (RFC 8259 §7).
  static func append(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        bytes.append(contentsOf: "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// An object of string members, in their order; empty ones are left out, as protojson does.
  static func object(_ members: [(name: String, value: String)]) -> [UInt8] {
    var bytes: [UInt8] = [UInt8(ascii: "{")]
    for member in members where !member.value.isEmpty {
      if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
      append(member.name, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      append(member.value, to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }
}
