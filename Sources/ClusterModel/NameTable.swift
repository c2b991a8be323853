internal import Glibc

/// Node names, and the dense index that each of them has in a snapshot.
///
/// Names are looked up as the bytes in which they arrive, so that no `String` is made per name and request. The table
/// is an open-addressing hash table over one blob of bytes; it is at most half full.
package struct NameTable: Sendable {
  /// All names one after another.
  private var blob: [UInt8]
  /// `offsets[i]..<offsets[i + 1]` is name `i` in the blob.
  private var offsets: [UInt32]
  /// Index of the name in each slot, or -1; the count is a power of two.
  private var slots: [Int32]
  /// The upper half of each slot's hash, which spares most comparisons of unequal names.
  private var tags: [UInt32]

  /// The number of names.
  package var count: Int { offsets.count - 1 }

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
    while capacity < names.count * 2 { capacity *= 2 }
    self.blob = blob
    self.offsets = offsets
    slots = [Int32](repeating: -1, count: capacity)
    tags = [UInt32](repeating: 0, count: capacity)
    for index in 0..<names.count { insert(index) }
  }

  private mutating func insert(_ index: Int) {
    let hash = withName(at: index, Self.hash)
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = Int32(index)
    tags[slot] = tag
  }

  /// Calls `body` with the bytes of name `index`, borrowed from the table.
  package func withName<Result>(at index: Int, _ body: (RawSpan) -> Result) -> Result {
    // SAFETY: any bytes make a raw span, and this one does not outlive the borrow of `blob`.
    let bytes = unsafe blob.span.bytes
    return body(bytes.extracting(Int(offsets[index])..<Int(offsets[index + 1])))
  }

  /// The index of the name with these bytes, or nil.
  package func index(of name: RawSpan) -> Int? {
    let hash = Self.hash(name)
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    // SAFETY: any bytes make a raw span, and this one does not outlive the borrow of `blob`.
    let names = unsafe blob.span.bytes
    while slots[slot] >= 0 {
      if tags[slot] == tag {
        let index = Int(slots[slot])
        let start = Int(offsets[index])
        let length = Int(offsets[index + 1]) - start
        if length == name.byteCount, Self.areEqual(names, from: start, name) { return index }
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// The index of a name, or nil.
  package func index(of name: String) -> Int? {
    var name = name
    return name.withUTF8 { bytes in
      // SAFETY: the span does not leave the closure in which the buffer is valid.
      unsafe index(of: RawSpan(_unsafeBytes: UnsafeRawBufferPointer(bytes)))
    }
  }

  /// Whether `name` stands in `names` at `start`, where at least as many bytes are left.
  @inline(__always)
  private static func areEqual(_ names: RawSpan, from start: Int, _ name: RawSpan) -> Bool {
    unsafe names.withUnsafeBytes { all in
      unsafe name.withUnsafeBytes { wanted in
        guard let left = all.baseAddress, let right = wanted.baseAddress else { return name.isEmpty }
        // SAFETY: the caller has compared lengths, and `start` is an offset of the table's own.
        return unsafe memcmp(left + start, right, wanted.count) == 0
      }
    }
  }

  /// Folds eight bytes at a time with a full-width multiplication (the mixing step of wyhash); the last eight overlap
  /// those before them where the length is no multiple of eight.
  ///
  /// Names come from the cluster's own nodes; a fixed seed keeps runs reproducible, and whoever can create nodes at will
  /// gains nothing from slow look-ups.
  private static func hash(_ name: RawSpan) -> UInt64 {
    let count = name.byteCount
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: count)
    return unsafe name.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return mix(state) }
      if count < 8 {
        var tail: UInt64 = 0
        // SAFETY: offsets below `count` are inside the span.
        for offset in 0..<count { tail = unsafe tail << 8 | UInt64(base.load(fromByteOffset: offset, as: UInt8.self)) }
        return mix(state ^ tail)
      }
      var offset = 0
      // SAFETY: eight bytes from `offset`, and the last eight, are inside the span; any bytes make a UInt64.
      while offset + 8 < count {
        state = unsafe mix(state ^ base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        offset += 8
      }
      return unsafe mix(state ^ base.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
    }
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    return product.high ^ product.low
  }
}
