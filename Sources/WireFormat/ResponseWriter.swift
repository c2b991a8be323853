/// Collects an answer, and hands it to a sink when it is complete.
///
/// The bytes that are made here stand in one block of memory; slices of the request from ``sliceThreshold`` bytes on are
/// noted as cuts in it and go to the sink as they are. The writer knows no type of sink, so that the hundreds of small
/// pieces of an answer are written without a generic call for each.
@safe
package struct ResponseWriter: ~Copyable {
  /// A slice of the request that stands in the answer before the byte at `offset`.
  private struct Cut {
    var offset: Int
    var range: Range<Int>
  }

  /// From how many bytes on a slice of the request is worth a piece of its own.
  package static var sliceThreshold: Int { 4096 }

  private var start: UnsafeMutableRawPointer
  private var capacity: Int
  /// How many bytes were written here, slices of the request not counted.
  package private(set) var count = 0
  private var cuts: [Cut] = []

  package init() {
    capacity = 512
    unsafe start = .allocate(byteCount: capacity, alignment: 1)
  }

  deinit { unsafe start.deallocate() }

  /// How many slices of the request the answer has so far.
  var sliceCount: Int { cuts.count }

  /// Makes room for `additional` more bytes, so that as many can be appended without another allocation.
  @inline(__always)
  package mutating func reserve(_ additional: Int) {
    if capacity - count < additional { grow(additional) }
  }

  @inline(never)
  private mutating func grow(_ additional: Int) {
    let larger = max(capacity * 2, count + additional)
    // SAFETY: the new block has room for the `count` bytes written, and the old one is not used again.
    let block = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 1)
    unsafe block.copyMemory(from: start, byteCount: count)
    unsafe start.deallocate()
    unsafe start = block
    capacity = larger
  }

  /// Appends a constant as it is.
  @inline(__always)
  package mutating func append(_ literal: StaticString) {
    reserve(literal.utf8CodeUnitCount)
    unsafe write(literal.utf8Start, literal.utf8CodeUnitCount)
  }

  /// Appends bytes as they are.
  package mutating func append(_ span: RawSpan) {
    reserve(span.byteCount)
    // SAFETY: the buffer is copied while the span is borrowed.
    unsafe span.withUnsafeBytes { buffer in
      if let base = buffer.baseAddress { unsafe write(base, buffer.count) }
    }
  }

  /// Appends an integer in decimal.
  @inline(__always)
  package mutating func append(decimal value: Int64) {
    if value >= 0, value < 10 {
      reserve(1)
      unsafe start.storeBytes(
        of: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value), toByteOffset: count, as: UInt8.self)
      count += 1
    } else {
      append(long: value)
    }
  }

  @inline(never)
  private mutating func append(long value: Int64) {
    var text = ByteWriter()
    text.append(decimal: value)
    unsafe append(text.bytes.span.bytes)
  }

  /// Appends the part of `request`, which is the whole body, at these offsets.
  package mutating func append(slice range: Range<Int>, of request: RawSpan) {
    if range.count < Self.sliceThreshold {
      append("", copying: range, of: request, "")
    } else {
      cuts.append(Cut(offset: count, range: range))
    }
  }

  /// Appends a constant, a copy of the part of `request` at these offsets, and another constant.
  @inline(__always)
  package mutating func append(
    _ prefix: StaticString, copying range: Range<Int>, of request: RawSpan, _ suffix: StaticString
  ) {
    let lower = min(max(range.lowerBound, 0), request.byteCount)
    let length = min(range.upperBound, request.byteCount) - lower
    guard length >= 0 else { return }
    reserve(prefix.utf8CodeUnitCount + length + suffix.utf8CodeUnitCount)
    unsafe write(prefix.utf8Start, prefix.utf8CodeUnitCount)
    // SAFETY: the range was cut to the request's bounds, and its bytes are copied while the span is borrowed.
    unsafe request.withUnsafeBytes { buffer in
      if let base = buffer.baseAddress { unsafe write(base + lower, length) }
    }
    unsafe write(suffix.utf8Start, suffix.utf8CodeUnitCount)
  }

  /// Appends what was written from `range`, offsets of ``count``, once more. Slices of the request are not repeated.
  mutating func append(again range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    reserve(range.count)
    // SAFETY: the range is inside what was written, and what is written now begins after it.
    unsafe write(start + range.lowerBound, range.count)
  }

  /// Lends room for at least `capacity` bytes to `body`, which returns how many of them it has written for good.
  @inline(__always)
  mutating func withRoom(_ capacity: Int, _ body: (UnsafeMutableRawPointer) -> Int) {
    reserve(capacity)
    // SAFETY: the block has the room that was just reserved.
    unsafe count += body(start + count)
  }

  /// Writes bytes for which there is room: every caller has reserved it.
  @inline(__always)
  private mutating func write(_ bytes: UnsafeRawPointer, _ length: Int) {
    unsafe (start + count).copyMemory(from: bytes, byteCount: length)
    count += length
  }

  /// Hands the whole answer to a sink.
  package consuming func finish<Sink: ResponseSink>(into sink: inout Sink) {
    var handed = 0
    for cut in cuts {
      hand(handed..<cut.offset, to: &sink)
      sink.appendSliceOfRequest(cut.range)
      handed = cut.offset
    }
    hand(handed..<count, to: &sink)
  }

  private func hand<Sink: ResponseSink>(_ range: Range<Int>, to sink: inout Sink) {
    guard !range.isEmpty else { return }
    // SAFETY: the range is inside what was written, and the span does not outlive the call.
    unsafe sink.append(
      RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: start + range.lowerBound, count: range.count)))
  }
}
