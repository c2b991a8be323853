/// A node of the test cluster as a cloud would register it: a plain object, Ready, with no kubelet behind it.
package struct TestNode: Sendable {
  package var name: String
  package var labels: [String: String]
  package var annotations: [String: String] = [:]
  package var providerID: String
  /// Kubernetes quantities, capacity and allocatable alike.
  package var cpu: String
  package var memory: String
  package var pods = 110
  package var extendedResources: [String: String] = [:]
  package var unschedulable = false

  /// The label of nodes that can dump and restore processes.
  package static let checkpointLabel = "dakr.devzero.io/checkpoint-node"

  /// An EC2 instance as EKS registers it.
  package static func aws(
    _ name: String, _ instanceType: String, zone: String = "us-east-1a", spot: Bool = false, cpu: String, memory: String
  ) -> TestNode {
    let identifier = "i-0" + String(format16(name), radix: 16)
    return TestNode(
      name: name,
      labels: [
        "eks.amazonaws.com/capacityType": spot ? "SPOT" : "ON_DEMAND"
      ].merging(wellKnown(name, instanceType, region: String(zone.dropLast()), zone: zone)) { $1 },
      providerID: "aws:///\(zone)/\(identifier)", cpu: cpu, memory: memory)
  }

  /// A Compute Engine instance as GKE registers it.
  package static func gcp(
    _ name: String, _ machineType: String, zone: String = "us-central1-a", spot: Bool = false, cpu: String,
    memory: String
  ) -> TestNode {
    var labels = wellKnown(name, machineType, region: String(zone.dropLast(2)), zone: zone)
    if spot { labels["cloud.google.com/gke-spot"] = "true" }
    return TestNode(
      name: name, labels: labels, providerID: "gce://project/\(zone)/\(name)", cpu: cpu, memory: memory)
  }

  /// An Azure machine as AKS registers it.
  package static func azure(
    _ name: String, _ size: String, region: String = "eastus", spot: Bool = false, cpu: String, memory: String
  ) -> TestNode {
    var labels = wellKnown(name, size, region: region, zone: "\(region)-1")
    if spot { labels["kubernetes.azure.com/scalesetpriority"] = "spot" }
    return TestNode(
      name: name, labels: labels,
      providerID: "azure:///subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mc/providers/"
        + "Microsoft.Compute/virtualMachineScaleSets/\(name)/virtualMachines/0",
      cpu: cpu, memory: memory)
  }

  /// A node of nobody's cloud: no provider, no instance type.
  package static func bare(_ name: String, cpu: String, memory: String) -> TestNode {
    TestNode(name: name, labels: ["kubernetes.io/hostname": name], providerID: "", cpu: cpu, memory: memory)
  }

  /// The node, able to take live-migratable pods.
  package func withCheckpointing() -> TestNode {
    var node = self
    node.labels[Self.checkpointLabel] = "true"
    return node
  }

  private static func wellKnown(
    _ name: String, _ instanceType: String, region: String, zone: String
  ) -> [String: String] {
    [
      "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
      "node.kubernetes.io/instance-type": instanceType, "topology.kubernetes.io/region": region,
      "topology.kubernetes.io/zone": zone,
    ]
  }

  /// A number that depends on the name alone, for identifiers.
  private static func format16(_ name: String) -> UInt64 {
    name.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
  }

  package var json: JSON {
    var resources: JSON = ["cpu": "\(cpu)", "memory": "\(memory)", "pods": "\(pods)", "ephemeral-storage": "80Gi"]
    for (name, amount) in extendedResources { resources[name] = .string(amount) }
    var spec: JSON = [:]
    if !providerID.isEmpty { spec["providerID"] = .string(providerID) }
    if unschedulable { spec["unschedulable"] = true }
    let ready: JSON = [
      "type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status",
      "lastHeartbeatTime": "2026-01-01T00:00:00Z", "lastTransitionTime": "2026-01-01T00:00:00Z",
    ]
    return [
      "apiVersion": "v1", "kind": "Node",
      "metadata": ["name": "\(name)", "labels": JSON(labels), "annotations": JSON(annotations)],
      "spec": spec, "status": ["capacity": resources, "allocatable": resources, "conditions": [ready]],
    ]
  }
}
