/// Nodes in the order of a key, kept while keys change.
///
/// A sorted array: finding a place is a binary search, and shifting a few thousand numbers takes less time than following
/// the pointers of a tree.
struct NodeOrder {
  private var keys: [Double]
  private var isMember: [Bool]
  /// Least key first; of equal keys, the lower number.
  private(set) var nodes: [Int32] = []

  init(nodeCount: Int) {
    keys = [Double](repeating: 0, count: nodeCount)
    isMember = [Bool](repeating: false, count: nodeCount)
  }

  /// Enters a node, or moves it to where its key belongs.
  mutating func update(_ node: Int, _ key: Double) {
    remove(node)
    keys[node] = key
    isMember[node] = true
    nodes.insert(Int32(node), at: position(node))
  }

  mutating func remove(_ node: Int) {
    if !isMember[node] { return }
    nodes.remove(at: position(node))
    isMember[node] = false
  }

  /// Where the node stands, or would.
  private func position(_ node: Int) -> Int {
    var low = 0
    var high = nodes.count
    while low < high {
      let middle = (low + high) / 2
      let other = Int(nodes[middle])
      if (keys[other], other) < (keys[node], node) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
