/// The label and annotation names that pricing reads.
extension NodePricingFacts {
  /// US dollars per hour as a decimal; wins over every other source.
  package static let hourlyCostKey = "dakr.devzero.io/hourly-cost"

  /// Every annotation that ``init(name:providerID:annotation:label:allocatableMilliCPU:allocatableMemoryBytes:gpuCount:)``
  /// asks for.
  package static let annotationKeys = [hourlyCostKey]

  /// Every label that it asks for: a node cache need not keep others for pricing.
  package static let labelKeys =
    instanceTypeKeys + regionKeys + zoneKeys + [zoneIDKey] + architectureKeys + capacityKeys.map(\.key)
    + providerKeys.map(\.key)

  // Well-known names first, then what kubelets before 1.17 set
  // (kubernetes.io/docs/reference/labels-annotations-taints).
  static let instanceTypeKeys = ["node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"]
  static let regionKeys = ["topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"]
  static let zoneKeys = ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"]
  static let architectureKeys = ["kubernetes.io/arch", "beta.kubernetes.io/arch"]
  /// Set by the EKS cloud controller and Karpenter: zone names are shuffled per account, zone ids are not.
  static let zoneIDKey = "topology.k8s.aws/zone-id"

  /// How one label states the capacity type.
  struct CapacityKey: Sendable {
    let key: String
    /// What the label's presence means (unless its value is "false"); nil: the value is the capacity type.
    let meaning: CapacityType?

    init(_ key: String, means meaning: CapacityType? = nil) {
      self.key = key
      self.meaning = meaning
    }
  }

  /// The labels that state a capacity type; the first that says something wins.
  static let capacityKeys = [
    CapacityKey("karpenter.sh/capacity-type"),
    CapacityKey("eks.amazonaws.com/capacityType"),
    CapacityKey("cloud.google.com/gke-provisioning"),
    CapacityKey("cloud.google.com/gke-spot", means: .spot),
    CapacityKey("cloud.google.com/gke-preemptible", means: .spot),
    CapacityKey("kubernetes.azure.com/scalesetpriority"),
    // kOps derives the role from the EC2 instance's lifecycle (pkg/nodeidentity/aws/identify.go).
    CapacityKey("node-role.kubernetes.io/spot-worker", means: .spot),
    CapacityKey("spotinst.io/node-lifecycle"),
    CapacityKey("scheduling.cast.ai/spot", means: .spot),
    CapacityKey("node.kubernetes.io/lifecycle"),
    CapacityKey("aws.amazon.com/spot", means: .spot),
  ]

  /// Labels whose mere presence tells the provider.
  static let providerKeys: [(key: String, provider: CloudProvider)] = [
    ("eks.amazonaws.com/nodegroup", .aws),
    ("karpenter.k8s.aws/instance-family", .aws),
    ("topology.k8s.aws/zone-id", .aws),
    ("cloud.google.com/gke-nodepool", .gcp),
    ("kubernetes.azure.com/cluster", .azure),
    ("kubernetes.azure.com/agentpool", .azure),
  ]

  /// The first label of `keys` that has a non-empty value.
  static func first(_ keys: [String], _ label: (String) -> String?) -> String? {
    for key in keys {
      if let value = label(key), !value.isEmpty { return value }
    }
    return nil
  }

  /// The capacity type that labels state; on-demand where none does.
  static func capacityType(byLabels label: (String) -> String?) -> CapacityType {
    for entry in capacityKeys {
      guard let value = label(entry.key) else { continue }
      if let meaning = entry.meaning {
        if value != "false" { return meaning }
      } else if let stated = CapacityType(spelling: value) {
        return stated
      }
    }
    return .onDemand
  }

  static func provider(byLabels label: (String) -> String?) -> CloudProvider? {
    for entry in providerKeys where label(entry.key) != nil { return entry.provider }
    return nil
  }
}
