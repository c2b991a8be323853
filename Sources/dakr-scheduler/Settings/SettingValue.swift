/// The value of a setting after parsing and range checks.
enum SettingValue: Sendable, Equatable {
  case text(String)
  case boolean(Bool)
  /// Whole numbers, nanoseconds and bytes.
  case integer(Int)
  case address(ListenAddress?)
  case list([String])
}

/// Where a listener listens. Port 0 lets the system choose.
struct ListenAddress: Sendable, Equatable {
  var host: String
  var port: Int

  /// Parses `host:port` and `[v6]:port`; an empty host means every address.
  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65_535).contains(port)
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
      guard !host.isEmpty else { return nil }
    } else if host.contains(":") || host.contains("[") {
      return nil
    }
    self.host = host.isEmpty ? "0.0.0.0" : String(host)
    self.port = port
  }
}

extension SettingKind {
  /// The value that `text` stands for, or nil where it is not of this kind or out of range.
  ///
  /// `text` is how the value stands in a flag, in an environment variable, or as a scalar in the file.
  func value(of text: String) -> SettingValue? {
    switch self {
    case .text, .file, .secret:
      return .text(text)
    case .boolean:
      switch text {
      case "true": return .boolean(true)
      case "false": return .boolean(false)
      default: return nil
      }
    case .integer(let range):
      return Int(text).flatMap { range.contains($0) ? .integer($0) : nil }
    case .duration(let range):
      return DurationText.nanoseconds(text).flatMap { range.contains($0) ? .integer($0) : nil }
    case .bytes(let range):
      return ByteText.bytes(text).flatMap { range.contains($0) ? .integer($0) : nil }
    case .choice(let names):
      return names.contains(text) ? .text(text) : nil
    case .address(let canBeOff):
      if canBeOff, text == "off" { return .address(nil) }
      return ListenAddress(text).map { .address($0) }
    case .list:
      let parts = text.split(separator: ",").map { String($0.trimmingBlanks()) }
      return .list(parts.filter { !$0.isEmpty })
    }
  }
}

/// Time spans as people and Kubernetes write them: `90s`, `1m30s`, `250ms`.
enum DurationText {
  private static let units: [(name: String, nanoseconds: Int)] = [
    ("ns", 1), ("us", 1_000), ("µs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
    ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
  ]

  /// The span in nanoseconds; nil where the text is no span of whole units, or too long for 64 bits.
  static func nanoseconds(_ text: String) -> Int? {
    var rest = text[...]
    guard !rest.isEmpty else { return nil }
    if rest == "0" { return 0 }
    var total = 0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(name.count)
      guard let count = Int(digits), let unit = units.first(where: { $0.name == name }) else { return nil }
      let (product, tooLong) = count.multipliedReportingOverflow(by: unit.nanoseconds)
      let (sum, overflow) = total.addingReportingOverflow(product)
      guard !tooLong, !overflow else { return nil }
      total = sum
    }
    return total
  }

  /// The shortest exact form in one unit.
  static func text(_ nanoseconds: Int) -> String {
    guard nanoseconds != 0 else { return "0s" }
    let fitting = units.last { nanoseconds % $0.nanoseconds == 0 && nanoseconds / $0.nanoseconds > 0 }
    return fitting.map { "\(nanoseconds / $0.nanoseconds)\($0.name)" } ?? "\(nanoseconds)ns"
  }
}

/// Sizes: plain bytes, or binary units with or without the final B (`64MiB`, Kubernetes' `64Mi`).
enum ByteText {
  private static let units: [(name: String, bytes: Int)] = [
    ("", 1), ("B", 1), ("Ki", 1 << 10), ("KiB", 1 << 10), ("Mi", 1 << 20), ("MiB", 1 << 20), ("Gi", 1 << 30),
    ("GiB", 1 << 30),
  ]

  static func bytes(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let name = text.dropFirst(digits.count)
    guard let count = Int(digits), let unit = units.first(where: { $0.name == name }) else { return nil }
    let (product, overflow) = count.multipliedReportingOverflow(by: unit.bytes)
    return overflow ? nil : product
  }

  static func text(_ bytes: Int) -> String {
    let fitting = units.last { bytes >= $0.bytes && bytes % $0.bytes == 0 && $0.name.hasSuffix("B") }
    return fitting.map { "\(bytes / $0.bytes)\($0.name)" } ?? "\(bytes)B"
  }
}

extension Substring {
  /// Without blanks and tabs at either end.
  func trimmingBlanks() -> Substring {
    var part = drop { $0 == " " || $0 == "\t" }
    while let last = part.last, last == " " || last == "\t" { part.removeLast() }
    return part
  }
}
