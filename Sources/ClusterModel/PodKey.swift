/// A pod's UID as a key. The API server gives UUIDs in one form (RFC 9562 §4, lower case), which fit sixteen bytes in
/// place; whatever else comes is kept as text. A string for each of a cluster's pods would take five times as much, and
/// keep the pages of the list that it was read from.
enum PodKey: Hashable, Sendable {
  case uuid(UInt64, UInt64)
  case text(String)

  init(_ uid: String) {
    var digits = 0
    var high: UInt64 = 0
    var low: UInt64 = 0
    for (position, byte) in uid.utf8.enumerated() {
      let isDash = position == 8 || position == 13 || position == 18 || position == 23
      if isDash, byte == UInt8(ascii: "-") { continue }
      guard !isDash, digits < 32, let digit = Self.digit(byte) else {
        self = .text(uid)
        return
      }
      high = high << 4 | low >> 60
      low = low << 4 | digit
      digits += 1
    }
    self = digits == 32 && uid.utf8.count == 36 ? .uuid(high, low) : .text(uid)
  }

  private static func digit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
    default: nil
    }
  }
}
