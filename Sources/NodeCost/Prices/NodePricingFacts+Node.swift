package import ClusterModel

extension NodePricingFacts {
  /// What pricing needs to know of a node.
  package init(_ node: Node) {
    self.init(
      name: node.name, providerID: node.providerID, annotation: { node.annotations[$0] }, label: { node.labels[$0] },
      allocatableMilliCPU: node.allocatable.milliCPU, allocatableMemoryBytes: node.allocatable.memoryBytes,
      gpuCount: node.allocatable.gpus)
  }
}
