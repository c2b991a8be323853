/// The pieces of a `HostPriority`, each in a block of sixteen bytes that is written as a whole: copying a length that is
/// known when the program is compiled takes a tenth of the time of one that is not. As constants, so that no look-up of a
/// global comes between.
private enum ScorePiece {
  /// `{"Host":`
  @inline(__always)
  static var prefix: SIMD16<UInt8> { SIMD16(0x7B, 0x22, 0x48, 0x6F, 0x73, 0x74, 0x22, 0x3A, 0, 0, 0, 0, 0, 0, 0, 0) }
  static var prefixCount: Int { 8 }

  /// `,"Score":N}` and how many bytes of the block that is.
  @inline(__always)
  static func suffix(_ score: UInt8) -> (block: SIMD16<UInt8>, count: Int) {
    let isTen = score >= 10
    let first = isTen ? 0x31 : 0x30 + score
    let second: UInt8 = isTen ? 0x30 : 0x7D
    return (
      SIMD16(0x2C, 0x22, 0x53, 0x63, 0x6F, 0x72, 0x65, 0x22, 0x3A, first, second, 0x7D, 0, 0, 0, 0), isTen ? 12 : 11
    )
  }
}

extension ResponseWriter {
  /// Appends `{"Host":NAME,"Score":N}`, the name being the part of `request`, which is the whole body, at these offsets.
  @inline(__always)
  mutating func append(host range: Range<Int>, of request: RawSpan, score: UInt8) {
    let lower = min(max(range.lowerBound, 0), request.byteCount)
    let length = min(range.upperBound, request.byteCount) - lower
    guard length >= 0 else { return }
    unsafe withRoom(length + 3 * 16) { place in
      unsafe place.storeBytes(of: ScorePiece.prefix, as: SIMD16<UInt8>.self)
      var written = ScorePiece.prefixCount
      // SAFETY: the range was cut to the request's bounds; blocks are read only where sixteen bytes are left of it, and
      // there is room for what they write too much.
      unsafe request.withUnsafeBytes { buffer in
        guard let name = unsafe buffer.baseAddress.map({ unsafe $0 + lower }) else { return }
        if lower + length + 16 <= buffer.count {
          var offset = 0
          repeat {
            unsafe place.storeBytes(
              of: name.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self), toByteOffset: written + offset,
              as: SIMD16<UInt8>.self)
            offset &+= 16
          } while offset < length
        } else {
          unsafe (place + written).copyMemory(from: name, byteCount: length)
        }
      }
      written += length
      let suffix = ScorePiece.suffix(score)
      unsafe place.storeBytes(of: suffix.block, toByteOffset: written, as: SIMD16<UInt8>.self)
      return written + suffix.count
    }
  }
}
