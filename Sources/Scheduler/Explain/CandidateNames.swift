internal import ClusterModel
internal import WireFormat

/// The names of one request's candidates, kept after the request is gone.
struct CandidateNames: Sendable {
  /// Where a name stands in `bytes`.
  private enum Places: Sendable {
    /// One after another; each ends here.
    case ends([UInt32])
    /// As in the request, whose bytes from `first` on these are.
    case neighbours([NodeCandidate], first: Int)
    /// In the table of the nodes' names, which snapshots share for as long as no node comes or goes.
    case table(NameTable, [Int32])
  }

  /// The names without their quotes; where they stood close together in the request, with what was between them, since
  /// one large copy costs less than many small ones.
  private let bytes: [UInt8]
  private let places: Places

  /// Refers to the names of nodes that are all known, or else copies them out of a request.
  ///
  /// - Parameters:
  ///   - indices: the candidates' indices in the table, or -1.
  ///   - table: the names that the request was read with.
  ///   - body: the request's whole body.
  init(_ candidates: [NodeCandidate], _ indices: [Int32], in table: NameTable, _ body: RawSpan) {
    let count = UInt32(clamping: table.count)
    if !indices.isEmpty, indices.allSatisfy({ UInt32(bitPattern: $0) < count }) {
      self.init([], .table(table, indices))
      return
    }
    // A list of names is one piece of the request, in the order of the candidates.
    if let first = candidates.first?.nameRange.lowerBound, let last = candidates.last?.nameRange.upperBound,
      first < last, last <= body.byteCount, last - first <= candidates.count * Self.usualNameBytes
    {
      // SAFETY: both ends were compared with the body's.
      let bytes = unsafe body.withUnsafeBytes { unsafe [UInt8]($0[first..<last]) }
      self.init(bytes, .neighbours(candidates, first: first))
    } else {
      self.init(candidates, \.nameRange, body)
    }
  }

  private init(_ bytes: [UInt8], _ places: Places) {
    self.bytes = bytes
    self.places = places
  }

  /// Copies names out of a request, one by one.
  ///
  /// - Parameters:
  ///   - quotedRange: where a candidate's name stands in `body`, with its quotes; not shorter than these.
  ///   - body: the request's whole body.
  init<Candidate>(_ candidates: [Candidate], _ quotedRange: (Candidate) -> Range<Int>, _ body: RawSpan) {
    var byteCount = 0
    for candidate in candidates { byteCount += Self.cut(quotedRange(candidate), to: body.byteCount).count }
    var ends: [UInt32] = []
    ends.reserveCapacity(candidates.count)
    bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, written in
      // SAFETY: every name's range is cut to the body, and the buffer has room for the sum of their lengths.
      unsafe body.withUnsafeBytes { source in
        guard let from = source.baseAddress, let to = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
        for candidate in candidates {
          let name = Self.cut(quotedRange(candidate), to: body.byteCount)
          unsafe (to + written).copyMemory(from: from + name.lowerBound, byteCount: name.count)
          written += name.count
          ends.append(UInt32(truncatingIfNeeded: written))
        }
      }
    }
    places = .ends(ends)
  }

  /// Names of nodes are at most 253 bytes; a list with more bytes a name than this has something else in between.
  private static let usualNameBytes = 272

  /// A name's range without its quotes, inside `count` bytes whatever was given.
  private static func cut(_ quoted: Range<Int>, to count: Int) -> Range<Int> {
    let upper = min(quoted.upperBound - 1, count)
    let lower = max(0, min(quoted.lowerBound + 1, upper))
    return lower..<max(lower, upper)
  }

  var count: Int {
    switch places {
    case .ends(let ends): ends.count
    case .neighbours(let candidates, _): candidates.count
    case .table(_, let indices): indices.count
    }
  }

  /// The table that the names are in, which others may share; nil where they were copied.
  var table: NameTable? {
    if case .table(let table, _) = places { table } else { nil }
  }

  /// Bytes of memory that the names take, the table not counted.
  var byteCount: Int {
    switch places {
    case .ends(let ends): bytes.count + ends.count * MemoryLayout<UInt32>.stride
    case .neighbours(let candidates, _): bytes.count + candidates.count * MemoryLayout<NodeCandidate>.stride
    case .table(_, let indices): indices.count * MemoryLayout<Int32>.stride
    }
  }

  /// The name of a candidate.
  func name(at place: Int) -> String {
    switch places {
    case .ends(let ends): text((place == 0 ? 0 : Int(ends[place - 1]))..<Int(ends[place]))
    case .neighbours(let candidates, let first):
      text(
        Self.cut(
          candidates[place].nameRange.lowerBound - first..<candidates[place].nameRange.upperBound - first,
          to: bytes.count))
    case .table(let table, let indices): table.name(at: Int(indices[place]))
    }
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}
