/// What one pod asks for, as far as cost is concerned. Negative quantities count as 0.
package struct PodDemandForCost: Hashable, Sendable {
  /// Requested CPU in thousandths of a vCPU.
  package var milliCPU: Int64
  /// Requested memory in bytes.
  package var memoryBytes: Int64
  /// Requested GPUs of any make.
  package var gpuCount: Int64
  /// CPU limit in thousandths of a vCPU; 0 for none.
  package var limitMilliCPU: Int64
  /// Memory limit in bytes; 0 for none.
  package var limitMemoryBytes: Int64

  /// A demand.
  package init(
    milliCPU: Int64, memoryBytes: Int64, gpuCount: Int64 = 0, limitMilliCPU: Int64 = 0, limitMemoryBytes: Int64 = 0
  ) {
    self.milliCPU = milliCPU
    self.memoryBytes = memoryBytes
    self.gpuCount = gpuCount
    self.limitMilliCPU = limitMilliCPU
    self.limitMemoryBytes = limitMemoryBytes
  }

  /// A pod that asks for nothing still takes room: what kube-scheduler's own scoring assumes of it
  /// (pkg/scheduler/util/pod_resources.go, DefaultMilliCPURequest and DefaultMemoryRequest).
  package static let stabilisation = PodDemandForCost(milliCPU: 100, memoryBytes: 200 << 20)

  /// The demand with the stabilisation amounts for what it does not ask for, no negative quantity, and none so large
  /// (2^40 thousandths, 2^60 bytes, 2^20 GPUs) that sums could overflow.
  var stabilised: PodDemandForCost {
    PodDemandForCost(
      milliCPU: milliCPU > 0 ? min(milliCPU, 1 << 40) : Self.stabilisation.milliCPU,
      memoryBytes: memoryBytes > 0 ? min(memoryBytes, 1 << 60) : Self.stabilisation.memoryBytes,
      gpuCount: min(max(gpuCount, 0), 1 << 20),
      limitMilliCPU: min(max(limitMilliCPU, 0), 1 << 40),
      limitMemoryBytes: min(max(limitMemoryBytes, 0), 1 << 60))
  }
}

/// One node, as far as cost is concerned.
package struct NodeForCost: Hashable, Sendable {
  /// The price; nil where none is known.
  package var price: NodePrice?
  /// Allocatable CPU in thousandths of a vCPU.
  package var allocatableMilliCPU: Int64
  /// Allocatable memory in bytes.
  package var allocatableMemoryBytes: Int64
  /// Allocatable GPUs of any make.
  package var gpuCount: Int64

  /// A node.
  package init(
    price: NodePrice?, allocatableMilliCPU: Int64, allocatableMemoryBytes: Int64, gpuCount: Int64 = 0
  ) {
    self.price = price
    self.allocatableMilliCPU = allocatableMilliCPU
    self.allocatableMemoryBytes = allocatableMemoryBytes
    self.gpuCount = gpuCount
  }
}

/// What is taken on each node at one moment, as columns by dense node index. A negative number, or an index past a
/// column's end, means "not known".
package struct UsageColumns: Sendable {
  /// Summed requests of the node's pods: thousandths of a vCPU.
  package var requestedMilliCPU: [Int64]
  /// Summed requests of the node's pods: bytes.
  package var requestedMemoryBytes: [Int64]
  /// Summed limits of the node's pods: thousandths of a vCPU.
  package var limitMilliCPU: [Int64]
  /// Summed limits of the node's pods: bytes.
  package var limitMemoryBytes: [Int64]

  /// Columns that share the arrays' storage.
  package init(
    requestedMilliCPU: [Int64], requestedMemoryBytes: [Int64], limitMilliCPU: [Int64] = [],
    limitMemoryBytes: [Int64] = []
  ) {
    self.requestedMilliCPU = requestedMilliCPU
    self.requestedMemoryBytes = requestedMemoryBytes
    self.limitMilliCPU = limitMilliCPU
    self.limitMemoryBytes = limitMemoryBytes
  }

  /// Nothing is known.
  package static let unknown = UsageColumns(requestedMilliCPU: [], requestedMemoryBytes: [])
}
