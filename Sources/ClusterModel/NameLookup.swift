/// A table's memory, lent for many look-ups: must not leave the closure that got it.
@safe
package struct NameLookup {
  private let blob: UnsafeBufferPointer<UInt8>
  private let offsets: UnsafeBufferPointer<UInt32>
  private let slots: UnsafeBufferPointer<NameTable.Slot>
  /// Whether all names are written in JSON as they are, so that what stands between quotes can be looked up unread: equal
  /// bytes mean the same name, and bytes that are not found have to be looked at.
  package let arePlain: Bool

  init(
    blob: UnsafeBufferPointer<UInt8>, offsets: UnsafeBufferPointer<UInt32>, slots: UnsafeBufferPointer<NameTable.Slot>,
    arePlain: Bool
  ) {
    unsafe self.blob = blob
    unsafe self.offsets = offsets
    unsafe self.slots = slots
    self.arePlain = arePlain
  }

  /// The index of the name with these bytes, or nil.
  @inline(__always)
  package func index(of name: UnsafeRawBufferPointer) -> Int? {
    let hash = unsafe Self.hash(name)
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    let mask = unsafe slots.count &- 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while true {
      // SAFETY: the mask keeps the place inside the slots, of which there is always an empty one.
      let slot = unsafe slots[place]
      if slot.index < 0 { return nil }
      if slot.tag == tag, Int(slot.count) == name.count {
        guard let bytes = name.baseAddress else { return Int(slot.index) }
        if unsafe areEqual(Int(slot.start), bytes, name.count) { return Int(slot.index) }
      }
      place = (place &+ 1) & mask
    }
  }

  /// The length of name `index`, where it and a quote are what `count` bytes at `text` begin with; nil where not.
  @inline(__always)
  func count(ofName index: Int32, quotedAt text: UnsafeRawPointer, count: Int) -> Int? {
    // SAFETY: the caller has the index of a name, and names have two offsets; the name and the byte after it are compared
    // with the text's length before they are read.
    let start = unsafe Int(offsets[Int(index)])
    let length = unsafe Int(offsets[Int(index) &+ 1]) &- start
    guard length < count, unsafe text.load(fromByteOffset: length, as: UInt8.self) == UInt8(ascii: "\"") else {
      return nil
    }
    return unsafe areEqual(start, text, length) ? length : nil
  }

  /// Whether the `count` bytes at `name` stand in the blob at `start`, where at least as many are left. Sixteen at a time;
  /// the last sixteen overlap those before them.
  @inline(__always)
  private func areEqual(_ start: Int, _ name: UnsafeRawPointer, _ count: Int) -> Bool {
    // SAFETY: the caller has compared lengths; every offset read is below `count`.
    guard let all = unsafe blob.baseAddress else { return count == 0 }
    let left = unsafe UnsafeRawPointer(all + start)
    var offset = 0
    if count < 16 {
      while offset < count {
        let byte = unsafe left.load(fromByteOffset: offset, as: UInt8.self)
        if unsafe byte != name.load(fromByteOffset: offset, as: UInt8.self) { return false }
        offset &+= 1
      }
      return true
    }
    while offset &+ 16 < count {
      guard unsafe areSixteenEqual(left + offset, name + offset) else { return false }
      offset &+= 16
    }
    return unsafe areSixteenEqual(left + (count &- 16), name + (count &- 16))
  }

  @inline(__always)
  private func areSixteenEqual(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer) -> Bool {
    let first = unsafe left.loadUnaligned(as: UInt64.self) ^ right.loadUnaligned(as: UInt64.self)
    let second =
      unsafe left.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
      ^ right.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    return first | second == 0
  }

  private static let seed: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// Folds sixteen bytes at a time with a full-width multiplication (the mixing step of wyhash); the last sixteen overlap
  /// those before them where the length is no multiple of sixteen.
  ///
  /// Names come from the cluster's own nodes; a fixed seed keeps runs reproducible, and whoever can create nodes at will
  /// gains nothing from slow look-ups.
  @inline(__always)
  static func hash(_ name: UnsafeRawBufferPointer) -> UInt64 {
    let count = name.count
    var state = seed ^ UInt64(truncatingIfNeeded: count)
    guard let base = name.baseAddress else { return mix(state, seed) }
    if count < 16 {
      var first: UInt64 = 0
      var second: UInt64 = 0
      // SAFETY: offsets below `count` are inside the name.
      for offset in 0..<count {
        second = second << 8 | first >> 56
        first = unsafe first << 8 | UInt64(base.load(fromByteOffset: offset, as: UInt8.self))
      }
      return mix(state ^ first, second ^ 0xA076_1D64_78BD_642F)
    }
    var offset = 0
    // SAFETY: sixteen bytes from `offset`, and the last sixteen, are inside the name; any bytes make a UInt64.
    while offset &+ 16 < count {
      state = unsafe mix(
        state ^ base.loadUnaligned(fromByteOffset: offset, as: UInt64.self),
        base.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self) ^ 0xA076_1D64_78BD_642F)
      offset &+= 16
    }
    return unsafe mix(
      state ^ base.loadUnaligned(fromByteOffset: count &- 16, as: UInt64.self),
      base.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self) ^ 0xE703_7ED1_A0B4_28DB)
  }

  @inline(__always)
  private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}
