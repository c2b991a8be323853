import Testing

@testable import NodeCost

@Suite struct PricingFactsTests {
  func facts(_ labels: [String: String], providerID: String = "", annotations: [String: String] = [:])
    -> NodePricingFacts
  {
    NodePricingFacts(
      name: "n", providerID: providerID,
      annotation: {
        #expect(NodePricingFacts.annotationKeys.contains($0))
        return annotations[$0]
      },
      label: {
        #expect(NodePricingFacts.labelKeys.contains($0))
        return labels[$0]
      },
      allocatableMilliCPU: 1000, allocatableMemoryBytes: 1 << 30, gpuCount: 0)
  }

  @Test(arguments: [
    (["karpenter.sh/capacity-type": "spot"], CapacityType.spot),
    (["karpenter.sh/capacity-type": "on-demand"], .onDemand),
    (["karpenter.sh/capacity-type": "reserved"], .reserved),
    (["eks.amazonaws.com/capacityType": "SPOT"], .spot),
    (["eks.amazonaws.com/capacityType": "ON_DEMAND"], .onDemand),
    (["eks.amazonaws.com/capacityType": "CAPACITY_BLOCK"], .reserved),
    (["cloud.google.com/gke-spot": "true"], .spot),
    (["cloud.google.com/gke-spot": "false"], .onDemand),
    (["cloud.google.com/gke-preemptible": "true"], .spot),
    (["cloud.google.com/gke-provisioning": "standard"], .onDemand),
    (["cloud.google.com/gke-provisioning": "spot"], .spot),
    (["kubernetes.azure.com/scalesetpriority": "spot"], .spot),
    (["kubernetes.azure.com/scalesetpriority": "regular"], .onDemand),
    (["node-role.kubernetes.io/spot-worker": ""], .spot),
    (["node-role.kubernetes.io/spot-worker": "true"], .spot),
    (["spotinst.io/node-lifecycle": "od"], .onDemand),
    (["scheduling.cast.ai/spot": "true"], .spot),
    (["node.kubernetes.io/lifecycle": "spot"], .spot),
    (["karpenter.sh/capacity-type": "nonsense", "eks.amazonaws.com/capacityType": "SPOT"], .spot),
    ([:], .onDemand),
  ])
  func resolvesCapacityTypes(labels: [String: String], expected: CapacityType) {
    #expect(facts(labels).capacityType == expected)
  }

  @Test func prefersWellKnownLabelsToBetaOnes() {
    let both = facts([
      "node.kubernetes.io/instance-type": "m5.large", "beta.kubernetes.io/instance-type": "old",
      "failure-domain.beta.kubernetes.io/region": "us-east-1", "topology.kubernetes.io/zone": "us-east-1a",
      "topology.k8s.aws/zone-id": "use1-az4", "beta.kubernetes.io/arch": "arm64",
    ])
    #expect(both.instanceType == "m5.large")
    #expect(both.region == "us-east-1")
    #expect(both.zone == "us-east-1a")
    #expect(both.zoneID == "use1-az4")
    #expect(both.architecture == "arm64")
    #expect(both.provider == .aws)
  }

  @Test(arguments: [
    ("aws:///us-east-1a/i-0abc", CloudProvider.aws, "us-east-1"),
    ("aws:///us-west-2-lax-1a/i-0abc", .aws, "us-west-2"),
    ("aws:///us-gov-west-1b/i-0abc", .aws, "us-gov-west-1"),
    ("gce://project/us-central1-b/name", .gcp, "us-central1"),
    ("azure:///subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v", .azure, ""),
    ("kind://docker/kind/kind-worker", nil, ""), ("aws://", .aws, ""), ("", nil, ""), ("garbage", nil, ""),
    ("aws:///-/x", .aws, ""), ("gce:////", .gcp, ""),
  ])
  func readsProviderIDs(providerID: String, provider: CloudProvider?, region: String) {
    let facts = facts([:], providerID: providerID)
    #expect(facts.provider == provider)
    #expect(facts.region == region)
  }

  @Test func takesTheRegionFromTheZoneLabel() {
    let azure = facts(
      ["topology.kubernetes.io/zone": "westeurope-2"], providerID: "azure:///subscriptions/s")
    #expect(azure.region == "westeurope")
    let google = facts(["topology.kubernetes.io/zone": "us-east1-b", "cloud.google.com/gke-nodepool": "p"])
    #expect(google.region == "us-east1" && google.provider == .gcp)
  }
}
