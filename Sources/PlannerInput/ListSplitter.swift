package import WireFormat

/// Cuts a stream of JSON documents into Kubernetes objects, without holding a document as a whole: what
/// `kubectl get nodes,pods -A -o json` writes of a large cluster is a single List of more than a gigabyte.
///
/// Documents may follow each other. Of a document with `items`, each item is an object; any other document is one itself.
/// Only brackets and strings are looked at here; whether the bytes are JSON is the reader's business. A value without I/O.
package struct ListSplitter {
  /// Bytes of one object; etcd takes 1.5 MB.
  package static let maximumObjectBytes = 64 << 20

  /// Where the next byte stands.
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  /// Whether the document is a list whose items are being cut.
  private var isList = false
  private var isInItems = false

  private var header = ListHeader()
  /// The field of the document whose value comes next, and the last string met at its level.
  private var field: [UInt8] = []
  private var lastString: [UInt8] = []

  /// Bytes of an object whose end has not come yet; nil between objects.
  private var kept: [UInt8]?
  private var offset = 0

  package init() {}

  /// Takes the next bytes and hands every object that they complete to `object`, with what its list said of it.
  package mutating func feed(
    _ chunk: [UInt8], object: (RawSpan, ListHeader) throws -> Void
  ) throws {
    var start = kept == nil ? -1 : 0
    for index in chunk.indices {
      let byte = chunk[index]
      if isInString {
        readString(byte)
        continue
      }
      switch byte {
      case UInt8(ascii: "\""):
        isInString = true
        if depth == 1 { lastString.removeAll(keepingCapacity: true) }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        if depth == 0, byte == UInt8(ascii: "[") { throw unexpected(byte, index) }
        if opens(byte) { start = index }
        if depth == 1, byte == UInt8(ascii: "["), !isList, field.elementsEqual("items".utf8) {
          // What stood before the items is the header.
          isList = true
          isInItems = true
          kept = nil
          start = -1
        }
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        guard depth >= 0 else { throw unexpected(byte, index) }
        if closesObject(byte) {
          // Brackets that do not match, which the reader would refuse, may end what never began.
          guard start >= 0 else { throw unexpected(byte, index) }
          try emit(chunk, from: start, to: index + 1, object)
          start = -1
        }
        if depth == 1, byte == UInt8(ascii: "]") { isInItems = false }
        if depth == 0 { endDocument() }
      case UInt8(ascii: ":"):
        if depth == 1 { swap(&field, &lastString) }
      case UInt8(ascii: ","):
        if depth == 1 { noteHeader() }
      case 0x20, 0x0A, 0x0D, 0x09: break
      default:
        if depth == 0 { throw unexpected(byte, index) }
      }
    }
    offset += chunk.count
    guard start >= 0 else { return }
    kept = (kept ?? []) + chunk[start...]
    if (kept?.count ?? 0) > Self.maximumObjectBytes {
      throw WireFormatError(.tooLarge, at: offset, "an object has more than \(Self.maximumObjectBytes >> 20) MiB")
    }
  }

  /// Checks that the stream ended between two documents.
  package func finish() throws(WireFormatError) {
    guard depth == 0, !isInString else {
      throw WireFormatError(.truncated, at: offset, "the text ends in the middle of an object")
    }
  }

  private mutating func readString(_ byte: UInt8) {
    if isEscaped {
      isEscaped = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == UInt8(ascii: "\"") {
      isInString = false
      return
    }
    if depth == 1, lastString.count < 256 { lastString.append(byte) }
  }

  /// Whether an opening bracket begins an object to be handed out.
  private func opens(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "{") && (isInItems ? depth == 2 : depth == 0)
  }

  /// Whether a closing bracket, already counted, ends one.
  private func closesObject(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "}") && (isInItems ? depth == 2 : depth == 0 && !isList)
  }

  private mutating func noteHeader() {
    if field.elementsEqual("kind".utf8) { header.kind = String(decoding: lastString, as: UTF8.self) }
    if field.elementsEqual("apiVersion".utf8) { header.apiVersion = String(decoding: lastString, as: UTF8.self) }
    field.removeAll(keepingCapacity: true)
  }

  private mutating func endDocument() {
    isList = false
    isInItems = false
    kept = nil
    header = ListHeader()
    field.removeAll(keepingCapacity: true)
  }

  private mutating func emit(
    _ chunk: [UInt8], from start: Int, to end: Int, _ object: (RawSpan, ListHeader) throws -> Void
  ) throws {
    if var whole = kept {
      kept = nil
      whole += chunk[..<end]
      // SAFETY: any bytes make a raw span, and it does not outlive `whole`.
      try unsafe object(whole.span.bytes, header)
    } else {
      // SAFETY: as above, of `chunk`.
      try unsafe object(chunk.span.extracting(start..<end).bytes, header)
    }
  }

  private func unexpected(_ byte: UInt8, _ index: Int) -> WireFormatError {
    WireFormatError(
      .syntax, at: offset + index,
      "expected a JSON object, found '\(Unicode.Scalar(byte).escaped(asASCII: true))'; write the input with -o json")
  }
}
