/// Node names, and the dense index that each of them has in a snapshot.
///
/// Names are looked up as the bytes in which they arrive, so that no `String` is made per name and request. The table
/// is an open-addressing hash table over one blob of bytes; it is at most two thirds full.
package struct NameTable: Sendable {
  /// A place of the hash table.
  struct Slot: Sendable {
    /// Index of a name, or -1.
    var index: Int32
    /// The upper half of the name's hash, which spares most comparisons of unequal names.
    var tag: UInt32
    /// Where the name stands in the blob; here, so that a look-up touches one line of memory less.
    var start: UInt32
    var count: UInt32

    static let empty = Slot(index: -1, tag: 0, start: 0, count: 0)
  }

  /// All names one after another.
  private var blob: [UInt8]
  /// `offsets[i]..<offsets[i + 1]` is name `i` in the blob.
  private var offsets: [UInt32]
  /// The count is a power of two.
  private var slots: [Slot]
  /// Whether all names are written in JSON as they are, so that bytes between quotes can be looked up unread.
  private let arePlain: Bool

  /// What copies of a table have in common.
  private let order: NameOrder

  /// The number of names.
  package var count: Int { offsets.count - 1 }

  /// Bytes of memory that the table takes, whoever shares it.
  package var byteCount: Int {
    blob.count + offsets.count * 2 * MemoryLayout<UInt32>.stride + slots.count * MemoryLayout<Slot>.stride
  }

  /// Whether two tables are copies of one, and share their memory.
  package func isShared(with other: NameTable) -> Bool { order === other.order }

  /// Makes a table in which the name at position `i` has index `i`. Of equal names the first one is found.
  package init(_ names: [String]) {
    var blob: [UInt8] = []
    var offsets: [UInt32] = [0]
    offsets.reserveCapacity(names.count + 1)
    for name in names {
      blob.append(contentsOf: name.utf8)
      offsets.append(UInt32(clamping: blob.count))
    }
    var capacity = 16
    while capacity * 2 < names.count * 3 { capacity *= 2 }
    self.blob = blob
    self.offsets = offsets
    slots = [Slot](repeating: .empty, count: capacity)
    order = NameOrder(count: names.count)
    arePlain = !blob.contains { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
    for index in 0..<names.count { insert(index) }
  }

  private mutating func insert(_ index: Int) {
    // SAFETY: the hash only reads the name while it is lent.
    let hash = withName(at: index) { name in unsafe name.withUnsafeBytes { unsafe NameLookup.hash($0) } }
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot].index >= 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = Slot(
      index: Int32(index), tag: UInt32(truncatingIfNeeded: hash >> 32), start: offsets[index],
      count: offsets[index + 1] - offsets[index])
  }

  /// Name `index`.
  package func name(at index: Int) -> String {
    String(decoding: blob[Int(offsets[index])..<Int(offsets[index + 1])], as: UTF8.self)
  }

  /// Calls `body` with the bytes of name `index`, borrowed from the table.
  package func withName<Result>(at index: Int, _ body: (RawSpan) -> Result) -> Result {
    // SAFETY: any bytes make a raw span, and this one does not outlive the borrow of `blob`.
    let bytes = unsafe blob.span.bytes
    return body(bytes.extracting(Int(offsets[index])..<Int(offsets[index + 1])))
  }

  /// Lends the table for many look-ups.
  @inline(__always)
  package func withLookup<Result, Failure: Error>(
    _ body: (NameLookup) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // Typed errors do not pass through the standard library's closures, which rethrow any error.
    var result: Swift.Result<Result, Failure>?
    lend { lookup in
      do throws(Failure) { result = .success(try body(lookup)) } catch { result = .failure(error) }
    }
    guard let result else { preconditionFailure("the closure above runs") }
    return try result.get()
  }

  /// Lends the table for looking up a list of names in the order in which it stands. Nil where names are not plain
  /// (``NameLookup/arePlain``), so that what is written would have to be read first.
  package func withListLookup<Result>(_ body: (inout NameListLookup) -> Result?) -> Result? {
    guard arePlain else { return nil }
    return lend { lookup in
      unsafe order.withSuccessors { successors in
        var list = unsafe NameListLookup(lookup, successors: successors)
        return body(&list)
      }
    }
  }

  @inline(__always)
  private func lend<Result>(_ body: (NameLookup) -> Result) -> Result {
    unsafe blob.withUnsafeBufferPointer { blob in
      unsafe offsets.withUnsafeBufferPointer { offsets in
        unsafe slots.withUnsafeBufferPointer { slots in
          body(unsafe NameLookup(blob: blob, offsets: offsets, slots: slots, arePlain: arePlain))
        }
      }
    }
  }

  /// The index of the name with these bytes, or nil.
  package func index(of name: RawSpan) -> Int? {
    withLookup { lookup in
      // SAFETY: the buffer is only read while the span is borrowed.
      unsafe name.withUnsafeBytes { unsafe lookup.index(of: $0) }
    }
  }

  /// The index of a name, or nil.
  package func index(of name: String) -> Int? {
    var name = name
    return name.withUTF8 { bytes in
      // SAFETY: the span does not leave the closure in which the buffer is valid.
      unsafe index(of: RawSpan(_unsafeBytes: UnsafeRawBufferPointer(bytes)))
    }
  }
}
