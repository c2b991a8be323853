/// The nodes that take pods, per group and by how much room they have left.
///
/// Room is the lesser of the free shares of CPU and memory, cut into 64 buckets: a node that has run out of one of them
/// is in the lowest bucket, where nobody who asks for both looks.
struct RoomIndex {
  static let bucketCount = 64

  private let groupOfNode: [Int32]
  private let shares: [SIMD2<Float>]
  private var first: [Int32]
  private var next: [Int32]
  private var previous: [Int32]
  /// `group * bucketCount + bucket`, or -1 outside of the index.
  private var slotOfNode: [Int32]
  private var isOccupied: [UInt64]

  init(nodeCount: Int, groupOfNode: [Int32], shares: [SIMD2<Float>]) {
    self.groupOfNode = groupOfNode
    self.shares = shares
    first = [Int32](repeating: -1, count: shares.count * Self.bucketCount)
    next = [Int32](repeating: -1, count: nodeCount)
    previous = next
    slotOfNode = next
    isOccupied = [UInt64](repeating: 0, count: shares.count)
  }

  /// The bucket of an amount of room in a group; of a demand, the first bucket whose nodes can hold it.
  @inline(__always)
  func bucket(_ amounts: ResourceVector, group: Int) -> Int {
    let share = min(Float(amounts[0]) * shares[group][0], Float(amounts[1]) * shares[group][1])
    return min(max(Int(share * Float(Self.bucketCount)), 0), Self.bucketCount - 1)
  }

  func contains(_ node: Int) -> Bool { slotOfNode[node] >= 0 }

  /// Enters a node, or moves it to where its room belongs.
  mutating func update(_ node: Int, room: ResourceVector) {
    let group = Int(groupOfNode[node])
    let bucket = bucket(room, group: group)
    let slot = group * Self.bucketCount + bucket
    if slotOfNode[node] == Int32(slot) { return }
    remove(node)
    slotOfNode[node] = Int32(slot)
    let head = first[slot]
    next[node] = head
    previous[node] = -1
    if head >= 0 { previous[Int(head)] = Int32(node) }
    first[slot] = Int32(node)
    isOccupied[group] |= 1 << UInt64(bucket)
  }

  mutating func remove(_ node: Int) {
    let slot = Int(slotOfNode[node])
    if slot < 0 { return }
    slotOfNode[node] = -1
    if next[node] >= 0 { previous[Int(next[node])] = previous[node] }
    if previous[node] >= 0 {
      next[Int(previous[node])] = next[node]
    } else {
      first[slot] = next[node]
      if next[node] < 0 { isOccupied[slot / Self.bucketCount] &= ~(1 << UInt64(slot % Self.bucketCount)) }
    }
  }

  /// The buckets of a group that hold nodes, as bits.
  @inline(__always)
  func occupied(_ group: Int) -> UInt64 { isOccupied[group] }

  /// The first node of a group's bucket, or -1.
  @inline(__always)
  func firstNode(_ group: Int, _ bucket: Int) -> Int32 { first[group &* Self.bucketCount &+ bucket] }

  /// The node after this one in its bucket, or -1.
  @inline(__always)
  func node(after node: Int32) -> Int32 { next[Int(node)] }
}
