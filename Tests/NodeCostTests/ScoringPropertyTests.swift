import TestSupport
import Testing

@testable import NodeCost

/// Random fleets, from sensible to absurd, in which the invariants of scoring must hold.
@Suite struct ScoringPropertyTests {
  struct Round {
    let nodes: [NodeForCost]
    let pod: PodDemandForCost
    let usage: UsageColumns
    let strategy: ScoringStrategy
  }

  static func rounds(_ count: Int, seed: UInt64, _ body: (Round, inout SeededGenerator) throws -> Void) rethrows {
    var generator = SeededGenerator(seed: seed)
    for number in 0..<count {
      let size = Int.random(in: 1...30, using: &generator)
      let wild = number % 3 == 0
      let nodes = (0..<size).map { _ in randomNode(wild: wild, &generator) }
      let columns = (0..<2).map { _ in
        (0..<size).map { _ in
          wild ? randomAmount(&generator) : Int64.random(in: -1...64_000, using: &generator)
        }
      }
      let pod = PodDemandForCost(
        milliCPU: wild ? randomAmount(&generator) : Int64.random(in: 0...8000, using: &generator),
        memoryBytes: wild ? randomAmount(&generator) : Int64.random(in: 0...(32 << 30), using: &generator),
        gpuCount: Int.random(in: 0..<4, using: &generator) == 0 ? 1 : 0,
        limitMilliCPU: randomAmount(&generator), limitMemoryBytes: randomAmount(&generator))
      let usage = UsageColumns(
        requestedMilliCPU: columns[0], requestedMemoryBytes: columns[1], limitMilliCPU: columns[1],
        limitMemoryBytes: columns[0])
      try body(
        Round(nodes: nodes, pod: pod, usage: usage, strategy: ScoringStrategy.allCases[number % 4]), &generator)
    }
  }

  private static func randomAmount(_ generator: inout SeededGenerator) -> Int64 {
    let interesting: [Int64] = [Int64.min, -1, 0, 1, 999, 1 << 30, 1 << 53, 1 << 62, Int64.max]
    return interesting.randomElement(using: &generator) ?? 0
  }

  private static func randomNode(wild: Bool, _ generator: inout SeededGenerator) -> NodeForCost {
    let price: Int64? =
      Int.random(in: 0..<8, using: &generator) == 0
      ? nil
      : wild ? randomAmount(&generator) : Int64.random(in: 5_000_000...5_000_000_000, using: &generator)
    return NodeForCost(
      price: price.map { NodePrice(nanodollarsPerHour: .init(rawValue: $0), source: .catalogue) },
      allocatableMilliCPU: wild
        ? randomAmount(&generator) : Int64.random(in: 500...128_000, using: &generator),
      allocatableMemoryBytes: wild
        ? randomAmount(&generator) : Int64.random(in: (1 << 29)...(1 << 40), using: &generator),
      gpuCount: Int.random(in: 0..<6, using: &generator) == 0 ? Int64.random(in: 1...8, using: &generator) : 0)
  }

  static func result(
    _ round: Round, nodes: [NodeForCost]? = nil, candidates: [Int32]? = nil, weights: ScoreWeights = .standard
  ) -> (scores: [Int], costs: [Int64], summary: ScoringSummary) {
    var scratch = ScoringScratch()
    var scores: [UInt8] = []
    let nodes = nodes ?? round.nodes
    let candidates = candidates ?? nodes.indices.map(Int32.init)
    let summary = Scorer(strategy: round.strategy, weights: weights).score(
      round.pod, candidates: candidates.span, columns: CostColumns(nodes), usage: round.usage, scratch: &scratch,
      into: &scores)
    return (scores.map(Int.init), scratch.costs, summary)
  }

  @Test func scoresAreTheRoundedRatioOfCosts() {
    Self.rounds(3000, seed: 10) { round, _ in
      let (scores, costs, summary) = Self.result(round)
      #expect(scores.count == round.nodes.count)
      for (score, cost) in zip(scores, costs) {
        guard cost != Scorer.excluded else {
          #expect(score == 0)
          continue
        }
        guard let cheapest = summary.cheapestCost else {
          #expect(score == 10)
          continue
        }
        #expect(cost >= cheapest && cost <= Cost.ceiling)
        // The same rounding through 128-bit integers.
        let exact = cost == 0 ? 10 : Int((20 * Int128(cheapest) + Int128(cost)) / (2 * Int128(cost)))
        #expect(score == max(exact, summary.setAside > 0 && round.pod.gpuCount <= 0 ? 1 : 0))
      }
      if let cheapest = summary.cheapestCost {
        for (score, cost) in zip(scores, costs) where cost == cheapest { #expect(score == 10) }
      }
      #expect(scores.allSatisfy { (0...10).contains($0) })
    }
  }

  @Test func columnsAgreeWithTheDefinitionOfCost() {
    Self.rounds(2000, seed: 11) { round, _ in
      let (_, costs, summary) = Self.result(round)
      guard summary.withoutPrice == 0, round.pod.gpuCount == 0 else { return }
      for index in round.nodes.indices where costs[index] != Scorer.excluded {
        let known = round.usage.requestedMilliCPU[index] >= 0 && round.usage.requestedMemoryBytes[index] >= 0
        guard known || round.strategy != .marginal else { continue }
        let cost = hourlyCost(
          of: round.pod, on: round.nodes[index], strategy: round.strategy,
          requestedMilliCPU: round.usage.requestedMilliCPU[index],
          requestedMemoryBytes: round.usage.requestedMemoryBytes[index])
        #expect(cost == costs[index])
      }
    }
  }

  @Test func theOrderOfCandidatesDoesNotMatter() throws {
    let mixed = try ScoreWeights(cost: 2, targetAllocated: 1, limitOverProvision: 1)
    Self.rounds(1000, seed: 12) { round, generator in
      for weights in [ScoreWeights.standard, mixed] {
        let straight = Self.result(round, weights: weights).scores
        let order = round.nodes.indices.shuffled(using: &generator)
        let shuffled = Self.result(round, candidates: order.map(Int32.init), weights: weights).scores
        #expect(order.map { straight[$0] } == shuffled)
      }
    }
  }

  @Test func equalNodesGetEqualScoresAndDearerOnesNeverMore() {
    Self.rounds(1000, seed: 13) { round, generator in
      let (scores, costs, _) = Self.result(round)
      for left in scores.indices {
        for right in scores.indices where costs[left] >= 0 && costs[right] >= 0 {
          if costs[left] == costs[right] { #expect(scores[left] == scores[right]) }
          if costs[left] < costs[right] { #expect(scores[left] >= scores[right]) }
        }
      }
      let index = Int.random(in: scores.indices, using: &generator)
      var nodes = round.nodes
      guard let price = nodes[index].price, price.nanodollarsPerHour.rawValue < 1 << 60 else { return }
      nodes[index].price = NodePrice(
        nanodollarsPerHour: .init(rawValue: max(price.nanodollarsPerHour.rawValue, 0) * 2), source: .catalogue)
      guard round.nodes.allSatisfy({ ($0.price?.nanodollarsPerHour.rawValue ?? -1) >= 0 }) else { return }
      #expect(Self.result(round, nodes: nodes).scores[index] <= scores[index])
    }
  }

  @Test func onePerCentIsNeverMoreThanOnePoint() {
    var generator = SeededGenerator(seed: 14)
    for _ in 0..<2000 {
      let price = Int64.random(in: 1_000_000...10_000_000_000, using: &generator)
      let cheapest = Int64.random(in: 1_000_000...price, using: &generator)
      let fleet = [cheapest, price, price + price / 100].map { nanos in
        NodeForCost(
          price: NodePrice(nanodollarsPerHour: .init(rawValue: nanos), source: .catalogue),
          allocatableMilliCPU: 4000, allocatableMemoryBytes: 16 << 30)
      }
      for strategy in ScoringStrategy.allCases {
        let found = scores(fleet, strategy: strategy)
        #expect(found[1] - found[2] <= 1 && found[1] >= found[2])
      }
    }
  }

  @Test func weightedScoresOfCostAloneAreTheRatioScores() throws {
    let scaled = try ScoreWeights(cost: 7)
    #expect(scaled.isCostAlone)
    Self.rounds(500, seed: 15) { round, _ in
      let (scores, costs, summary) = Self.result(round)
      for (score, cost) in zip(scores, costs) where cost > 0 && summary.setAside == 0 {
        let term = ScoreTerms.cost(cost, cheapest: summary.cheapestCost)
        let weighted = Int(ScoreTerms.score(term, 0, 0, scaled))
        // The term is rounded down to 2^-20, so an exact half may fall to the other side.
        #expect(weighted == score || weighted + 1 == score)
      }
    }
  }

  @Test func weightedScoresStayInRange() throws {
    let weights = try [
      ScoreWeights(cost: 100, targetAllocated: 100, limitOverProvision: 100, targetPercent: 100, limitPercent: 1),
      ScoreWeights(cost: 0, targetAllocated: 1, targetPercent: 1),
      ScoreWeights(cost: 0, limitOverProvision: 1, limitPercent: 10_000),
    ]
    Self.rounds(1500, seed: 16) { round, _ in
      for weight in weights {
        #expect(Self.result(round, weights: weight).scores.allSatisfy { (0...10).contains($0) })
      }
      var indices: [Int32] = []
      for index in round.nodes.indices { indices.append(Int32(index)) }
      let explained = Scorer(strategy: round.strategy, weights: weights[0]).explain(
        round.pod, candidates: indices.span, columns: CostColumns(round.nodes), usage: round.usage)
      #expect(explained.map(\.score) == Self.result(round, weights: weights[0]).scores)
    }
  }

  @Test func selectsLikeSorting() {
    var generator = SeededGenerator(seed: 17)
    for _ in 0..<500 {
      let costs = (0..<Int.random(in: 1...40, using: &generator)).map { _ in
        Int64.random(in: -2...Cost.ceiling, using: &generator) >> Int64.random(in: 0...57, using: &generator)
      }
      let known = costs.filter { $0 >= 0 }.sorted()
      for rank in known.indices { #expect(Scorer.select(rank: rank, in: costs.span) == known[rank]) }
    }
  }
}
