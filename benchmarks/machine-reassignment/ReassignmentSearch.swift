internal import Glibc

/// Looks for a cheaper assignment by simulated annealing over moves, exchanges and replacements of processes.
///
/// Every assignment on the way is feasible by the challenge's rules. Pure: no clock, the same seed and the same answers
/// of the caller give the same result.
///
/// Sources: Kirkpatrick, Gelatt, Vecchi: "Optimization by simulated annealing" (1983), and for this problem Portal, Ritt,
/// Borba, Buriol: "Simulated annealing for the machine reassignment problem" (2016).
package struct ReassignmentSearch {
  /// How many changes are judged between two questions to the caller.
  package static let batch = 16_384

  private var state: ReassignmentState
  private var random: SplitMix64
  private let schedule: AnnealingSchedule
  private let sizes: ProcessSizes
  private let neighbourhoods: [Int]
  /// The exponential distribution at equal steps of probability: how many temperatures a rise may be.
  private let patience: [Double]
  private var best: [Int]

  /// The cost of the cheapest assignment found so far.
  package private(set) var cost: Int
  /// How many changes have been judged.
  package private(set) var judged = 0

  /// A search from the model's start, which has to keep the rules; `ReassignmentChecker` knows whether it does.
  package init(_ model: ReassignmentModel, seed: UInt64) {
    state = ReassignmentState(model)
    random = SplitMix64(seed: seed)
    schedule = AnnealingSchedule(model, initialCost: state.cost)
    sizes = ProcessSizes(model)
    neighbourhoods = model.machines.neighbourhoods
    patience = (0..<4096).map { -log((Double($0) + 0.5) / 4096) }
    best = model.processes.homes
    cost = state.cost
  }

  /// The machine of each process in the cheapest assignment found so far.
  package var assignment: [Int] { best }

  /// Searches until the caller says that all of the budget is spent.
  ///
  /// - Parameter progress: the share of the budget that is spent, from 0 to 1; asked after every `batch` changes.
  package mutating func run(progress: () -> Double) {
    if state.machineCount < 2 || state.nothing == 0 { return }
    let start = state
    var cycle = 0
    while true {
      let share = progress()
      if share >= 1 { return }
      if schedule.cycle(share) != cycle {
        cycle = schedule.cycle(share)
        state = start
      }
      anneal(schedule.temperature(share))
      if state.cost < cost {
        best = Array(state.assignment[..<state.nothing])
        cost = state.cost
      }
    }
  }

  private mutating func anneal(_ temperature: Double) {
    for _ in 0..<Self.batch {
      let draw = random.next()
      guard let change = propose(draw >> 12) else { continue }
      let rise = state.rise(change)
      if rise <= temperature * patience[Int(truncatingIfNeeded: draw & 4095)] { state.apply(change, rise: rise) }
    }
    judged += Self.batch
  }

  /// Draws a change; `draw` holds the random bits that decide of what kind.
  @inline(__always)
  private mutating func propose(_ draw: UInt64) -> Reassignment? {
    let process = random.below(state.nothing)
    return draw & 255 < 180 ? proposeExchange(process, draw >> 8) : proposeMove(process, draw >> 8)
  }

  /// A process for one of about its size; that one comes back in its place or, if it is away from home, returns there,
  /// which is what frees room of transient resources.
  @inline(__always)
  private mutating func proposeExchange(_ process: Int, _ draw: UInt64) -> Reassignment? {
    let source = state.assignment[process]
    guard let other = sizes.similar(to: process, &random) else { return nil }
    let target = state.assignment[other]
    if target == source { return nil }
    let home = state.homes[other]
    let isReplacement = home != target && draw & 255 < 100
    return Reassignment(process: process, target: target, other: other, otherTarget: isReplacement ? home : source)
  }

  /// A process home, half of the time if it is away; otherwise to any machine, half of the time within the neighbourhood,
  /// where dependencies forbid nothing.
  @inline(__always)
  private mutating func proposeMove(_ process: Int, _ draw: UInt64) -> Reassignment? {
    let source = state.assignment[process]
    var target = state.homes[process]
    if target == source || draw & 1 == 0 {
      target = random.below(state.machineCount)
      if draw & 2 == 0 {
        var attempts = 20
        while attempts > 0 && (neighbourhoods[source] != neighbourhoods[target] || source == target) {
          target = random.below(state.machineCount)
          attempts -= 1
        }
      }
    }
    if target == source { return nil }
    return Reassignment(process: process, target: target, other: state.nothing, otherTarget: source)
  }
}

/// How the temperature falls: geometrically, and in the last tenth of the time to nearly nothing.
///
/// With few processes, where a handful of large ones decide how well it goes, this is done several times from the start.
private struct AnnealingSchedule {
  /// In units of the cost per process that is to be expected at the end.
  private static let hottest = 7.0
  private static let coldest = 1e-3
  private static let frozen = 1e-7
  private static let freezing = 0.9

  private let unit: Double
  private let cycles: Double

  init(_ model: ReassignmentModel, initialCost: Int) {
    cycles = Double(max(1, 8_000 / max(model.processCount, 1)))
    // Load above the safety capacity of all machines together cannot be avoided.
    var unavoidable = 0.01 * Double(initialCost)
    for (resource, description) in model.resources.enumerated() {
      var excess = 0
      for process in 0..<model.processCount {
        excess += model.processes.requirements[process * model.resourceCount + resource]
      }
      for machine in 0..<model.machineCount {
        excess -= model.machines.safetyCapacities[machine * model.resourceCount + resource]
      }
      unavoidable += Double(max(0, excess) * description.loadWeight)
    }
    unit = unavoidable / Double(max(model.processCount, 1))
  }

  /// How often it has started anew after a share of the budget.
  func cycle(_ share: Double) -> Int { Int(share * cycles) }

  /// The temperature after a share of the budget.
  func temperature(_ share: Double) -> Double {
    func between(_ from: Double, _ to: Double, _ share: Double) -> Double { from * exp(share * log(to / from)) }
    let share = share * cycles - Double(cycle(share))
    return unit
      * (share < Self.freezing
        ? between(Self.hottest, Self.coldest, share / Self.freezing)
        : between(Self.coldest, Self.frozen, (share - Self.freezing) / (1 - Self.freezing)))
  }
}

/// The processes in order of their size, so that similar ones are found.
private struct ProcessSizes {
  private let ordered: [Int]
  private let ranks: [Int]

  init(_ model: ReassignmentModel) {
    let resourceCount = model.resourceCount
    var totals = [Double](repeating: 0, count: resourceCount)
    for (index, capacity) in model.machines.capacities.enumerated() {
      totals[index % resourceCount] += Double(capacity)
    }
    let sizes = (0..<model.processCount).map { process in
      (0..<resourceCount).reduce(0) { sum, resource in
        sum + Double(model.processes.requirements[process * resourceCount + resource]) / max(totals[resource], 1)
      }
    }
    ordered = sizes.indices.sorted { (sizes[$0], $0) < (sizes[$1], $1) }
    var ranks = [Int](repeating: 0, count: sizes.count)
    for (rank, process) in ordered.enumerated() { ranks[process] = rank }
    self.ranks = ranks
  }

  /// Another process, mostly of about the same size.
  @inline(__always)
  func similar(to process: Int, _ random: inout SplitMix64) -> Int? {
    let draw = random.next()
    // The product of two draws makes small distances likely and leaves all possible.
    let share = Double(draw >> 40) * Double(draw >> 16 & 0xFF_FFFF) * 0x1p-48
    let distance = 1 + Int(share * Double(ranks.count - 1))
    let rank = ranks[process] + (draw & 1 == 0 ? distance : -distance)
    return ordered.indices.contains(rank) ? ordered[rank] : nil
  }
}
