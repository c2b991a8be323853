internal import CSimdJSON
internal import Synchronization

/// The structural index of a JSON text: where its brackets, commas, colons, strings and other scalars begin.
///
/// simdjson's first stage makes it, which also checks the text's UTF-8 and finds control characters in strings and
/// strings without end. Everything else is checked by ``JSONReader`` as it reads.
package enum JSONIndex {
  /// Indexes `bytes`, lends a reader of them to `body` and checks that `body` read the one value in them to its end.
  ///
  /// Errors get the path of the value at which they happened. May be called on any thread; long texts wait for each
  /// other (see ``WireLimits/largeTextBytes``).
  ///
  /// - Parameters:
  ///   - bytes: the whole text; needs no padding.
  ///   - isConfidential: keeps every excerpt of the input out of errors.
  ///   - isRare: gives the index's memory back at once: the next such text is long in coming.
  ///   - body: reads the value. The reader must not leave it: its memory is lent.
  package static func read<Value>(
    _ bytes: RawSpan, isConfidential: Bool = false, isRare: Bool = false,
    _ body: (inout JSONReader) throws(WireFormatError) -> Value
  ) throws(WireFormatError) -> Value {
    var result: Result<Value, WireFormatError> = .failure(.outOfMemory)
    // SAFETY: the buffer is valid inside this closure, and neither the reader nor the parser's index leave it.
    unsafe bytes.withUnsafeBytes { buffer in
      if buffer.count > WireLimits.largeTextBytes {
        largeTexts.withLock { _ in result = unsafe index(buffer, isConfidential, isRare, body) }
      } else {
        result = unsafe index(buffer, isConfidential, isRare, body)
      }
    }
    return try result.get()
  }

  /// Whether the index of the last large text is kept for the next one, whose pages would else be fresh from the system
  /// each time, until `dropLargeIndex()`: whoever says so has to call that when no more are coming. Any thread.
  package static func keepLargeIndex() { parsers.keepLarge() }

  /// Gives the memory of the last large text's index back. Any thread.
  package static func dropLargeIndex() { parsers.dropLarge() }

  /// Whether a large text's index is kept now.
  static var holdsLargeIndex: Bool { parsers.holdsLarge }

  private static let parsers = ParserPool()
  private static let largeTexts = Mutex(())

  private static func index<Value>(
    _ buffer: UnsafeRawBufferPointer, _ isConfidential: Bool, _ isRare: Bool,
    _ body: (inout JSONReader) throws(WireFormatError) -> Value
  ) -> Result<Value, WireFormatError> {
    guard let parser = isRare ? Parser() : parsers.take(buffer.count) else { return .failure(.outOfMemory) }
    defer { if !isRare { parsers.giveBack(parser) } }
    switch unsafe parser.index(buffer) {
    case .failure(let error): return .failure(error)
    case .success(let structurals):
      var reader = unsafe JSONReader(
        bytes: buffer.bindMemory(to: UInt8.self), structurals: structurals, isConfidential: isConfidential)
      do throws(WireFormatError) {
        let value = try body(&reader)
        try reader.expectEnd()
        return .success(value)
      } catch {
        var located = error
        if located.path.isEmpty, let offset = error.byteOffset { located.path = reader.path(at: offset) }
        return .failure(located)
      }
    }
  }
}

extension WireFormatError {
  fileprivate static let outOfMemory = WireFormatError(.outOfMemory, "there is no memory left to index the text")
}

/// Owns one of simdjson's parsers.
///
/// Unchecked, because only whoever took it out of the pool uses it, until it is given back.
@safe
private final class Parser: @unchecked Sendable {
  private let handle: OpaquePointer

  init?() {
    guard let handle = unsafe csimdjson_parser_create() else { return nil }
    unsafe self.handle = handle
  }

  deinit { unsafe csimdjson_parser_destroy(handle) }

  /// The most tokens that any text had, which is how much of the parser's memory has been touched.
  private var largestTokenCount = 0

  /// Whether the parser's memory is small enough to be held until the next text.
  var isWorthKeeping: Bool {
    unsafe csimdjson_parser_capacity(handle) <= WireLimits.keptParserBytes
      && largestTokenCount <= WireLimits.keptParserTokens
  }

  /// Whether it may be held for a moment.
  var isWorthKeepingBriefly: Bool { largestTokenCount <= WireLimits.keptLargeTokens }

  /// Indexes a text; the offsets are lent until the parser is next used.
  func index(_ buffer: UnsafeRawBufferPointer) -> Result<UnsafeBufferPointer<UInt32>, WireFormatError> {
    var structurals: UnsafePointer<UInt32>?
    var count = 0
    let status = unsafe csimdjson_index(handle, buffer.baseAddress, buffer.count, &structurals, &count)
    // Of a text that was refused, all that is known is that it had no more tokens than bytes.
    largestTokenCount = max(largestTokenCount, status == CSIMDJSON_OK ? count : buffer.count)
    guard status == CSIMDJSON_OK else { return unsafe .failure(Self.failure(status, in: buffer)) }
    return unsafe .success(UnsafeBufferPointer(start: structurals, count: count))
  }

  private static func failure(_ status: csimdjson_status, in buffer: UnsafeRawBufferPointer) -> WireFormatError {
    switch status {
    case CSIMDJSON_EMPTY: WireFormatError(.empty, at: 0, "there is nothing to read")
    case CSIMDJSON_TOO_LARGE: WireFormatError(.tooLarge, "the text is longer than 4 GiB")
    case CSIMDJSON_OUT_OF_MEMORY: .outOfMemory
    case CSIMDJSON_UNCLOSED_STRING: WireFormatError(.truncated, at: buffer.count, "the text ends inside a string")
    case CSIMDJSON_CONTROL_CHARACTER:
      WireFormatError(.syntax, "a string contains an unescaped control character (a byte below 0x20)")
    case CSIMDJSON_INVALID_UTF8:
      unsafe WireFormatError(.invalidUTF8, at: firstInvalidUTF8(in: buffer), "the bytes are not valid UTF-8")
    default: WireFormatError(.syntax, "the text is not JSON")
    }
  }

  private static func firstInvalidUTF8(in buffer: UnsafeRawBufferPointer) -> Int? {
    do {
      _ = try unsafe UTF8Span(validating: Span(_unsafeBytes: buffer))
      return nil
    } catch {
      return error.byteOffsets.lowerBound
    }
  }
}

/// Parsers that wait for the next text, so that a request allocates no index.
private final class ParserPool: Sendable {
  private struct State {
    var waiting: [Parser] = []
    var large: Parser?
    var keepsLarge = false
  }

  private let state = Mutex(State())

  var holdsLarge: Bool { state.withLock { $0.large != nil } }

  func keepLarge() { state.withLock { $0.keepsLarge = true } }

  func dropLarge() {
    let dropped = state.withLock { $0.large.take() }
    // Unmapping takes its time, so it is done outside the lock.
    _ = consume dropped
  }

  /// A parser for a text of so many bytes.
  func take(_ byteCount: Int) -> Parser? {
    state.withLock { state in
      if byteCount > WireLimits.largeTextBytes, let large = state.large.take() { return large }
      return state.waiting.popLast()
    } ?? Parser()
  }

  /// Keeps the parser, unless enough wait already or an uncommon text has made it grow.
  func giveBack(_ parser: Parser) {
    state.withLock { state in
      if !parser.isWorthKeeping {
        if state.keepsLarge, parser.isWorthKeepingBriefly { state.large = parser }
      } else if state.waiting.count < WireLimits.keptParsers {
        state.waiting.append(parser)
      }
    }
  }
}
