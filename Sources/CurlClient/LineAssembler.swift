private import Glibc

/// Complete lines of a stream, as one buffer and where each line lies in it.
package struct LineBatch: Sendable, Equatable {
  /// The lines with their newlines.
  package private(set) var bytes: [UInt8]
  /// For each line that is not empty, its place in ``bytes`` without the newline.
  package private(set) var ranges: [Range<Int>]

  init(bytes: [UInt8], ranges: [Range<Int>]) {
    self.bytes = bytes
    self.ranges = ranges
  }

  package var count: Int { ranges.count }

  /// What the batch costs in memory, in bytes.
  var cost: Int { bytes.count + ranges.count * MemoryLayout<Range<Int>>.stride }

  /// Appends the lines of another batch.
  mutating func append(_ other: LineBatch) {
    let offset = bytes.count
    bytes.append(contentsOf: other.bytes)
    ranges.append(contentsOf: other.ranges.lazy.map { ($0.lowerBound + offset)..<($0.upperBound + offset) })
  }

  /// Lends one line, without its newline, for the length of the call. `index` is within `0..<count`.
  package func withLine<Result, Failure: Error>(
    _ index: Int, _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // SAFETY: the span is over bytes that `self` owns for the whole call, and RawSpan cannot outlive the closure.
    try body(unsafe bytes.span.bytes.extracting(ranges[index]))
  }

  /// A copy of one line. `index` is within `0..<count`.
  package func line(_ index: Int) -> [UInt8] { Array(bytes[ranges[index]]) }
}

/// Cuts a byte stream into lines, whatever the chunks it comes in: a line may span many chunks, a chunk hold many lines.
///
/// Holds at most `maximumLineBytes` of an unfinished line. A value without I/O.
package struct LineAssembler: Sendable {
  /// A line grew beyond the limit before its newline came.
  package struct LineTooLong: Error, Equatable {}

  package let maximumLineBytes: Int
  private var pending: [UInt8] = []

  package init(maximumLineBytes: Int) {
    self.maximumLineBytes = maximumLineBytes
  }

  /// Bytes that came after the last newline. At the end of a stream anything but 0 means that the stream was cut.
  package var pendingByteCount: Int { pending.count }

  /// Takes the next chunk and returns the lines that it completes, or nil where it completes none that is not empty.
  package mutating func append(_ chunk: [UInt8]) throws(LineTooLong) -> LineBatch? {
    try append(chunk.span)
  }

  /// As above, for bytes that are only lent.
  mutating func append(_ chunk: Span<UInt8>) throws(LineTooLong) -> LineBatch? {
    guard let lastNewline = LineAssembler.lastNewline(in: chunk) else {
      guard pending.count + chunk.count <= maximumLineBytes else { throw LineTooLong() }
      pending.append(span: chunk)
      return nil
    }
    var bytes = pending
    pending = []
    bytes.append(span: chunk.extracting(..<(lastNewline + 1)))
    let ranges = try lineRanges(of: bytes)
    let rest = chunk.extracting((lastNewline + 1)...)
    guard rest.count <= maximumLineBytes else { throw LineTooLong() }
    pending.append(span: rest)
    return ranges.isEmpty ? nil : LineBatch(bytes: bytes, ranges: ranges)
  }

  private func lineRanges(of bytes: [UInt8]) throws(LineTooLong) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    while start < bytes.count, let newline = LineAssembler.firstNewline(in: bytes, from: start) {
      guard newline - start <= maximumLineBytes else { throw LineTooLong() }
      if newline > start { ranges.append(start..<newline) }
      start = newline + 1
    }
    return ranges
  }

  private static func lastNewline(in chunk: Span<UInt8>) -> Int? {
    var index = chunk.count
    while index > 0 {
      index -= 1
      if chunk[index] == UInt8(ascii: "\n") { return index }
    }
    return nil
  }

  private static func firstNewline(in bytes: [UInt8], from start: Int) -> Int? {
    unsafe bytes.withUnsafeBytes { buffer in
      // SAFETY: `start` is within the buffer, and memchr looks at no more than the bytes that remain after it.
      guard let base = buffer.baseAddress,
        let found = unsafe memchr(base + start, CInt(UInt8(ascii: "\n")), buffer.count - start)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }
}

extension [UInt8] {
  /// Appends bytes that are only lent.
  mutating func append(span: Span<UInt8>) {
    unsafe span.withUnsafeBufferPointer { buffer in
      unsafe append(contentsOf: buffer)
    }
  }
}
