/// Writing JSON, for what credential plugins are told.
extension DocumentValue {
  /// The JSON of this value. Plain scalars that YAML's core schema takes for null, booleans or numbers are written as
  /// such, all others as strings.
  var json: String {
    switch self {
    case .scalar(let text, let isPlain):
      guard isPlain else { return Self.quoted(text) }
      if self.text == nil { return "null" }
      switch text {
      case "true", "True", "TRUE": return "true"
      case "false", "False", "FALSE": return "false"
      default: return Self.isNumber(text) ? text : Self.quoted(text)
      }
    case .sequence(let elements):
      return "[" + elements.map(\.json).joined(separator: ",") + "]"
    case .mapping(let entries):
      return "{" + entries.map { "\(Self.quoted($0.key)):\($0.value.json)" }.joined(separator: ",") + "}"
    }
  }

  /// A JSON string (RFC 8259 §7).
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 0x20:
        quoted += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  /// RFC 8259 §6: optional minus, no leading zeros, optional fraction and exponent.
  static func isNumber(_ text: String) -> Bool {
    text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil
  }
}
