internal import ClusterModel

extension JSONReader {
  /// Reads an array of node names, each looked up as it is met.
  ///
  /// A call about thousands of nodes is little else than this array, so the way that names are really written (a string,
  /// at once followed by a comma or the array's end) is read straight off the index; anything else is read piece by piece.
  mutating func readNames(_ names: NameTable) throws(WireFormatError) -> [NodeCandidate] {
    var candidates: [NodeCandidate] = []
    guard try beginArray() else { return candidates }
    // A name and its comma are two tokens, and little else follows the names.
    candidates.reserveCapacity(min(WireLimits.maximumNodes, (tokenCount - cursor) / 2 + 1))
    return try names.withLookup { lookup throws(WireFormatError) in
      var isFirst = true
      while true {
        if lookup.arePlain { readPlainNames(lookup, &isFirst, into: &candidates) }
        guard try nextElement(&isFirst) else { return candidates }
        try checkCount(ofNodes: candidates.count)
        candidates.append(try readName(lookup))
      }
    }
  }

  /// Refuses more nodes than one request may have.
  func checkCount(ofNodes count: Int) throws(WireFormatError) {
    guard count < WireLimits.maximumNodes else {
      throw WireFormatError(
        .tooLarge, at: byteOffset, "there are more than \(WireLimits.maximumNodes) nodes in one request")
    }
  }

  private mutating func readName(_ lookup: NameLookup) throws(WireFormatError) -> NodeCandidate {
    guard try peek() == UInt8(ascii: "\"") else { throw wrongType("a node's name") }
    let name = try text()
    try checkLength(name)
    let range = name.quotedRange
    let index = try name.withUTF8 { bytes in
      // SAFETY: the buffer is only read while the span is borrowed.
      unsafe bytes.withUnsafeBytes { unsafe lookup.index(of: $0) }
    }
    return NodeCandidate(index: index, name: range, echo: range)
  }

  /// Reads names for as long as they are known, plainly written, and not the last of the array.
  private mutating func readPlainNames(
    _ lookup: NameLookup, _ isFirst: inout Bool, into candidates: inout [NodeCandidate]
  ) {
    guard let base = unsafe bytes.baseAddress else { return }
    // Each turn reads the tokens at `place` (a comma, but for the first name), `place + 1` and `place + 2`.
    var place = isFirst ? cursor - 1 : cursor
    var isAtStart = isFirst
    while place + 2 < tokenCount, candidates.count < WireLimits.maximumNodes {
      // SAFETY: the tokens are inside the index, and the index's offsets inside the text.
      let comma = Int(unsafe structurals[max(place, 0)])
      let open = Int(unsafe structurals[place + 1])
      let next = Int(unsafe structurals[place + 2])
      // What follows a string at once, outside of any string, has the closing quote before it.
      let isPlain =
        unsafe (isAtStart || base[comma] == UInt8(ascii: ",")) && base[open] == UInt8(ascii: "\"")
        && (base[next] == UInt8(ascii: ",") || base[next] == UInt8(ascii: "]"))
        && base[next - 1] == UInt8(ascii: "\"") && next - open >= 2
      guard isPlain, next - open <= WireLimits.maximumStringBytes else { break }
      let name = unsafe UnsafeRawBufferPointer(start: base + open + 1, count: next - open - 2)
      guard let index = unsafe lookup.index(of: name) else { break }
      let start = UInt32(truncatingIfNeeded: open)
      let end = UInt32(truncatingIfNeeded: next)
      candidates.append(
        NodeCandidate(
          nodeIndex: Int32(truncatingIfNeeded: index), nameStart: start, nameEnd: end, echoStart: start, echoEnd: end))
      place += 2
      isAtStart = false
    }
    if !isAtStart {
      isFirst = false
      cursor = place
    }
  }
}
