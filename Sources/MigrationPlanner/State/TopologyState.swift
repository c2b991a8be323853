/// The tallies' counters, kept up to date move by move.
///
/// Tallies over few domains have a dense row. Those over many (one domain a node) share a hash table, since thousands of
/// workloads times thousands of nodes would not fit into memory and almost all counters are 0.
struct TopologyState {
  private static let denseDomains: Int32 = 64

  /// First counter of each tally's row, or -1 where the tally lives in the hash table.
  private var rowStarts: [Int32]
  private var rows: [Int32]
  private var sparse = SparseCounts()
  /// Pods in each tally over all domains (and outside of them).
  private(set) var totals: [Int32]
  private(set) var extremes: [SpreadExtremes]
  /// Spread constraints of each tally.
  private let spreadsOfTally: Ranges<Int32>

  init(_ rules: TopologyRules) {
    rowStarts = []
    rowStarts.reserveCapacity(rules.tallyCount)
    var length: Int32 = 0
    for tally in 0..<rules.tallyCount {
      let count = rules.domainCounts[Int(rules.tallyMaps[tally])]
      if count <= Self.denseDomains {
        rowStarts.append(length)
        length += count
      } else {
        rowStarts.append(-1)
      }
    }
    rows = [Int32](repeating: 0, count: Int(length))
    totals = [Int32](repeating: 0, count: rules.tallyCount)
    extremes = rules.spreads.map { spread in
      SpreadExtremes(domains: rules.domainCounts[Int(rules.tallyMaps[Int(spread.tally)])])
    }
    var lists = [[Int32]](repeating: [], count: rules.tallyCount)
    for (index, spread) in rules.spreads.enumerated() { lists[Int(spread.tally)].append(Int32(index)) }
    var ranges = Ranges<Int32>()
    for list in lists { ranges.append(list) }
    spreadsOfTally = ranges
  }

  @inline(__always)
  func count(_ tally: Int32, _ domain: Int32) -> Int32 {
    let start = rowStarts[Int(tally)]
    return start >= 0 ? rows[Int(start &+ domain)] : sparse.count(tally, domain)
  }

  private mutating func change(_ tally: Int32, _ domain: Int32, by delta: Int32) {
    let start = rowStarts[Int(tally)]
    let before: Int32
    if start >= 0 {
      before = rows[Int(start &+ domain)]
      rows[Int(start &+ domain)] = before &+ delta
    } else {
      before = sparse.add(delta, tally, domain)
    }
    for position in spreadsOfTally.range(Int(tally)) {
      extremes[Int(spreadsOfTally[position])].change(from: before, to: before &+ delta)
    }
  }

  /// Counts a pod of the profile in (`delta` 1) or out (-1) at a node.
  mutating func change(_ rules: TopologyRules, profile: Int, node: Int32, by delta: Int32) {
    for position in rules.contributions.range(profile) {
      let tally = rules.contributions[position]
      totals[Int(tally)] &+= delta
      let domain = rules.domain(tally, node)
      if domain >= 0 { change(tally, domain, by: delta) }
    }
  }
}

/// The least and greatest count of a spread constraint's domains.
struct SpreadExtremes {
  private(set) var least: Int32 = 0
  private(set) var greatest: Int32 = 0
  /// How many domains have each count.
  private var domainsWithCount: [Int32]

  init(domains: Int32) {
    domainsWithCount = [domains]
  }

  /// Takes in that one domain's count changed; counts change by one at a time, so the extremes do too.
  mutating func change(from before: Int32, to after: Int32) {
    while domainsWithCount.count <= Int(after) { domainsWithCount.append(0) }
    domainsWithCount[Int(before)] &-= 1
    domainsWithCount[Int(after)] &+= 1
    greatest = max(greatest, after)
    while greatest > 0 && domainsWithCount[Int(greatest)] == 0 { greatest &-= 1 }
    least = min(least, after)
    while least < greatest && domainsWithCount[Int(least)] == 0 { least &+= 1 }
  }
}

/// Counters by (tally, domain) that are mostly 0: open addressing with linear probing.
struct SparseCounts {
  private var keys: [UInt64] = [UInt64](repeating: .max, count: 64)
  private var counts: [Int32] = [Int32](repeating: 0, count: 64)
  private var taken = 0

  @inline(__always)
  private static func key(_ tally: Int32, _ domain: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: tally)) << 32 | UInt64(UInt32(bitPattern: domain))
  }

  @inline(__always)
  private func slot(_ key: UInt64) -> Int {
    let product = (key ^ key >> 29) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: product >> 32) & (keys.count &- 1)
  }

  @inline(__always)
  func count(_ tally: Int32, _ domain: Int32) -> Int32 {
    let wanted = Self.key(tally, domain)
    var position = slot(wanted)
    while true {
      let found = keys[position]
      if found == wanted { return counts[position] }
      if found == .max { return 0 }
      position = (position &+ 1) & (keys.count &- 1)
    }
  }

  /// Adds to a counter and returns what it was before.
  mutating func add(_ delta: Int32, _ tally: Int32, _ domain: Int32) -> Int32 {
    let wanted = Self.key(tally, domain)
    var position = slot(wanted)
    while keys[position] != wanted {
      if keys[position] == .max {
        if taken * 2 >= keys.count {
          grow()
          return add(delta, tally, domain)
        }
        keys[position] = wanted
        taken += 1
        break
      }
      position = (position &+ 1) & (keys.count &- 1)
    }
    let before = counts[position]
    counts[position] = before &+ delta
    return before
  }

  /// Moves the counters that are not 0 to a table in which they take at most a quarter.
  private mutating func grow() {
    let oldKeys = keys
    let oldCounts = counts
    let live = oldCounts.count { $0 != 0 }
    var capacity = 64
    while capacity < (live + 1) * 4 { capacity *= 2 }
    keys = [UInt64](repeating: .max, count: capacity)
    counts = [Int32](repeating: 0, count: capacity)
    taken = live
    for index in oldKeys.indices where oldCounts[index] != 0 {
      var position = slot(oldKeys[index])
      while keys[position] != .max { position = (position &+ 1) & (keys.count &- 1) }
      keys[position] = oldKeys[index]
      counts[position] = oldCounts[index]
    }
  }
}
