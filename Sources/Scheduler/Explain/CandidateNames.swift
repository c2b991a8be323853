/// The names of one request's candidates, kept after the request is gone, in two blocks of memory.
struct CandidateNames: Sendable {
  /// The names one after another, as they stood in the request, without their quotes.
  private let bytes: [UInt8]
  /// Where each name ends in `bytes`.
  private let ends: [UInt32]

  /// Copies names out of a request.
  ///
  /// - Parameters:
  ///   - quotedRange: where a candidate's name stands in `body`, with its quotes; not shorter than these.
  ///   - body: the request's whole body.
  init<Candidate>(_ candidates: [Candidate], _ quotedRange: (Candidate) -> Range<Int>, _ body: RawSpan) {
    var byteCount = 0
    for candidate in candidates { byteCount += Self.name(quotedRange(candidate), in: body).count }
    var ends: [UInt32] = []
    ends.reserveCapacity(candidates.count)
    bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, written in
      // SAFETY: every name's range is cut to the body, and the buffer has room for the sum of their lengths.
      unsafe body.withUnsafeBytes { source in
        guard let from = source.baseAddress, let to = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
        for candidate in candidates {
          let name = Self.name(quotedRange(candidate), in: body)
          unsafe (to + written).copyMemory(from: from + name.lowerBound, byteCount: name.count)
          written += name.count
          ends.append(UInt32(truncatingIfNeeded: written))
        }
      }
    }
    self.ends = ends
  }

  /// A name's range without its quotes, inside the body whatever was given.
  @inline(__always)
  private static func name(_ quoted: Range<Int>, in body: RawSpan) -> Range<Int> {
    let upper = min(quoted.upperBound - 1, body.byteCount)
    let lower = max(0, min(quoted.lowerBound + 1, upper))
    return lower..<max(lower, upper)
  }

  var count: Int { ends.count }

  /// Bytes of memory that the names take.
  var byteCount: Int { bytes.count + ends.count * 4 }

  /// The name of a candidate.
  func name(at place: Int) -> String {
    let start = place == 0 ? 0 : Int(ends[place - 1])
    return String(decoding: bytes[start..<Int(ends[place])], as: UTF8.self)
  }
}
