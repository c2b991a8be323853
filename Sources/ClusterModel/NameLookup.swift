/// A table's memory, lent for many look-ups: must not leave the closure that got it.
@safe
package struct NameLookup {
  private let blob: UnsafeBufferPointer<UInt8>
  private let slots: UnsafeBufferPointer<NameTable.Slot>
  /// Whether all names are written in JSON as they are, so that what stands between quotes can be looked up unread: equal
  /// bytes mean the same name, and bytes that are not found have to be looked at.
  package let arePlain: Bool

  init(
    blob: UnsafeBufferPointer<UInt8>, slots: UnsafeBufferPointer<NameTable.Slot>, arePlain: Bool
  ) {
    unsafe self.blob = blob
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
      if slot.tag == tag {
        if Int(slot.count) == name.count, unsafe areEqual(Int(slot.start), name) { return Int(slot.index) }
      }
      place = (place &+ 1) & mask
    }
  }

  /// Whether `name` stands in the blob at `start`, where at least as many bytes are left. Eight bytes at a time; the last
  /// eight overlap those before them.
  @inline(__always)
  private func areEqual(_ start: Int, _ name: UnsafeRawBufferPointer) -> Bool {
    guard let right = name.baseAddress, let all = unsafe blob.baseAddress else { return unsafe name.isEmpty }
    // SAFETY: the caller has compared lengths; every offset read is below `count`.
    let left = unsafe UnsafeRawPointer(all + start)
    let count = name.count
    var offset = 0
    if count < 8 {
      while offset < count {
        let byte = unsafe left.load(fromByteOffset: offset, as: UInt8.self)
        if unsafe byte != right.load(fromByteOffset: offset, as: UInt8.self) { return false }
        offset &+= 1
      }
      return true
    }
    while offset &+ 8 < count {
      if unsafe left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        != right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      {
        return false
      }
      offset &+= 8
    }
    return unsafe left.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
      == right.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
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
