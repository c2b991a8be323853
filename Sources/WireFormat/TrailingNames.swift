internal import ClusterModel
internal import Glibc

/// The list of node names at the end of a call's body, read without an index of its text.
///
/// A call about thousands of nodes is little else than this list, and kube-scheduler (Go's encoder) writes it in one way:
/// last, without white space, names as they are. Where it is written so and every name is known, comparing it with the
/// known names is all the reading that it needs: what is equal to these is valid UTF-8 and needs no unescaping. Whatever
/// else a body holds is left to ``JSONReader``.
struct TrailingNames {
  let candidates: [NodeCandidate]
  /// Where the list's bracket stands. What is before it, and the bracket, remain to be read.
  let start: Int

  private static let key: [UInt8] = Array(#""NodeNames":"#.utf8)
  private static let end: [UInt8] = Array(#""]}"#.utf8)
  /// How far the list may be from the body's beginning: much more than any pod takes.
  private static let searchedBytes = 1 << 20

  /// Finds and reads the list; nil where it is not all plain and known, or where there is none.
  init?(_ body: UnsafeRawBufferPointer, names: NameTable) {
    guard names.count > 0, let start = unsafe Self.find(in: body) else { return nil }
    let candidates = names.withListLookup { lookup in unsafe Self.read(body, from: start, &lookup, atMost: names.count)
    }
    guard let candidates else { return nil }
    self.candidates = candidates
    self.start = start
  }

  /// Where the bracket of the first list of names stands in a body that ends with one.
  private static func find(in body: UnsafeRawBufferPointer) -> Int? {
    // Offsets of names have 32 bits.
    guard body.count > end.count, body.count <= Int(UInt32.max), unsafe body.suffix(end.count).elementsEqual(end),
      let base = body.baseAddress
    else { return nil }
    let searched = min(body.count, searchedBytes)
    var offset = 0
    // SAFETY: every range searched or compared is inside the body.
    while let bracket = unsafe memchr(base + offset, Int32(UInt8(ascii: "[")), searched - offset) {
      offset = unsafe UnsafeRawPointer(bracket) - base
      if offset >= key.count, unsafe memcmp(base + (offset - key.count), key, key.count) == 0 { return offset }
      offset += 1
    }
    return nil
  }

  private static func read(
    _ body: UnsafeRawBufferPointer, from start: Int, _ lookup: inout NameListLookup, atMost count: Int
  ) -> [NodeCandidate]? {
    guard let base = body.baseAddress else { return nil }
    var isComplete = false
    let candidates = unsafe [NodeCandidate](
      unsafeUninitializedCapacity: min(count, WireLimits.maximumNodes)
    ) { buffer, written in
      var offset = start + 1
      // SAFETY: a quote, a quote, a comma or bracket, and the bracket at the end are left wherever four bytes are looked at.
      while written < buffer.count, offset + 4 <= body.count, unsafe body[offset] == UInt8(ascii: "\"") {
        guard let name = unsafe next(base + (offset + 1), body.count - offset - 1, &lookup) else { return }
        let nameEnd = offset + name.count + 2
        unsafe buffer.initializeElement(at: written, to: NodeCandidate(index: name.index, quoted: offset..<nameEnd))
        written += 1
        guard nameEnd < body.count, unsafe body[nameEnd] == UInt8(ascii: ",") else {
          isComplete = unsafe nameEnd + 2 == body.count && body[nameEnd] == UInt8(ascii: "]")
          return
        }
        offset = nameEnd + 1
      }
    }
    return isComplete ? candidates : nil
  }

  /// The name that the `count` bytes at `text` begin with, up to the next quote.
  @inline(__always)
  private static func next(
    _ text: UnsafeRawPointer, _ count: Int, _ lookup: inout NameListLookup
  ) -> (index: Int32, count: Int)? {
    if let guessed = unsafe lookup.guess(text, count: count) {
      return guessed.count <= WireLimits.maximumStringBytes ? guessed : nil
    }
    // SAFETY: the range is inside the text.
    guard let quote = unsafe memchr(text, Int32(UInt8(ascii: "\"")), min(count, WireLimits.maximumStringBytes + 1))
    else { return nil }
    let length = unsafe UnsafeRawPointer(quote) - text
    guard let index = unsafe lookup.index(of: UnsafeRawBufferPointer(start: text, count: length)) else { return nil }
    return (index, length)
  }
}

extension NodeCandidate {
  /// A known node in names mode. Offsets fit 32 bits, see `find`.
  @inline(__always)
  fileprivate init(index: Int32, quoted: Range<Int>) {
    nodeIndex = index
    nameStart = UInt32(truncatingIfNeeded: quoted.lowerBound)
    nameEnd = UInt32(truncatingIfNeeded: quoted.upperBound)
    echoStart = nameStart
    echoEnd = nameEnd
  }
}
