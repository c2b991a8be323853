/// Memory of one thread that scoring works in; it grows to the largest request and is then reused.
package struct ScoringScratch: Sendable {
  /// The cost of each candidate of the last request.
  var costs: [Int64] = []

  /// Empty memory.
  package init() {}

  mutating func prepare(count: Int) {
    guard costs.count != count else { return }
    if costs.count > count {
      costs.removeLast(costs.count - count)
    } else {
      costs.append(contentsOf: repeatElement(0, count: count - costs.count))
    }
  }
}

/// What scoring found about a request's candidates as a whole.
package struct ScoringSummary: Hashable, Sendable {
  /// The lowest cost, nanodollars per hour; nil where no candidate has a price.
  package var cheapestCost: Int64?
  /// What candidates without a price were taken to cost; nil where all have one or none has.
  package var assumedCost: Int64?
  /// How many candidates have no price.
  package var withoutPrice = 0
  /// How many candidates were set aside because they have GPUs and the pod asks for none, or the reverse.
  package var setAside = 0
}

extension Scorer {
  /// Finds the cheapest, and gives candidates without a price the median.
  static func settle(_ scratch: inout ScoringScratch, _ exclusion: Exclusion) -> ScoringSummary {
    var summary = ScoringSummary()
    var cheapest = Int64.max
    var priced = 0
    var costs = scratch.costs.mutableSpan
    for place in 0..<costs.count {
      let cost = costs[place]
      if cost >= 0 {
        cheapest = min(cheapest, cost)
        priced += 1
      } else if cost == excluded {
        summary.setAside += 1
      } else {
        summary.withoutPrice += 1
      }
    }
    guard priced > 0 else { return summary }
    summary.cheapestCost = cheapest
    guard summary.withoutPrice > 0 else { return summary }
    let median = select(rank: (priced - 1) / 2, in: costs.span)
    summary.assumedCost = median
    for place in 0..<costs.count where costs[place] == Cost.unknown { costs[place] = median }
    return summary
  }

  /// The cost of a rank, from 0, among the non-negative ones: a radix selection, eight bits at a time, whose time does
  /// not depend on the order of the costs.
  static func select(rank: Int, in costs: Span<Int64>) -> Int64 {
    var rank = rank
    var prefix: Int64 = 0
    var shift = 56
    while shift >= 0 {
      var histogram = InlineArray<256, Int>(repeating: 0)
      for place in 0..<costs.count {
        let cost = costs[place]
        // Bits above the present eight must be those found so far; a negative cost has its top bit set.
        if cost >= 0, ((cost ^ prefix) >> Int64(shift)) >> 8 == 0 {
          histogram[Int((cost >> Int64(shift)) & 0xFF)] += 1
        }
      }
      var bucket = 0
      while bucket < 255, rank >= histogram[bucket] {
        rank -= histogram[bucket]
        bucket += 1
      }
      prefix |= Int64(bucket) << Int64(shift)
      shift -= 8
    }
    return prefix
  }

  /// `round(10 × cheapest ÷ cost)` without dividing: a cost scores at least `s` where it is at most
  /// `20 × cheapest ÷ (2 s - 1)`, so the score is found among the ten limits by halving, without a branch.
  static func appendRatioScores(
    _ costs: [Int64], _ summary: ScoringSummary, floor: UInt8, to scores: inout [UInt8]
  ) {
    guard let cheapest = summary.cheapestCost else {
      for cost in costs { scores.append(cost == excluded ? 0 : 10) }
      return
    }
    // Descending; the rest is below every cost.
    var limits = InlineArray<16, Int64>(repeating: -1)
    for step in 0..<10 { limits[step] = 20 * cheapest / Int64(2 * step + 1) }
    let costs = costs.span
    scores.append(addingCapacity: costs.count) { output in
      for place in 0..<costs.count {
        let cost = costs[place]
        var score = cost <= limits[7] ? 8 : 0
        score += cost <= limits[score + 3] ? 4 : 0
        score += cost <= limits[score + 1] ? 2 : 0
        score += cost <= limits[score] ? 1 : 0
        output.append(cost == excluded ? 0 : max(UInt8(truncatingIfNeeded: score), floor))
      }
    }
  }
}
