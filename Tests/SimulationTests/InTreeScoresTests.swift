import Testing

@testable import Simulation

/// Numbers computed by hand from the formulas of kube-scheduler 1.36.
@Suite struct InTreeScoresTests {
  static let node = NodeAmounts(milliCPU: 4000, memoryMebibytes: 10_000)

  @Test(arguments: [
    // 75 and 80 free; 25 and 20 taken; |0.25 - 0.2| / 2 = 0.025.
    (NodeAmounts(milliCPU: 1000, memoryMebibytes: 2000), least: 77, most: 22, balanced: 97),
    // 33.3 and 10 free, each rounded down before the mean.
    (NodeAmounts(milliCPU: 2668, memoryMebibytes: 9000), least: 21, most: 78, balanced: 88),
    (NodeAmounts(milliCPU: 0, memoryMebibytes: 0), least: 100, most: 0, balanced: 100),
    (NodeAmounts(milliCPU: 4000, memoryMebibytes: 0), least: 50, most: 50, balanced: 50),
    (NodeAmounts(milliCPU: 4000, memoryMebibytes: 10_000), least: 0, most: 100, balanced: 100),
    // Pods that ask for nothing count in these scores: more than all can be taken.
    (NodeAmounts(milliCPU: 5000, memoryMebibytes: 10_000), least: 0, most: 100, balanced: 100),
  ])
  func scoresAreThoseOfTheFormulas(requested: NodeAmounts, least: Int64, most: Int64, balanced: Int64) {
    #expect(InTreeScores.leastAllocated(requested, of: Self.node) == least)
    #expect(InTreeScores.mostAllocated(requested, of: Self.node) == most)
    #expect(InTreeScores.balanced(requested, of: Self.node) == balanced)
  }

  @Test func largeNodesAreComputedLikeSmallOnes() {
    let large = NodeAmounts(milliCPU: 4000 << 20, memoryMebibytes: 10_000 << 20)
    let requested = NodeAmounts(milliCPU: 1000 << 20, memoryMebibytes: 2000 << 20)
    #expect(InTreeScores.leastAllocated(requested, of: large) == 77)
    #expect(InTreeScores.mostAllocated(requested, of: large) == 22)
  }
}

extension NodeAmounts: CustomTestStringConvertible {
  /// The two numbers with their units.
  public var testDescription: String { "\(milliCPU)m, \(memoryMebibytes) MiB" }
}
