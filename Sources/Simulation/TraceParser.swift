/// Why a trace file was refused.
package struct TraceError: Error, Hashable, CustomStringConvertible {
  /// The line, from 1.
  package let line: Int
  /// What is wrong with it and what it should be.
  package let problem: String
  /// Both in one line.
  package var description: String { "line \(line): \(problem)" }
}

extension Trace {
  /// The first line of a trace file that is not a comment.
  package static let header = "arrival_s,lifetime_s,cpu_milli,memory_mib,gpus"
  /// Larger files are refused.
  package static let maximumBytes = 256 << 20

  /// Reads a trace: the header, then a line of whole numbers for each pod in any order. Lines that begin with `#` and
  /// empty lines are passed over. Throws at the first line that is not understood.
  package init(parsing bytes: [UInt8]) throws(TraceError) {
    var pods: [TracePod] = []
    var seenHeader = false
    var line = 0
    for text in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      line += 1
      let text = text.last == UInt8(ascii: "\r") ? text.dropLast() : text
      guard let first = text.first, first != UInt8(ascii: "#") else { continue }
      guard seenHeader else {
        guard text.elementsEqual(Self.header.utf8) else {
          throw TraceError(line: line, problem: "the first line must be \"\(Self.header)\"")
        }
        seenHeader = true
        continue
      }
      pods.append(try Self.pod(text, line: line))
    }
    guard !pods.isEmpty else { throw TraceError(line: max(line, 1), problem: "there is no pod in the file") }
    self.init(pods)
  }

  /// What a field may hold. Sums over a trace of millions of such pods stay far inside `Int64`.
  private static let fields: [(name: String, range: ClosedRange<Int64>)] = [
    ("arrival_s", 0...1_000_000_000), ("lifetime_s", 1...1_000_000_000), ("cpu_milli", 1...1_000_000),
    ("memory_mib", 1...33_554_432), ("gpus", 0...1_000),
  ]

  private static func pod(_ text: ArraySlice<UInt8>, line: Int) throws(TraceError) -> TracePod {
    var values: [Int64] = []
    for field in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      guard values.count < fields.count else {
        throw TraceError(line: line, problem: "more than \(fields.count) fields; expected \(header)")
      }
      let (name, range) = fields[values.count]
      guard let value = wholeNumber(field), range.contains(value) else {
        throw TraceError(
          line: line, problem: "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
      }
      values.append(value)
    }
    guard values.count == fields.count else {
      throw TraceError(line: line, problem: "\(values.count) fields; expected \(header)")
    }
    return TracePod(
      arrivalSeconds: values[0], lifetimeSeconds: values[1],
      demand: Amounts(milliCPU: values[2], memoryMebibytes: values[3], gpus: values[4]))
  }

  /// Digits only, at most ten of them; nil for anything else.
  private static func wholeNumber(_ field: ArraySlice<UInt8>) -> Int64? {
    guard (1...10).contains(field.count) else { return nil }
    var value: Int64 = 0
    for byte in field {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      value = value * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    return value
  }
}
