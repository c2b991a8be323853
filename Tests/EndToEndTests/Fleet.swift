import TestSupport

/// Nodes that several proofs use. Prices are AWS' list prices in us-east-1, US dollars per hour and vCPU in parentheses.
enum Fleet {
  /// Sizes, families and prices mixed. Cheapest per vCPU first: c6a (0.03825), m6a (0.0432), m5 (0.048), r5 (0.063),
  /// g4dn (0.094).
  static let mixed: [TestNode] = [
    .aws("m5-large-one", "m5.4xlarge", cpu: "15890m", memory: "57Gi"),
    .aws("m5-small-one", "m5.2xlarge", zone: "us-east-1b", cpu: "7910m", memory: "28Gi"),
    .aws("c6a-cheapest", "c6a.2xlarge", cpu: "7910m", memory: "14Gi"),
    .aws("m6a-second", "m6a.2xlarge", zone: "us-east-1b", cpu: "7910m", memory: "28Gi"),
    .aws("r5-dear", "r5.2xlarge", zone: "us-east-1c", cpu: "7910m", memory: "60Gi"),
    gpu,
  ]

  private static var gpu: TestNode {
    var node = TestNode.aws("g4dn-with-gpu", "g4dn.2xlarge", cpu: "7910m", memory: "29Gi")
    node.extendedResources = ["nvidia.com/gpu": "1"]
    return node
  }

  /// A pod of one CPU for the product's scheduler; seven fit on an 8-vCPU node.
  static func pod(_ name: String, schedulerName: String = "dz-scheduler") -> TestPod {
    var pod = TestPod(name, schedulerName: schedulerName)
    pod.requests = ["cpu": "1", "memory": "1Gi"]
    return pod
  }
}
