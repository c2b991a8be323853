/// Raises the Lagrangian dual of a cover relaxation.
struct LagrangianAscent {
  private let relaxation: CoverRelaxation
  /// Rows whose demand is not covered by the nodes that stay anyway.
  let activeRows: [Int]
  /// Offer of each column to each active row, as a share of the row's demand.
  private var shares: [Double] = []
  private var prices: [Double]
  private var sizes: [Double]
  private(set) var multipliers: [Double]
  private(set) var best = 0.0

  init(_ relaxation: CoverRelaxation) {
    self.relaxation = relaxation
    activeRows = relaxation.rows.indices.filter { relaxation.rows[$0].demand > 0 }
    prices = relaxation.columns.map { Double($0.price) }
    sizes = relaxation.columnSizes.map(Double.init)
    for column in relaxation.columns {
      for row in activeRows {
        shares.append(Double(column.offers[row]) / Double(relaxation.rows[row].demand))
      }
    }
    multipliers = [Double](repeating: 0, count: activeRows.count)
  }

  /// Value of the dual at `candidate`, and its supergradient.
  private func evaluate(_ candidate: [Double], _ gradient: inout [Double]) -> Double {
    let rows = candidate.count
    var value = 0.0
    for row in 0..<rows {
      value += candidate[row]
      gradient[row] = 1
    }
    for column in prices.indices {
      var reduced = prices[column]
      for row in 0..<rows { reduced -= candidate[row] * shares[column * rows + row] }
      if reduced >= 0 { continue }
      value += reduced * sizes[column]
      for row in 0..<rows { gradient[row] -= shares[column * rows + row] * sizes[column] }
    }
    return value
  }

  /// Polyak's steps towards an estimate that shrinks while nothing improves.
  mutating func climb(steps: Int) {
    let rows = activeRows.count
    if rows == 0 || prices.isEmpty { return }
    var current = [Double](repeating: 0, count: rows)
    var gradient = current
    let ceiling = zip(prices, sizes).reduce(0) { $0 + $1.0 * $1.1 }
    var target = ceiling
    var factor = 0.5
    var idle = 0
    best = 0
    for _ in 0..<steps {
      let value = evaluate(current, &gradient)
      if value > best {
        if value > best * (1 + 1e-7) { idle = 0 }
        best = value
        multipliers = current
      } else {
        idle += 1
        if idle > 12 {
          idle = 0
          factor *= 0.7
          target = min(ceiling, best + (target - best) * 0.7)
          current = multipliers
        }
      }
      let norm = gradient.reduce(0) { $0 + $1 * $1 }
      if norm < 1e-18 || factor < 1e-9 { break }
      let step = factor * max(target - value, best * 1e-9 + 1) / norm
      for row in 0..<rows { current[row] = max(0, current[row] + step * gradient[row]) }
    }
  }

  /// Multiplier per unit of each of `count` resources; 0 for those without an active row.
  func pricesPerUnit(resources count: Int) -> [Double] {
    var result = [Double](repeating: 0, count: count)
    for (position, row) in activeRows.enumerated() {
      result[relaxation.rows[row].resource] = multipliers[position] / Double(relaxation.rows[row].demand)
    }
    return result
  }
}
