/// What the hourly cost of a pod on a node is taken to be.
package enum ScoringStrategy: String, CaseIterable, Sendable {
  /// The node's price per allocatable vCPU, or per GPU for pods that ask for GPUs: a large node is not punished for
  /// being large. Needs no knowledge of usage.
  case unit
  /// The node's price times the pod's dominant share of the node's allocatable CPU, memory and GPUs.
  case share
  /// The node's whole price.
  case node
  /// The node's price times what the pod takes of it: mostly its mean share of CPU and memory, partly what it adds to the
  /// scarcer of the two, so that room which would otherwise stay idle is cheap; dearer the more stays free. Where usage
  /// is not known of any node it is `share`.
  case marginal
}

/// How the terms of a score are weighed, and the constants of the two optional terms.
package struct ScoreWeights: Hashable, Sendable {
  /// Weight of the cost term, 0...100.
  package let cost: Int
  /// Weight of the term that prefers nodes which the pod brings up to ``targetPercent``, 0...100.
  package let targetAllocated: Int
  /// Weight of the term that penalises nodes whose summed limits exceed ``limitPercent``, 0...100.
  package let limitOverProvision: Int
  /// The share of allocatable CPU or memory, whichever is fuller, that is best, in percent, 1...100.
  package let targetPercent: Int
  /// The ratio of summed limits to allocatable, in percent, that is still free of penalty, 1...10000.
  package let limitPercent: Int

  /// Cost alone.
  package static let standard = ScoreWeights(unchecked: 1, 0, 0, 80, 180)

  private init(unchecked cost: Int, _ target: Int, _ limit: Int, _ targetPercent: Int, _ limitPercent: Int) {
    self.cost = cost
    self.targetAllocated = target
    self.limitOverProvision = limit
    self.targetPercent = targetPercent
    self.limitPercent = limitPercent
  }

  /// Weights as a user states them; throws a ``ScoreWeightsError`` that names the first value out of range.
  package init(
    cost: Int = 1, targetAllocated: Int = 0, limitOverProvision: Int = 0, targetPercent: Int = 80,
    limitPercent: Int = 180
  ) throws(ScoreWeightsError) {
    let ranges = [
      ("cost", cost, 0...100), ("targetAllocated", targetAllocated, 0...100),
      ("limitOverProvision", limitOverProvision, 0...100), ("targetPercent", targetPercent, 1...100),
      ("limitPercent", limitPercent, 1...10_000),
    ]
    for (name, value, range) in ranges where !range.contains(value) {
      throw ScoreWeightsError(
        problem: "\(name) is \(value); it must be between \(range.lowerBound) and \(range.upperBound)")
    }
    guard cost + targetAllocated + limitOverProvision > 0 else {
      throw ScoreWeightsError(problem: "all weights are 0; at least one term must count")
    }
    self.init(unchecked: cost, targetAllocated, limitOverProvision, targetPercent, limitPercent)
  }

  var isCostAlone: Bool { cost > 0 && targetAllocated == 0 && limitOverProvision == 0 }
  var sum: Int64 { Int64(cost + targetAllocated + limitOverProvision) }
}

/// Which weight is out of range, in a sentence.
package struct ScoreWeightsError: Error, Hashable, CustomStringConvertible {
  /// The sentence.
  package let problem: String
  /// The sentence.
  package var description: String { problem }
}
