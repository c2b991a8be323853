import ClusterModel
import Testing

@Suite struct PodDemandTests {
  private func container(_ milliCPU: Int64, _ memory: Int64, limit: Int64 = 0, sidecar: Bool = false)
    -> ContainerResources
  {
    ContainerResources(
      requests: ResourceAmounts(milliCPU: milliCPU, memoryBytes: memory), limits: ResourceAmounts(milliCPU: limit),
      isSidecar: sidecar)
  }

  @Test func containersAddUp() {
    let demand = PodDemand(containers: [container(100, 10), container(250, 20)])
    #expect(demand.requests == ResourceAmounts(milliCPU: 350, memoryBytes: 30, pods: 1))
  }

  @Test func theLargestInitContainerCountsWhereItExceedsTheSum() {
    let demand = PodDemand(
      containers: [container(100, 10), container(100, 10)],
      initContainers: [container(500, 5), container(50, 50)])
    #expect(demand.requests == ResourceAmounts(milliCPU: 500, memoryBytes: 50, pods: 1))
  }

  @Test func sidecarsRunBesideTheContainersAndBesideLaterInitContainers() {
    // helpers.go: the sidecar adds to the running sum, and to every init container that starts after it.
    let demand = PodDemand(
      containers: [container(100, 10)],
      initContainers: [container(300, 0), container(200, 0, sidecar: true), container(250, 0)])
    #expect(demand.requests.milliCPU == 450)
    let early = PodDemand(
      containers: [container(100, 10)],
      initContainers: [container(500, 0), container(200, 0, sidecar: true)])
    #expect(early.requests.milliCPU == 500)
  }

  @Test func overheadComesOnTopAndPodLevelResourcesReplaceTheSum() {
    let demand = PodDemand(
      containers: [container(100, 10)], overhead: ResourceAmounts(milliCPU: 7, memoryBytes: 3),
      podLevel: ContainerResources(requests: ResourceAmounts(milliCPU: 400)))
    #expect(demand.requests == ResourceAmounts(milliCPU: 407, memoryBytes: 13, pods: 1))
  }

  @Test func whatHasNoLimitCountsWithItsRequest() {
    let demand = PodDemand(containers: [container(100, 10, limit: 900), container(200, 20)])
    #expect(demand.limits.milliCPU == 1100)
    #expect(demand.limits.memoryBytes == 30)
  }

  @Test func sumsSaturate() {
    let demand = PodDemand(containers: [container(.max, 1), container(.max, 1)])
    #expect(demand.requests.milliCPU == .max)
  }
}

@Suite struct LiveMigratableTests {
  @Test(
    arguments: [
      (nil, "", false), (nil, "checkpoint", true), (nil, "gvisor", false), ("true", "", true), ("true", "gvisor", true),
      ("false", "checkpoint", false), ("yes", "checkpoint", true), ("yes", "", false), ("", "", false),
    ] as [(String?, String, Bool)])
  func theMarkWinsOverTheRuntimeClass(mark: String?, runtimeClass: String, expected: Bool) {
    let pod = Pod(namespace: "n", name: "p", uid: "u", runtimeClassName: runtimeClass, liveMigrationValue: mark)
    #expect(pod.isLiveMigratable(runtimeClasses: ["checkpoint", "other"]) == expected)
  }

  @Test func onlyTheValueTrueMakesANodeCheckpointCapable() {
    let label = WellKnownName.checkpointNodeLabel
    #expect(Node(name: "a", labels: [label: "true"]).isCheckpointCapable)
    #expect(!Node(name: "a", labels: [label: "True"]).isCheckpointCapable)
    #expect(!Node(name: "a", labels: [:]).isCheckpointCapable)
  }
}

@Suite struct ResourceAmountsTests {
  @Test func extendedResourcesStaySortedAndUnique() {
    var amounts = ResourceAmounts(extended: ["b.io/x": 2, "a.io/x": 1])
    amounts.add(ResourceAmounts(extended: ["c.io/x": 3, "a.io/x": 4]))
    #expect(amounts.extended.map(\.name) == ["a.io/x", "b.io/x", "c.io/x"])
    #expect(amounts.extended.map(\.count) == [5, 2, 3])
  }

  @Test func gpusOfAllVendorsCount() {
    let amounts = ResourceAmounts(extended: [
      "nvidia.com/gpu": 2, "amd.com/gpu": 1, "nvidia.com/mig-1g.5gb": 4, "hugepages-2Mi": 9,
    ])
    #expect(amounts.gpus == 7)
  }

  @Test func labelsFindEveryKeyAndKeepTheLastOfEqualOnes() {
    let labels = Labels([("b", "1"), ("a", "2"), ("b", "3"), ("c", "4")])
    #expect(labels.pairs.map(\.key) == ["a", "b", "c"])
    #expect(labels["b"] == "3")
    #expect(labels["bb"] == nil)
    #expect(labels[""] == nil)
  }
}
