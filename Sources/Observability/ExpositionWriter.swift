/// Appends the Prometheus text exposition format, version 0.0.4, to a byte buffer.
///
/// Format: prometheus.io, "Exposition formats", text-based format.
package struct ExpositionWriter: Sendable {
  /// The `Content-Type` of what this writer makes.
  package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// Longest label value that leaves the process, in Unicode scalars: label values may come from other programs.
  package static let maximumLabelScalars = 256

  /// What has been written so far.
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// Starts a metric family. `type` is `counter`, `gauge` or `histogram`.
  mutating func family(_ name: String, help: String, type: String) {
    bytes.append(contentsOf: "# HELP ".utf8)
    bytes.append(contentsOf: name.utf8)
    bytes.append(UInt8(ascii: " "))
    for byte in help.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
      case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(contentsOf: "\n# TYPE \(name) \(type)\n".utf8)
  }

  /// One sample whose value is a whole number.
  mutating func sample(_ name: String, labels: String, integer: UInt64) {
    line(name, labels: labels, value: String(integer))
  }

  /// One sample.
  mutating func sample(_ name: String, labels: String, value: Double) {
    line(name, labels: labels, value: Self.text(of: value))
  }

  private mutating func line(_ name: String, labels: String, value: String) {
    bytes.append(contentsOf: name.utf8)
    if !labels.isEmpty {
      bytes.append(UInt8(ascii: "{"))
      bytes.append(contentsOf: labels.utf8)
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(UInt8(ascii: " "))
    bytes.append(contentsOf: value.utf8)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// A number as the format writes it: `NaN`, `+Inf` and `-Inf` by name, whole numbers without a fraction.
  static func text(of value: Double) -> String {
    guard !value.isNaN else { return "NaN" }
    guard value.isFinite else { return value < 0 ? "-Inf" : "+Inf" }
    let isWhole = value.rounded() == value && value.magnitude < 9e15
    return isWhole ? String(Int64(value)) : value.description
  }

  /// `name="value"` pairs, escaped and joined by commas. Both arrays have the same length.
  static func labelSet(names: [String], values: [String]) -> String {
    var text = ""
    for (name, value) in zip(names, values) {
      if !text.isEmpty { text.append(",") }
      text.append(name)
      text.append("=\"")
      for scalar in value.unicodeScalars {
        switch scalar {
        case "\\": text.append("\\\\")
        case "\"": text.append("\\\"")
        case "\n": text.append("\\n")
        default: text.unicodeScalars.append(scalar)
        }
      }
      text.append("\"")
    }
    return text
  }

  /// A label value made safe to keep and to show: control characters other than newline become U+FFFD (Prometheus'
  /// own lexer ends its input at NUL), and what exceeds ``maximumLabelScalars`` is cut off.
  static func sanitised(_ value: String) -> String {
    let isClean = value.utf8.count <= maximumLabelScalars && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    guard !isClean else { return value }
    var safe = String.UnicodeScalarView()
    for (index, scalar) in value.unicodeScalars.enumerated() {
      guard index < maximumLabelScalars else {
        safe.append("…")
        break
      }
      let isControl = (scalar.value < 0x20 && scalar != "\n") || (0x7F...0x9F).contains(scalar.value)
      safe.append(isControl ? "\u{FFFD}" : scalar)
    }
    return String(safe)
  }
}
