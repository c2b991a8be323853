internal import CNGHTTP2

/// The header fields of one response: their bytes in one array, and where each begins and ends.
struct HTTP2FieldList: ~Copyable {
  private struct Field {
    let nameStart: Int
    let valueStart: Int
    let valueEnd: Int
  }

  private var bytes: [UInt8] = []
  private var fields: [Field] = []

  /// Begins with the status.
  init(status: Int) {
    bytes.reserveCapacity(96)
    fields.reserveCapacity(4)
    add(":status", String(status))
  }

  mutating func add(_ name: String, _ value: String) {
    let nameStart = bytes.count
    bytes.append(contentsOf: name.utf8)
    let valueStart = bytes.count
    bytes.append(contentsOf: value.utf8)
    fields.append(Field(nameStart: nameStart, valueStart: valueStart, valueEnd: bytes.count))
  }

  /// Lends the fields in nghttp2's form; the library copies what it is given.
  func withNativeFields<Result>(_ body: (UnsafeBufferPointer<nghttp2_nv>) -> Result) -> Result {
    unsafe bytes.withUnsafeBufferPointer { all in
      let start = unsafe UnsafeMutablePointer(mutating: all.baseAddress)
      // SAFETY: the library only reads through these pointers, whose type lacks the const.
      let native = unsafe fields.map { field in
        unsafe nghttp2_nv(
          name: start.map { unsafe $0 + field.nameStart }, value: start.map { unsafe $0 + field.valueStart },
          namelen: field.valueStart - field.nameStart, valuelen: field.valueEnd - field.valueStart,
          flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
      }
      return unsafe native.withUnsafeBufferPointer { unsafe body($0) }
    }
  }
}
