package import NodeCost

/// A kind of node that the autoscaler can add.
package struct NodeGroup: Hashable, Sendable {
  /// Such as "m6a.2xlarge" or "m5a.2xlarge spot use1-az1".
  package let name: String
  /// What a node offers to pods.
  package let allocatable: Amounts
  /// How many pods a node takes at most.
  package let maximumPods: Int64
  /// What a node costs.
  package let price: NodePrice
  /// Whether it is spot capacity, which is not always to be had.
  package let isSpot: Bool

  /// A group.
  package init(name: String, allocatable: Amounts, maximumPods: Int64, price: NodePrice, isSpot: Bool = false) {
    self.name = name
    self.allocatable = allocatable
    self.maximumPods = maximumPods
    self.price = price
    self.isSpot = isSpot
  }

  /// Whether a pod fits on an empty node of the group.
  func takes(_ demand: Amounts) -> Bool { demand.fits(into: allocatable) && maximumPods > 0 }
}

/// The kinds of nodes that a cluster consists of.
package struct Fleet: Hashable, Sendable {
  /// For people: "on-demand", "spot-mixed".
  package let name: String
  /// The kinds, in a fixed order.
  package let groups: [NodeGroup]

  /// A fleet.
  package init(name: String, groups: [NodeGroup]) {
    self.name = name
    self.groups = groups
  }

  /// Whether some group has room for a pod.
  package func takes(_ demand: Amounts) -> Bool { groups.contains { $0.takes(demand) } }
}

/// An instance type as far as a fleet is concerned.
package struct MachineType: Hashable, Sendable {
  /// AWS's name.
  package let name: String
  /// What pods can have of it.
  package let allocatable: Amounts
  /// How many pods the kubelet takes.
  package let maximumPods: Int64

  init(_ name: String, _ milliCPU: Int64, _ memoryMebibytes: Int64, _ maximumPods: Int64, gpus: Int64 = 0) {
    self.name = name
    self.allocatable = Amounts(milliCPU: milliCPU, memoryMebibytes: memoryMebibytes, gpus: gpus)
    self.maximumPods = maximumPods
  }
}

/// Capacity types without a price in the catalogue.
package struct FleetError: Error, Hashable, CustomStringConvertible {
  /// The group that cannot be priced.
  package let group: String
  /// A sentence.
  package var description: String { "no price is known of \(group) in us-east-1" }
}
