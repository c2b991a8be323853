/// Nodes to close and others to open at once.
struct OpenSetChange {
  var closing: [Int] = []
  var opening: [Int] = []

  /// Some of the open nodes, at least one, and perhaps some of the closed ones. `open` is not empty.
  static func random(
    closing open: [Int], atMost mostClosed: Int, opening closed: [Int], atMost mostOpened: Int,
    _ random: inout SplitMix64
  ) -> OpenSetChange {
    OpenSetChange(
      closing: some(1 + random.below(min(mostClosed, open.count)), of: open, &random),
      opening: some(random.below(min(mostOpened, closed.count) + 1), of: closed, &random))
  }

  private static func some(_ count: Int, of nodes: [Int], _ random: inout SplitMix64) -> [Int] {
    var chosen: [Int] = []
    while chosen.count < count {
      let node = nodes[random.below(nodes.count)]
      if !chosen.contains(node) { chosen.append(node) }
    }
    return chosen
  }

  /// A random number per node, by which sets of nodes are told apart.
  static func tokens(nodeCount: Int) -> [UInt64] {
    var generator = SplitMix64(seed: 7)
    return (0..<nodeCount).map { _ in generator.next() }
  }

  /// By how much the bill of an hour falls.
  func saving(_ prices: [Int64]) -> Int64 {
    closing.reduce(0) { $0 &+ prices[$1] } &- opening.reduce(0) { $0 &+ prices[$1] }
  }

  /// What identifies the set of open nodes after the change, by what identified it before: the exclusive or over the
  /// random numbers of the open nodes.
  func token(from token: UInt64, _ tokens: [UInt64]) -> UInt64 {
    (closing + opening).reduce(token) { $0 ^ tokens[$1] }
  }
}

extension EjectionRepacking {
  /// Opens and closes nodes and packs what stood on the closed ones; gives false, and leaves a mess, where it cannot.
  ///
  /// With `leavesFreePods` only pods under rules between pods are packed, and the others stay for somebody else to place.
  mutating func apply(
    _ change: OpenSetChange, _ packing: inout Packing, budget: Int, leavesFreePods: Bool = false
  ) -> Bool {
    for node in change.opening { packing.flip(node) }
    var pool: [Int] = []
    for node in change.closing {
      packing.flip(node)
      for pod in packing.state.pods(on: node).map(Int.init) {
        let isFree = packing.problem.isFree(pod)
        if isFree && leavesFreePods { continue }
        if isFree { packing.lift(pod) }
        pool.append(pod)
      }
    }
    pool.sort { (packing.size($0), $1) < (packing.size($1), $0) }
    return placeAll(pool, &packing, budget: budget)
  }
}
