/// What the pods on a node add up to.
package struct NodeUsage: Hashable, Sendable {
  /// Sum of requests; `pods` is the number of pods.
  package var requests: ResourceAmounts = .zero
  /// Sum of limits; what has no limit counts with its request.
  package var limits: ResourceAmounts = .zero

  package init() {}

  package mutating func add(_ demand: PodDemand) {
    requests.add(demand.requests)
    limits.add(demand.limits)
  }

  package mutating func subtract(_ demand: PodDemand) {
    requests.subtract(demand.requests)
    limits.subtract(demand.limits)
  }
}

/// The numbers that scoring reads of every node, one array a quantity, indexed by the dense node index.
///
/// Columns keep a loop over thousands of nodes in the cache: reading one number of each of 5,000 objects costs more than
/// sixty times as much.
package struct NodeColumns: Sendable {
  package var allocatableMilliCPU: [Int64] = []
  package var allocatableMemoryBytes: [Int64] = []
  package var allocatableGPUs: [Int64] = []
  package var requestedMilliCPU: [Int64] = []
  package var requestedMemoryBytes: [Int64] = []
  package var requestedGPUs: [Int64] = []
  package var limitMilliCPU: [Int64] = []
  package var limitMemoryBytes: [Int64] = []
  package var podCount: [Int64] = []
  package var isCheckpointCapable: [Bool] = []

  package init() {}

  /// Columns of the nodes themselves; what is taken on them is appended by ``append(_:)``.
  init(_ nodes: [Node]) {
    allocatableMilliCPU = nodes.map(\.allocatable.milliCPU)
    allocatableMemoryBytes = nodes.map(\.allocatable.memoryBytes)
    allocatableGPUs = nodes.map(\.allocatable.gpus)
    isCheckpointCapable = nodes.map(\.isCheckpointCapable)
  }

  mutating func reserveUsageCapacity(_ count: Int) {
    requestedMilliCPU.reserveCapacity(count)
    requestedMemoryBytes.reserveCapacity(count)
    requestedGPUs.reserveCapacity(count)
    limitMilliCPU.reserveCapacity(count)
    limitMemoryBytes.reserveCapacity(count)
    podCount.reserveCapacity(count)
  }

  mutating func append(_ usage: NodeUsage) {
    requestedMilliCPU.append(usage.requests.milliCPU)
    requestedMemoryBytes.append(usage.requests.memoryBytes)
    requestedGPUs.append(usage.requests.gpus)
    limitMilliCPU.append(usage.limits.milliCPU)
    limitMemoryBytes.append(usage.limits.memoryBytes)
    podCount.append(usage.requests.pods)
  }
}

/// The cluster at one moment: what a request is answered from.
///
/// Immutable, so that any number of threads read it without a lock; a new one is made for every change and swapped in
/// whole.
package final class ClusterSnapshot: Sendable {
  /// Grows with every snapshot that a builder makes.
  package let generation: UInt64
  /// The nodes; a node's position is its dense index in this snapshot (and in no other).
  package let nodes: [Node]
  /// Names to dense indices.
  package let names: NameTable
  /// Numbers by dense index.
  package let columns: NodeColumns
  /// What the pods on each node add up to, by dense index.
  package let usage: [NodeUsage]
  /// The number of pods known, bound or not.
  package let podCount: Int

  init(
    generation: UInt64, nodes: [Node], names: NameTable, columns: NodeColumns, usage: [NodeUsage], podCount: Int
  ) {
    self.generation = generation
    self.nodes = nodes
    self.names = names
    self.columns = columns
    self.usage = usage
    self.podCount = podCount
  }

  /// A snapshot of a cluster of which nothing is known yet.
  package static let empty: ClusterSnapshot = {
    var builder = SnapshotBuilder()
    return builder.snapshot()
  }()
}
