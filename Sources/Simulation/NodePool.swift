import NodeCost

/// The nodes of a replay as columns by slot; a removed node's slot is given to the next one that is added.
struct NodePool {
  /// What is free. In a slot without a node, CPU is -1: no pod fits.
  private(set) var freeMilliCPU: [Int64] = []
  private(set) var freeMemoryMebibytes: [Int64] = []
  private(set) var freeGPUs: [Int64] = []
  private(set) var freePods: [Int64] = []
  /// What the node offers.
  private(set) var milliCPU: [Int64] = []
  private(set) var memoryMebibytes: [Int64] = []
  private(set) var gpus: [Int64] = []
  /// The node's group, by its place in the fleet.
  private(set) var group: [Int] = []
  /// When the node was added.
  private(set) var addedSeconds: [Int64] = []
  /// The pods on each node, by their place in the trace.
  private(set) var pods: [[Int32]] = []
  /// Counts changes between empty and not, and removals, so that an older plan to remove an empty node is recognised.
  private(set) var generation: [Int] = []
  /// What is taken, as our scorer reads it.
  private(set) var usage = UsageColumns(requestedMilliCPU: [], requestedMemoryBytes: [])
  /// The prices, as our scorer reads them; made anew when a node is added.
  private(set) var costs = CostColumns([])
  /// Nodes that are there now.
  private(set) var nodeCount = 0

  private var freeSlots: [Int] = []
  private let fleet: Fleet
  private let keepsCosts: Bool

  /// An empty pool. `keepsCosts` is whether anybody will read ``costs``.
  init(fleet: Fleet, keepsCosts: Bool) {
    self.fleet = fleet
    self.keepsCosts = keepsCosts
  }

  /// Slots, with a node or without.
  var slotCount: Int { freeMilliCPU.count }

  /// Whether there is a node in a slot.
  func isNode(_ slot: Int) -> Bool { freeMilliCPU[slot] >= 0 }

  /// Adds an empty node and returns its slot.
  mutating func add(group place: Int, atSeconds now: Int64) -> Int {
    let slot = freeSlots.popLast() ?? appendSlot()
    let offer = fleet.groups[place].allocatable
    freeMilliCPU[slot] = offer.milliCPU
    freeMemoryMebibytes[slot] = offer.memoryMebibytes
    freeGPUs[slot] = offer.gpus
    freePods[slot] = fleet.groups[place].maximumPods
    milliCPU[slot] = offer.milliCPU
    memoryMebibytes[slot] = offer.memoryMebibytes
    gpus[slot] = offer.gpus
    group[slot] = place
    addedSeconds[slot] = now
    usage.requestedMilliCPU[slot] = 0
    usage.requestedMemoryBytes[slot] = 0
    nodeCount += 1
    if keepsCosts { makeCosts() }
    return slot
  }

  /// Takes a node away with what is on it, and returns its pods.
  mutating func remove(_ slot: Int) -> [Int32] {
    freeMilliCPU[slot] = -1
    generation[slot] += 1
    nodeCount -= 1
    freeSlots.append(slot)
    let evicted = pods[slot]
    pods[slot].removeAll(keepingCapacity: true)
    return evicted
  }

  /// Puts a pod on a node where it fits.
  mutating func place(_ pod: Int32, _ demand: Amounts, on slot: Int) {
    if pods[slot].isEmpty { generation[slot] += 1 }
    pods[slot].append(pod)
    take(demand, on: slot, pods: 1)
  }

  /// Takes a pod off its node; whether the node is now empty.
  mutating func release(_ pod: Int32, _ demand: Amounts, from slot: Int) -> Bool {
    guard let place = pods[slot].firstIndex(of: pod) else { return false }
    pods[slot].swapAt(place, pods[slot].count - 1)
    pods[slot].removeLast()
    take(
      Amounts(milliCPU: -demand.milliCPU, memoryMebibytes: -demand.memoryMebibytes, gpus: -demand.gpus), on: slot,
      pods: -1)
    guard pods[slot].isEmpty else { return false }
    generation[slot] += 1
    return true
  }

  /// The taken share of the scarcer of CPU and memory, of the GPUs on nodes that have some: what cluster-autoscaler calls
  /// utilisation (simulator/utilization/info.go).
  func utilisation(_ slot: Int) -> Double {
    func share(_ free: Int64, _ whole: Int64) -> Double { Double(whole - free) / Double(whole) }
    if gpus[slot] > 0 { return share(freeGPUs[slot], gpus[slot]) }
    return max(
      share(freeMilliCPU[slot], milliCPU[slot]), share(freeMemoryMebibytes[slot], memoryMebibytes[slot]))
  }

  private mutating func take(_ demand: Amounts, on slot: Int, pods count: Int64) {
    freeMilliCPU[slot] -= demand.milliCPU
    freeMemoryMebibytes[slot] -= demand.memoryMebibytes
    freeGPUs[slot] -= demand.gpus
    freePods[slot] -= count
    usage.requestedMilliCPU[slot] += demand.milliCPU
    usage.requestedMemoryBytes[slot] += demand.memoryMebibytes << 20
  }

  private mutating func appendSlot() -> Int {
    freeMilliCPU.append(-1)
    freeMemoryMebibytes.append(0)
    freeGPUs.append(0)
    freePods.append(0)
    milliCPU.append(0)
    memoryMebibytes.append(0)
    gpus.append(0)
    group.append(0)
    addedSeconds.append(0)
    pods.append([])
    generation.append(0)
    usage.requestedMilliCPU.append(0)
    usage.requestedMemoryBytes.append(0)
    return slotCount - 1
  }

  private mutating func makeCosts() {
    costs = CostColumns(
      prices: group.map { fleet.groups[$0].price }, allocatableMilliCPU: milliCPU,
      allocatableMemoryBytes: memoryMebibytes.map { $0 << 20 }, gpuCount: gpus)
  }
}
