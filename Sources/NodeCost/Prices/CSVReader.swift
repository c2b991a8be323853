/// Reads records of comma-separated values (RFC 4180) one at a time.
struct CSVReader {
  /// One record and the line it begins on, from 1.
  struct Record {
    let line: Int
    let fields: [String]
  }

  /// The longest field that is taken.
  static let maximumFieldBytes = 1024
  /// The most fields of one record.
  static let maximumFields = 64

  private let bytes: [UInt8]
  private var place = 0
  private var line = 1

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
  }

  /// The next record that is neither empty nor a `#` comment; nil at the end.
  mutating func next() throws(PriceFileError) -> Record? {
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "#"): skipLine()
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"): skipLine()
      default: return try record()
      }
    }
    return nil
  }

  private mutating func skipLine() {
    while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { place += 1 }
    if place < bytes.count { place += 1 }
    line += 1
  }

  private mutating func record() throws(PriceFileError) -> Record {
    let first = line
    var fields: [String] = []
    while true {
      guard fields.count < Self.maximumFields else { throw failure("more than \(Self.maximumFields) fields") }
      fields.append(try field())
      guard place < bytes.count, bytes[place] == UInt8(ascii: ",") else { break }
      place += 1
    }
    if place < bytes.count, bytes[place] == UInt8(ascii: "\r") { place += 1 }
    guard place == bytes.count || bytes[place] == UInt8(ascii: "\n") else {
      throw failure("text after a closing quote, or a lone carriage return")
    }
    skipLine()
    return Record(line: first, fields: fields)
  }

  private mutating func field() throws(PriceFileError) -> String {
    let content = place < bytes.count && bytes[place] == UInt8(ascii: "\"") ? try quoted() : plain()
    guard content.count <= Self.maximumFieldBytes else {
      throw failure("a field longer than \(Self.maximumFieldBytes) bytes")
    }
    guard let text = String(validating: content, as: UTF8.self) else { throw failure("text that is not UTF-8") }
    return text
  }

  /// An unquoted field, without the spaces around it.
  private mutating func plain() -> ArraySlice<UInt8> {
    let start = place
    while place < bytes.count, !Self.endsField(bytes[place]) { place += 1 }
    var field = bytes[start..<place]
    while field.first == UInt8(ascii: " ") { field.removeFirst() }
    while field.last == UInt8(ascii: " ") { field.removeLast() }
    return field
  }

  private mutating func quoted() throws(PriceFileError) -> ArraySlice<UInt8> {
    var field: [UInt8] = []
    place += 1
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: "\"") {
        guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { return field[...] }
        place += 1
      }
      if byte == UInt8(ascii: "\n") { line += 1 }
      field.append(byte)
    }
    throw failure("a quote that is not closed")
  }

  private static func endsField(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  private func failure(_ problem: String) -> PriceFileError {
    PriceFileError(line: line, column: "", problem: problem)
  }
}
