/// What pricing needs to know about one node. Empty text means unknown; quantities below zero count as zero.
package struct NodePricingFacts: Hashable, Sendable {
  /// The Kubernetes node name.
  package var name: String
  /// The text of annotation `dakr.devzero.io/hourly-cost`, US dollars per hour.
  package var hourlyCostAnnotation: String?
  /// `spec.providerID` as it is.
  package var providerID: String
  /// Who runs the machine; nil where neither provider ID nor labels tell.
  package var provider: CloudProvider?
  /// Such as "m5.xlarge", "Standard_D4s_v5", "n2-standard-8".
  package var instanceType: String
  /// Such as "us-east-1", "eastus", "us-central1".
  package var region: String
  /// The zone's name, such as "us-east-1a".
  package var zone: String
  /// The zone's id where it differs from its name, such as AWS "use1-az4"; spot prices are listed by it.
  package var zoneID: String
  /// How the capacity is bought.
  package var capacityType: CapacityType
  /// Allocatable CPU in thousandths of a vCPU.
  package var allocatableMilliCPU: Int64
  /// Allocatable memory in bytes.
  package var allocatableMemoryBytes: Int64
  /// Allocatable GPUs of any make.
  package var gpuCount: Int64
  /// The value of `kubernetes.io/arch`: "amd64", "arm64".
  package var architecture: String

  /// States each fact directly.
  package init(
    name: String, hourlyCostAnnotation: String? = nil, providerID: String = "", provider: CloudProvider? = nil,
    instanceType: String = "", region: String = "", zone: String = "", zoneID: String = "",
    capacityType: CapacityType = .onDemand, allocatableMilliCPU: Int64 = 0, allocatableMemoryBytes: Int64 = 0,
    gpuCount: Int64 = 0, architecture: String = ""
  ) {
    self.name = name
    self.hourlyCostAnnotation = hourlyCostAnnotation
    self.providerID = providerID
    self.provider = provider
    self.instanceType = instanceType
    self.region = region
    self.zone = zone
    self.zoneID = zoneID
    self.capacityType = capacityType
    self.allocatableMilliCPU = allocatableMilliCPU
    self.allocatableMemoryBytes = allocatableMemoryBytes
    self.gpuCount = gpuCount
    self.architecture = architecture
  }

  /// Reads a Node object's facts. `annotation` and `label` look one key up and are called with the keys of
  /// ``annotationKeys`` and ``labelKeys`` only; what they do not know is nil.
  package init(
    name: String, providerID: String, annotation: (String) -> String?, label: (String) -> String?,
    allocatableMilliCPU: Int64, allocatableMemoryBytes: Int64, gpuCount: Int64
  ) {
    let zone = Self.first(Self.zoneKeys, label) ?? ProviderID.zone(of: providerID)
    let provider = ProviderID.provider(of: providerID) ?? Self.provider(byLabels: label)
    self.init(
      name: name, hourlyCostAnnotation: annotation(Self.hourlyCostKey), providerID: providerID, provider: provider,
      instanceType: Self.first(Self.instanceTypeKeys, label) ?? "",
      region: Self.first(Self.regionKeys, label) ?? ProviderID.region(ofZone: zone, provider: provider),
      zone: zone, zoneID: label(Self.zoneIDKey) ?? "", capacityType: Self.capacityType(byLabels: label),
      allocatableMilliCPU: allocatableMilliCPU, allocatableMemoryBytes: allocatableMemoryBytes, gpuCount: gpuCount,
      architecture: Self.first(Self.architectureKeys, label) ?? "")
  }
}

/// What a provider ID (`spec.providerID`, set by the cloud controller manager) and a zone's name tell.
enum ProviderID {
  /// The provider by scheme: `aws:///zone/instance`, `gce://project/zone/instance`, `azure:///subscriptions/…`.
  static func provider(of providerID: String) -> CloudProvider? {
    switch scheme(of: providerID) {
    case "aws": .aws
    case "azure": .azure
    case "gce": .gcp
    default: nil
    }
  }

  /// What stands before the first colon: "aws", "digitalocean"; nil where there is none. Providers without list prices
  /// are known to price files by it.
  static func scheme(of providerID: String) -> String? {
    providerID.utf8.firstIndex(of: UInt8(ascii: ":")).map { String(providerID[..<$0]) }
  }

  /// The zone in an AWS or Google provider ID; empty where there is none.
  static func zone(of providerID: String) -> String {
    guard let provider = provider(of: providerID), provider != .azure else { return "" }
    let parts = providerID.split(separator: "/", omittingEmptySubsequences: true)
    // "aws:", zone, instance; or "gce:", project, zone, instance.
    let place = provider == .aws ? 1 : 2
    guard parts.count > place + 1 else { return "" }
    return String(parts[place])
  }

  /// The region that a zone's name begins with: "us-east-1a", "us-west-2-lax-1a" (an AWS local zone),
  /// "us-central1-b", "eastus-2". Empty where that cannot be told.
  static func region(ofZone zone: String, provider: CloudProvider?) -> String {
    switch provider {
    case .aws: awsRegion(ofZone: zone)
    case .gcp, .azure: zone.lastIndex(of: "-").map { String(zone[..<$0]) } ?? ""
    case nil: ""
    }
  }

  private static func awsRegion(ofZone zone: String) -> String {
    var end = zone.startIndex
    for part in zone.split(separator: "-") {
      end = part.endIndex
      guard let first = part.first, first.isASCII, first.isNumber else { continue }
      while end > part.startIndex, !zone[zone.index(before: end)].isNumber { end = zone.index(before: end) }
      return String(zone[..<end])
    }
    return ""
  }
}
