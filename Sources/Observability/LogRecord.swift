import Glibc

/// How log records are written.
package enum LogFormat: String, Sendable, CaseIterable {
  /// `time LEVEL logger: message key=value …`, for people.
  case text
  /// One JSON object per line, for log pipelines.
  case json
}

/// One log record, ready to be written as exactly one line.
///
/// Fields may carry what a peer sent. So control characters are escaped, a field is cut at
/// ``maximumFieldScalars``, and fields whose name says that they hold a credential are never shown.
struct LogRecord {
  /// Longest message or field value that is written, in Unicode scalars.
  static let maximumFieldScalars = 4_096

  /// Field names, in lower case, whose values are replaced by `[redacted]`.
  static let credentialFields: Set<String> = [
    "authorization", "bearer", "credential", "credentials", "password", "privatekey", "secret", "token",
  ]

  /// Nanoseconds since the Unix epoch.
  var unixNanoseconds: Int64
  var level: String
  var logger: String
  var message: String
  /// Name and value, in the order in which they are written.
  var fields: [(name: String, value: String)]

  /// The record as one line, newline included.
  func line(_ format: LogFormat) -> [UInt8] {
    switch format {
    case .text: textLine()
    case .json: jsonLine()
    }
  }

  private func textLine() -> [UInt8] {
    var line: [UInt8] = []
    line.append(contentsOf: "\(Self.timestamp(unixNanoseconds)) \(level.uppercased()) \(logger): ".utf8)
    Self.appendEscaped(message, to: &line)
    for field in fields {
      line.append(UInt8(ascii: " "))
      Self.appendEscaped(field.name, to: &line)
      line.append(UInt8(ascii: "="))
      let value = Self.shown(field)
      let isBare = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3D && $0 != 0x7F }
      if isBare {
        Self.appendEscaped(value, to: &line)
      } else {
        Self.appendQuoted(value, to: &line)
      }
    }
    line.append(UInt8(ascii: "\n"))
    return line
  }

  private func jsonLine() -> [UInt8] {
    var line: [UInt8] = []
    line.append(contentsOf: "{\"time\":\"\(Self.timestamp(unixNanoseconds))\",\"level\":\"\(level)\",\"logger\":".utf8)
    Self.appendQuoted(logger, to: &line)
    line.append(contentsOf: ",\"message\":".utf8)
    Self.appendQuoted(message, to: &line)
    for field in fields {
      line.append(UInt8(ascii: ","))
      let isReserved = ["time", "level", "logger", "message"].contains(field.name)
      Self.appendQuoted(isReserved ? "field.\(field.name)" : field.name, to: &line)
      line.append(UInt8(ascii: ":"))
      Self.appendQuoted(Self.shown(field), to: &line)
    }
    line.append(contentsOf: "}\n".utf8)
    return line
  }

  private static func shown(_ field: (name: String, value: String)) -> String {
    credentialFields.contains(field.name.lowercased()) ? "[redacted]" : field.value
  }

  private static func appendQuoted(_ text: String, to line: inout [UInt8]) {
    line.append(UInt8(ascii: "\""))
    appendEscaped(text, escapingQuotes: true, to: &line)
    line.append(UInt8(ascii: "\""))
  }

  /// Escapes as JSON does; outside quotes only control characters need it. C1 controls, line and paragraph
  /// separators and bidirectional overrides are escaped too: terminals act on them.
  private static func appendEscaped(_ text: String, escapingQuotes: Bool = false, to line: inout [UInt8]) {
    for (index, scalar) in text.unicodeScalars.enumerated() {
      guard index < maximumFieldScalars else {
        line.append(contentsOf: "…".utf8)
        return
      }
      switch scalar.value {
      case 0x22 where escapingQuotes, 0x5C where escapingQuotes:
        line.append(UInt8(ascii: "\\"))
        line.append(UInt8(scalar.value))
      case 0x0A: line.append(contentsOf: "\\n".utf8)
      case 0x0D: line.append(contentsOf: "\\r".utf8)
      case 0x09: line.append(contentsOf: "\\t".utf8)
      case 0x00..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069:
        let digits = String(scalar.value, radix: 16)
        line.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
      default: line.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
  }

  /// RFC 3339 in UTC with milliseconds.
  static func timestamp(_ unixNanoseconds: Int64) -> String {
    var seconds = time_t(unixNanoseconds / 1_000_000_000)
    let milliseconds = unixNanoseconds / 1_000_000 % 1_000
    var parts = unsafe tm()
    // SAFETY: both pointers are to local variables that live through the call; gmtime_r fills `parts` or fails.
    guard unsafe gmtime_r(&seconds, &parts) != nil else { return "-" }
    func padded(_ number: some BinaryInteger, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date = unsafe "\(padded(parts.tm_year + 1_900, 4))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))"
    let clock = unsafe "\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))"
    return "\(date)T\(clock).\(padded(milliseconds, 3))Z"
  }
}
