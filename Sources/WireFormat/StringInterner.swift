/// Gives equal byte sequences one `String`, so that a label's value is stored once for all the objects that carry it.
///
/// An open-addressing table over hashes of the bytes. Bounded: when it is full it starts over, which costs memory for
/// strings met again, but never correctness.
struct StringInterner: Sendable {
  private var slots: [String?] = []
  private var hashes: [UInt64] = []
  private var count = 0
  private let capacity: Int

  /// - Parameter capacity: the largest number of different strings to keep, a power of two; 0 interns nothing.
  init(capacity: Int) {
    self.capacity = capacity
  }

  /// Interns nothing: for texts that are read once.
  static let disabled = StringInterner(capacity: 0)

  /// The string with these UTF-8 bytes.
  mutating func string(_ utf8: UnsafeBufferPointer<UInt8>) -> String {
    // Up to 15 bytes a string needs no memory of its own.
    guard capacity > 0, utf8.count > 15, utf8.count <= 256 else {
      return unsafe String(decoding: utf8, as: UTF8.self)
    }
    if slots.isEmpty || count * 2 > slots.count { grow() }
    let hash = unsafe Self.hash(utf8)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while let kept = slots[slot] {
      if hashes[slot] == hash, unsafe kept.utf8.elementsEqual(utf8) { return kept }
      slot = (slot + 1) & (slots.count - 1)
    }
    let string = unsafe String(decoding: utf8, as: UTF8.self)
    slots[slot] = string
    hashes[slot] = hash
    count += 1
    return string
  }

  private mutating func grow() {
    let old = (slots, hashes)
    let size = count >= capacity ? 256 : max(256, slots.count * 2)
    slots = Array(repeating: nil, count: size)
    hashes = Array(repeating: 0, count: size)
    guard count < capacity else {
      count = 0
      return
    }
    for (string, hash) in zip(old.0, old.1) {
      guard let string else { continue }
      var slot = Int(truncatingIfNeeded: hash) & (size - 1)
      while slots[slot] != nil { slot = (slot + 1) & (size - 1) }
      slots[slot] = string
      hashes[slot] = hash
    }
  }

  /// FNV-1a, 64 bits. Only objects of the cluster's API server are interned.
  private static func hash(_ utf8: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in 0..<utf8.count { hash = unsafe (hash ^ UInt64(utf8[index])) &* 0x0000_0100_0000_01B3 }
    return hash ^ hash >> 32
  }
}
