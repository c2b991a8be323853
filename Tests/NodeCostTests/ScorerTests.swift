import Testing

@testable import NodeCost

/// A node of a fleet: 4 vCPU, 16 GiB, unless told otherwise.
func node(
  usd: String?, milliCPU: Int64 = 4000, memoryBytes: Int64 = 16 << 30, gpus: Int64 = 0
) -> NodeForCost {
  let price = usd.flatMap { NanodollarsPerHour(usdText: $0) }.map {
    NodePrice(nanodollarsPerHour: $0, source: .catalogue)
  }
  return NodeForCost(
    price: price, allocatableMilliCPU: milliCPU, allocatableMemoryBytes: memoryBytes, gpuCount: gpus)
}

func scores(
  _ nodes: [NodeForCost], pod: PodDemandForCost = PodDemandForCost(milliCPU: 500, memoryBytes: 1 << 30),
  strategy: ScoringStrategy = .unit, weights: ScoreWeights = .standard, usage: UsageColumns = .unknown,
  candidates: [Int32]? = nil
) -> [Int] {
  var scratch = ScoringScratch()
  var scores: [UInt8] = []
  let candidates = candidates ?? nodes.indices.map(Int32.init)
  _ = Scorer(strategy: strategy, weights: weights).score(
    pod, candidates: candidates.span, columns: CostColumns(nodes), usage: usage, scratch: &scratch, into: &scores)
  return scores.map(Int.init)
}

@Suite struct ScorerTests {
  @Test func scoresTheRatioToTheCheapest() {
    let fleet = ["0.10", "0.10", "0.101", "0.15", "0.20", "0.40", "1", "2.0", "2.1"].map { node(usd: $0) }
    // 10 × 0.10 ÷ 2.0 is one half, which rounds up.
    #expect(scores(fleet) == [10, 10, 10, 7, 5, 3, 1, 1, 0])
  }

  @Test func doesNotPunishLargeNodes() {
    let fleet = [node(usd: "0.10", milliCPU: 2000), node(usd: "0.80", milliCPU: 16_000)]
    #expect(scores(fleet) == [10, 10])
    #expect(scores(fleet, strategy: .node) == [10, 1])
  }

  @Test func chargesTheDominantShare() {
    let manyCores = node(usd: "0.20", milliCPU: 8000, memoryBytes: 16 << 30)
    let muchMemory = node(usd: "0.20", milliCPU: 4000, memoryBytes: 32 << 30)
    let memoryPod = PodDemandForCost(milliCPU: 100, memoryBytes: 8 << 30)
    let cpuPod = PodDemandForCost(milliCPU: 2000, memoryBytes: 1 << 30)
    #expect(scores([manyCores, muchMemory], pod: memoryPod, strategy: .share) == [5, 10])
    #expect(scores([manyCores, muchMemory], pod: cpuPod, strategy: .share) == [10, 5])
  }

  @Test func countsAMissingPriceAsTheLowerMedian() {
    #expect(scores([node(usd: "0.1"), node(usd: nil), node(usd: "0.2"), node(usd: "0.4")]) == [10, 5, 5, 3])
    #expect(scores([node(usd: "0.1"), node(usd: nil), node(usd: "0.4")]) == [10, 10, 3])
    #expect(scores([node(usd: nil), node(usd: nil)]) == [10, 10])
    #expect(
      scores([node(usd: "0.1"), node(usd: "0.2")], candidates: [-1, 1, 7, 0, Int32.max]) == [10, 5, 10, 10, 10])
    #expect(scores([]) == [])
  }

  @Test func keepsGPUNodesFreeUnlessNothingElseFits() {
    let gpu = node(usd: "0.05", gpus: 1)
    #expect(scores([gpu, node(usd: "0.1"), node(usd: "9")]) == [0, 10, 1])
    #expect(scores([gpu, node(usd: "0.1", gpus: 4)]) == [10, 5])
    #expect(scores([gpu, node(usd: nil)]) == [0, 10])
  }

  @Test func chargesGPUPodsByTheGPU() {
    let pod = PodDemandForCost(milliCPU: 1000, memoryBytes: 1 << 30, gpuCount: 1)
    let fleet = [node(usd: "1", gpus: 1), node(usd: "4", gpus: 8), node(usd: "0.01"), node(usd: nil, gpus: 1)]
    #expect(scores(fleet, pod: pod) == [5, 10, 0, 10])
    #expect(scores(Array(fleet[0...1]), pod: pod) == [5, 10])
    #expect(scores([node(usd: "0.1"), node(usd: "0.2")], pod: pod) == [10, 5], "nobody has a GPU")
    // One of eight GPUs is less than one of four vCPUs: the vCPU dominates, and costs as much as the other's GPU.
    #expect(scores(Array(fleet[0...1]), pod: pod, strategy: .share) == [10, 10])
  }

  @Test func ordersSpotAndOnDemandByPrice() {
    #expect(scores([node(usd: "0.192"), node(usd: "0.0672")]) == [4, 10])
  }

  @Test func nothingAllocatableIsInfinitelyDear() {
    #expect(scores([node(usd: "0.1", milliCPU: 0), node(usd: "0.1")]) == [0, 10])
    #expect(scores([node(usd: "0.1", milliCPU: -5, memoryBytes: -5)]) == [10])
  }

  @Test func freeNodesWin() {
    #expect(scores([node(usd: "0"), node(usd: "0.1"), node(usd: "0")]) == [10, 0, 10])
  }

  @Test func marginalPrefersFullNodesAndFallsBackToShare() {
    let fleet = [node(usd: "0.1"), node(usd: "0.1"), node(usd: "0.1"), node(usd: "0.1")]
    let usage = UsageColumns(
      requestedMilliCPU: [3500, 2000, 0, -1], requestedMemoryBytes: [Int64](repeating: 0, count: 4))
    // Shares of an eighth and a sixteenth, the node's scarcer share grows by an eighth: 0.7 × 3/32 + 0.3 × 1/8 of the
    // price, times 1, 1 + 3/16, 1 + 7/16 and, where usage is not known, 1 + 1/4.
    #expect(scores(fleet, strategy: .marginal, usage: usage) == [10, 8, 7, 8])
    #expect(scores(fleet, strategy: .marginal) == [10, 10, 10, 10])
    let sizes = [node(usd: "0.1"), node(usd: "0.1", milliCPU: 8000, memoryBytes: 8 << 30)]
    #expect(scores(sizes, strategy: .marginal) == scores(sizes, strategy: .share))
    let cost = hourlyCost(
      of: PodDemandForCost(milliCPU: 500, memoryBytes: 1 << 30), on: fleet[1], strategy: .marginal,
      requestedMilliCPU: 2000, requestedMemoryBytes: 0)
    #expect(cost == Int64(100_000_000 * (0.7 * 3 / 32 + 0.3 / 8)) * (1024 + 192) / 1024)
  }

  @Test func marginalFillsWhatWouldStayIdle() {
    // CPU is left over on the first node, whose memory is nearly taken, and scarce on the second.
    let fleet = [node(usd: "0.1"), node(usd: "0.1")]
    let usage = UsageColumns(requestedMilliCPU: [500, 2500], requestedMemoryBytes: [14 << 30, 2 << 30])
    let pod = PodDemandForCost(milliCPU: 1000, memoryBytes: 256 << 20)
    #expect(scores(fleet, pod: pod, strategy: .marginal, usage: usage) == [10, 6])
  }

  @Test func podsThatAskForNothingCountAsSmallOnes() {
    let fleet = [node(usd: "0.1"), node(usd: "0.3")]
    for strategy in ScoringStrategy.allCases {
      #expect(scores(fleet, pod: PodDemandForCost(milliCPU: 0, memoryBytes: 0), strategy: strategy) == [10, 3])
      #expect(
        scores(fleet, pod: PodDemandForCost(milliCPU: -9, memoryBytes: Int64.min), strategy: strategy) == [10, 3])
    }
  }

  @Test func weighsTheOptionalTerms() throws {
    let fleet = [node(usd: "0.1"), node(usd: "0.1"), node(usd: "0.1"), node(usd: "0.1")]
    let pod = PodDemandForCost(milliCPU: 400, memoryBytes: 1, limitMilliCPU: 800)
    let usage = UsageColumns(
      requestedMilliCPU: [2800, 0, 3600, -1], requestedMemoryBytes: [0, 0, 0, 0],
      limitMilliCPU: [6400, 13_600, 10_000, -1], limitMemoryBytes: [0, 0, 0, 0])
    let target = try ScoreWeights(cost: 0, targetAllocated: 1)
    // 80 % is the target; 10 % is an eighth of it; a full node and one of unknown usage.
    #expect(scores(fleet, pod: pod, weights: target, usage: usage) == [10, 1, 0, 5])
    let limits = try ScoreWeights(cost: 0, limitOverProvision: 3)
    // 180 % is allowed; 360 % is twice that; 270 % is half way.
    #expect(scores(fleet, pod: pod, weights: limits, usage: usage) == [10, 0, 5, 5])
    let mixed = try ScoreWeights(cost: 1, targetAllocated: 1)
    #expect(scores(fleet, pod: pod, weights: mixed, usage: usage) == [10, 6, 5, 8])
  }

  @Test(arguments: [
    (-1, 0, 0, 80, 180, "cost"), (101, 0, 0, 80, 180, "cost"), (0, 0, 0, 80, 180, "all weights"),
    (1, 0, 0, 0, 180, "targetPercent"), (1, 0, 0, 80, 0, "limitPercent"), (1, 0, 200, 80, 180, "limitOverProvision"),
  ])
  func refusesWeights(cost: Int, target: Int, limit: Int, percent: Int, ratio: Int, word: String) {
    #expect {
      try ScoreWeights(
        cost: cost, targetAllocated: target, limitOverProvision: limit, targetPercent: percent, limitPercent: ratio)
    } throws: {
      ($0 as? ScoreWeightsError)?.problem.contains(word) == true
    }
  }

  @Test func explainsWhatItDid() throws {
    let fleet = [node(usd: "0.1"), node(usd: nil), node(usd: "0.2"), node(usd: "1", gpus: 1)]
    let candidates: [Int32] = [3, 0, 1, 2]
    let pod = PodDemandForCost(milliCPU: 500, memoryBytes: 1 << 30)
    let found = Scorer().explain(pod, candidates: candidates.span, columns: CostColumns(fleet))
    #expect(found.map(\.score) == [0, 10, 10, 5])
    #expect(found.map(\.source) == [.catalogue, .catalogue, .assumed, .catalogue])
    #expect(found.map(\.setAside) == [.gpuNodeForCPUPod, nil, nil, nil])
    #expect(found.map { $0.cost?.description } == [nil, "0.025", "0.025", "0.05"])
    #expect(found[1].nanodollarsPerHour?.description == "0.1" && found[2].nanodollarsPerHour == nil)
    #expect(found[3].terms == [.init(name: "cost", weight: 1, permille: 500)])
    #expect(found.allSatisfy { $0.unit == .perVCPU && $0.cheapestCost?.description == "0.025" })
  }
}
