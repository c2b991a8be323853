/// Prices of resources per group of nodes, which prove a lower bound and tell the search what belongs where.
///
/// Relaxed problem: every pod is assigned (fractionally) to groups that admit it, and the open nodes of each group
/// together have to offer what is assigned to it. For any prices μ ≥ 0 per group and resource,
/// Σ_pods min over groups μ·demand + Σ_nodes min(0, price − μ·capacity) is a lower bound on the bill (nodes that are paid
/// anyway: price − μ·capacity). With the same μ in all groups this is the plain cover bound.
struct AssignmentDual {
  private let groups: NodeGroups
  private let resources: Int
  private var demands: [Double] = []
  private var counts: [Double] = []
  /// Groups that each cohort may use, as ranges.
  private var choices = Ranges<Int32>()
  // Nodes that may be closed, those alike as one column.
  private var columnGroups: [Int] = []
  private var columnPrices: [Double] = []
  private var columnSizes: [Double] = []
  private var columnOffers: [Double] = []
  /// What nodes that are paid anyway offer, per group.
  private var fixedOffers: [Double]
  /// Total offer per group, for scale.
  private var offers: [Double]
  /// Mean price of a group's nodes.
  private var priceScale: [Double]
  private var nodesOfGroup: [Double]
  private(set) var fixedBill: Int64 = 0
  /// `prices[group * resources + resource]`, in nanodollars per hour and unit.
  private(set) var prices: [Double]
  /// The bound that `prices` prove, without `fixedBill`.
  private(set) var value = -Double.infinity

  /// Work of one evaluation, in elementary steps.
  var work: Int { (choices.elements.count + columnGroups.count) * resources }

  init(_ problem: PlanningProblem, _ groups: NodeGroups, start: [Double]) {
    self.groups = groups
    resources = problem.resourceNames.count
    let size = groups.count * resources
    fixedOffers = [Double](repeating: 0, count: size)
    offers = fixedOffers
    prices = []
    priceScale = [Double](repeating: 0, count: groups.count)
    nodesOfGroup = priceScale
    for _ in 0..<groups.count { prices.append(contentsOf: start) }
    for cohort in groups.cohorts {
      counts.append(Double(cohort.count))
      for resource in 0..<resources { demands.append(Double(problem.kindDemands[Int(cohort.kind)][resource])) }
      choices.append(
        (0..<Int32(groups.count)).filter {
          groups.isAllowed[Int(cohort.kind) * groups.count + Int($0)] || $0 == cohort.homeGroup
        })
    }
    addNodes(problem)
    value = evaluate(prices)
  }

  private mutating func addNodes(_ problem: PlanningProblem) {
    struct Column: Hashable {
      var group: Int32
      var price: Int64
      var offer: ResourceVector
    }
    var used = [ResourceVector](repeating: .zero, count: problem.nodeCount)
    for pod in 0..<problem.podCount where problem.isMovable(pod) {
      used[Int(problem.podNodes[pod])] &+= problem.kindDemands[Int(problem.podKinds[pod])]
    }
    var numbers: [Column: Int] = [:]
    for node in 0..<problem.nodeCount {
      let group = Int(groups.groupOfNode[node])
      nodesOfGroup[group] += 1
      priceScale[group] += Double(problem.nodePrices[node])
      // What stands on a node may stay, even where nothing may come or more stands than the node has.
      var offer = problem.capacities[node] &- problem.immovableUse[node]
      if problem.nodeRefusals[node] != .none { offer = .zero }
      offer = offer.replacing(with: used[node], where: offer .< used[node])
      for resource in 0..<resources { offers[group * resources + resource] += Double(offer[resource]) }
      if !problem.canEmpty(node) {
        fixedBill += problem.nodePrices[node]
        for resource in 0..<resources { fixedOffers[group * resources + resource] += Double(offer[resource]) }
        continue
      }
      let column = Column(group: Int32(group), price: problem.nodePrices[node], offer: offer)
      if let number = numbers[column] {
        columnSizes[number] += 1
        continue
      }
      numbers[column] = columnGroups.count
      columnGroups.append(group)
      columnPrices.append(Double(problem.nodePrices[node]))
      columnSizes.append(1)
      for resource in 0..<resources { columnOffers.append(Double(offer[resource])) }
    }
    for group in 0..<groups.count { priceScale[group] = max(priceScale[group] / max(nodesOfGroup[group], 1), 1) }
  }

  /// What assigning a pod of a cohort to a group costs at given prices.
  @inline(__always)
  private func cost(_ cohort: Int, _ group: Int, _ prices: [Double]) -> Double {
    var cost = 0.0
    for resource in 0..<resources {
      cost += prices[group * resources + resource] * demands[cohort * resources + resource]
    }
    return cost
  }

  /// The lower bound that prices prove.
  private func evaluate(_ prices: [Double]) -> Double {
    var value = 0.0
    for cohort in counts.indices {
      var least = Double.infinity
      for position in choices.range(cohort) { least = min(least, cost(cohort, Int(choices[position]), prices)) }
      if least < .infinity { value += least * counts[cohort] }
    }
    for column in columnGroups.indices {
      let reduced = columnPrices[column] - columnCost(column, prices)
      if reduced < 0 { value += reduced * columnSizes[column] }
    }
    for index in prices.indices { value -= prices[index] * fixedOffers[index] }
    return value
  }

  @inline(__always)
  private func columnCost(_ column: Int, _ prices: [Double]) -> Double {
    var sum = 0.0
    for resource in 0..<resources {
      sum += prices[columnGroups[column] * resources + resource] * columnOffers[column * resources + resource]
    }
    return sum
  }

  /// Excess of demand over offer per group and resource at given prices, where pods and nodes decide softly.
  private func excess(_ prices: [Double], temperature: Double, _ result: inout [Double], _ scratch: inout [Double]) {
    for index in result.indices { result[index] = -fixedOffers[index] }
    for cohort in counts.indices {
      let range = choices.range(cohort)
      var least = Double.infinity
      for position in range {
        scratch[position - range.lowerBound] = cost(cohort, Int(choices[position]), prices)
        least = min(least, scratch[position - range.lowerBound])
      }
      let scale = 1 / (temperature * max(least, 1))
      var total = 0.0
      for offset in 0..<range.count {
        let distance = (scratch[offset] - least) * scale
        // A rational stand-in for exp(-x): as good for a weight, and much cheaper.
        let weight = distance > 12 ? 0 : 1 / (1 + distance * (1 + distance * (0.5 + distance * 0.4)))
        scratch[offset] = weight
        total += weight
      }
      for offset in 0..<range.count where scratch[offset] > 0 {
        let share = counts[cohort] * scratch[offset] / total
        let group = Int(choices[range.lowerBound + offset])
        for resource in 0..<resources {
          result[group * resources + resource] += share * demands[cohort * resources + resource]
        }
      }
    }
    for column in columnGroups.indices {
      let ratio = (columnCost(column, prices) / max(columnPrices[column], 1) - 1) / temperature
      let open = ratio > 1 ? 1 : ratio < -1 ? 0 : (ratio + 1) / 2
      for resource in 0..<resources {
        result[columnGroups[column] * resources + resource] -=
          open * columnSizes[column] * columnOffers[column * resources + resource]
      }
    }
  }

  /// Moves prices up where more is asked for than offered and down where less, in ever smaller steps, and keeps the best.
  mutating func climb(steps: Int) {
    var current = prices
    var excess = [Double](repeating: 0, count: prices.count)
    var scratch = [Double](repeating: 0, count: groups.count)
    for step in 0..<steps {
      let progress = Double(step) / Double(steps)
      let temperature = 0.08 * (1 - progress) + 0.002
      self.excess(current, temperature: temperature, &excess, &scratch)
      let rate = 0.08 * (1 - progress) * (1 - progress) + 0.0005
      raise(&current, excess, rate)
      if step & 3 == 3 || step == steps - 1 {
        let value = evaluate(current)
        if value > self.value {
          self.value = value
          prices = current
        }
      }
    }
  }

  /// Prices at which pods and nodes that decide softly just fit.
  ///
  /// Prices that prove a bound often leave a resource free that is scarce only where pods are sorted badly. At these, an
  /// even mixture would exceed it, so it has a price, by which a search sorts the pods.
  func softPrices(steps: Int, temperature: Double) -> [Double] {
    var current = prices
    var excess = [Double](repeating: 0, count: prices.count)
    var scratch = [Double](repeating: 0, count: groups.count)
    for step in 0..<steps {
      self.excess(current, temperature: temperature, &excess, &scratch)
      let rate = 0.1 * (1 - Double(step) / Double(steps)) + 0.002
      raise(&current, excess, rate)
    }
    return current
  }

  private func raise(_ current: inout [Double], _ excess: [Double], _ rate: Double) {
    for index in current.indices where offers[index] > 0 {
      let group = index / resources
      let relative = max(-1, min(1, excess[index] / offers[index]))
      // A price that pays for a whole node by this resource alone is the natural unit.
      let unit = priceScale[group] * nodesOfGroup[group] / offers[index]
      current[index] = max(0, current[index] + rate * relative * unit)
    }
  }

  /// What a pod of a kind costs more in a group than in its best one, per kind and group; infinite where it cannot go.
  func regrets(_ problem: PlanningProblem, _ prices: [Double]) -> [Float] {
    var regrets: [Float] = []
    regrets.reserveCapacity(problem.kindCount * groups.count)
    for kind in 0..<problem.kindCount {
      var costs: [Double] = []
      var least = Double.infinity
      for group in 0..<groups.count {
        var cost = 0.0
        for resource in 0..<resources {
          cost += prices[group * resources + resource] * Double(problem.kindDemands[kind][resource])
        }
        costs.append(cost)
        if groups.isAllowed[kind * groups.count + group] { least = min(least, cost) }
      }
      for group in 0..<groups.count {
        regrets.append(groups.isAllowed[kind * groups.count + group] ? Float(costs[group] - least) : .infinity)
      }
    }
    return regrets
  }

  /// The price of a node less what its room is worth: positive for nodes that should be emptied.
  func reducedCost(_ problem: PlanningProblem, _ node: Int, _ prices: [Double]) -> Double {
    let room = problem.capacities[node] &- problem.vanishingUse[node]
    return Double(problem.nodePrices[node]) - worth(room, group: Int(groups.groupOfNode[node]), prices)
  }

  /// What an amount is worth in a group.
  private func worth(_ amounts: ResourceVector, group: Int, _ prices: [Double]) -> Double {
    var sum = 0.0
    for resource in 0..<resources { sum += prices[group * resources + resource] * Double(amounts[resource]) }
    return sum
  }
}
