/// Knows where in a client's stream of frames the next byte belongs, so that input can be taken in pieces that do not
/// cross a frame's edge. nghttp2 reads and checks the same bytes; this one only decides where they are put.
struct FrameCursor {
  /// What the next bytes are.
  enum Part: Equatable {
    /// The preface that every client begins with (RFC 9113 §3.4).
    case preface
    /// A frame's header.
    case header
    /// The payload of a DATA frame without padding.
    case data(stream: Int32)
    /// Any other payload.
    case payload
  }

  static let prefaceBytes = 24
  static let headerBytes = 9

  private(set) var part = Part.preface
  /// Bytes until the part ends; never 0.
  private(set) var remainingBytes = Self.prefaceBytes
  /// The header as far as it has come.
  private var header: [9 of UInt8] = .init(repeating: 0)

  /// Bytes have come, at most `remainingBytes`.
  mutating func advance(over bytes: UnsafeRawBufferPointer) {
    if part == .header {
      let known = Self.headerBytes - remainingBytes
      for index in 0..<min(bytes.count, remainingBytes) { unsafe header[known + index] = bytes[index] }
    }
    remainingBytes -= bytes.count
    guard remainingBytes <= 0 else { return }
    let payloadBytes = Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])
    if part == .header, payloadBytes > 0 {
      part = payloadPart
      remainingBytes = payloadBytes
    } else {
      part = .header
      remainingBytes = Self.headerBytes
    }
  }

  /// By type, flags and stream of the header (RFC 9113 §4.1, §6.1).
  private var payloadPart: Part {
    let isData = header[3] == 0
    let isPadded = header[4] & 0x8 != 0
    guard isData, !isPadded else { return .payload }
    let stream = UInt32(header[5] & 0x7f) << 24 | UInt32(header[6]) << 16 | UInt32(header[7]) << 8 | UInt32(header[8])
    return .data(stream: Int32(stream))
  }
}
