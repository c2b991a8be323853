/// The terms of a weighted score, each in parts of ``ScoreTerms/one``, and how they are put together.
enum ScoreTerms {
  /// A term's best value: 2^20, fine enough that the one rounding at the end decides.
  static let one: Int64 = 1 << 20

  /// Cheapest ÷ cost.
  static func cost(_ cost: Int64, cheapest: Int64?) -> Int64 {
    guard let cheapest, cost > cheapest else { return one }
    return Cost.scaled(cheapest, by: one, over: cost)
  }

  /// 1 where the fuller of CPU and memory reaches the target share with the pod on it, falling in a straight line to 0
  /// at an empty and at an overfull node; one half where usage is not known.
  static func targetAllocated(
    _ demand: PodDemandForCost, at index: Int, _ columns: CostColumns, _ usage: UsageColumns, targetPercent: Int
  ) -> Int64 {
    guard
      let ratio = ratio1024(
        demand.milliCPU, demand.memoryBytes, at: index, columns, usage.requestedMilliCPU,
        usage.requestedMemoryBytes)
    else { return one / 2 }
    let target = Int64(targetPercent) * 1024 / 100
    if ratio <= target { return one * ratio / max(target, 1) }
    guard ratio < 1024 else { return ratio == 1024 && target == 1024 ? one : 0 }
    return one * (1024 - ratio) / (1024 - target)
  }

  /// 1 up to the allowed ratio of summed limits to allocatable, falling in a straight line to 0 at twice that ratio;
  /// one half where limits are not known.
  static func limitOverProvision(
    _ demand: PodDemandForCost, at index: Int, _ columns: CostColumns, _ usage: UsageColumns, limitPercent: Int
  ) -> Int64 {
    guard
      let ratio = ratio1024(
        demand.limitMilliCPU, demand.limitMemoryBytes, at: index, columns, usage.limitMilliCPU,
        usage.limitMemoryBytes)
    else { return one / 2 }
    let allowed = Int64(limitPercent) * 1024 / 100
    guard ratio > allowed else { return one }
    return ratio >= 2 * allowed ? 0 : one * (2 * allowed - ratio) / allowed
  }

  /// The larger of the CPU and memory ratios of (taken + demanded) to allocatable in 1024ths, at most 2^20; nil where
  /// the node or what is taken on it is not known.
  private static func ratio1024(
    _ milliCPU: Int64, _ memoryBytes: Int64, at index: Int, _ columns: CostColumns, _ takenMilliCPU: [Int64],
    _ takenMemoryBytes: [Int64]
  ) -> Int64? {
    guard index >= 0, index < columns.count, index < takenMilliCPU.count, index < takenMemoryBytes.count,
      takenMilliCPU[index] >= 0, takenMemoryBytes[index] >= 0
    else { return nil }
    func ratio(_ taken: Int64, _ demanded: Int64, _ whole: Int64) -> Int64 {
      let wanted = Cost.adding(taken, demanded)
      guard wanted > 0 else { return 0 }
      return min(Cost.scaled(wanted, by: 1024, over: max(whole, 0)), 1 << 20)
    }
    return max(
      ratio(takenMilliCPU[index], milliCPU, columns.allocatableMilliCPU[index]),
      ratio(takenMemoryBytes[index], memoryBytes, columns.allocatableMemoryBytes[index]))
  }

  /// The weighted mean of terms as a score, rounded once, halves up.
  static func score(_ cost: Int64, _ target: Int64, _ limit: Int64, _ weights: ScoreWeights) -> UInt8 {
    let weighted =
      Int64(weights.cost) * cost + Int64(weights.targetAllocated) * target + Int64(weights.limitOverProvision) * limit
    let score = (20 * weighted + weights.sum * one) / (2 * weights.sum * one)
    return UInt8(clamping: min(score, 10))
  }
}

extension Scorer {
  /// The values of all three terms of one candidate.
  func terms(
    _ demand: PodDemandForCost, at index: Int, _ columns: CostColumns, _ usage: UsageColumns, cost: Int64,
    cheapest: Int64?
  ) -> (cost: Int64, target: Int64, limit: Int64) {
    (
      ScoreTerms.cost(cost, cheapest: cheapest),
      ScoreTerms.targetAllocated(demand, at: index, columns, usage, targetPercent: weights.targetPercent),
      ScoreTerms.limitOverProvision(demand, at: index, columns, usage, limitPercent: weights.limitPercent)
    )
  }

  /// Scores with more terms than cost; slower than the ratio alone by a few divisions a node.
  func appendWeightedScores(
    _ demand: PodDemandForCost, _ candidates: Span<Int32>, _ columns: CostColumns, _ usage: UsageColumns,
    _ costs: [Int64], _ summary: ScoringSummary, _ floor: UInt8, to scores: inout [UInt8]
  ) {
    for place in 0..<candidates.count {
      guard costs[place] != Self.excluded else {
        scores.append(0)
        continue
      }
      let terms = terms(
        demand, at: Int(candidates[place]), columns, usage, cost: costs[place], cheapest: summary.cheapestCost)
      scores.append(max(ScoreTerms.score(terms.cost, terms.target, terms.limit, weights), floor))
    }
  }
}
