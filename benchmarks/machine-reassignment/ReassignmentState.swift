/// Up to two moves that are judged and made as one: `process` goes to `target`, and `other`, which is there, makes room
/// for it and goes to `otherTarget`.
///
/// With `otherTarget` the machine that `process` leaves, it is an exchange. Where nothing has to make room, `other` is
/// the state's `nothing` and `otherTarget` the machine that `process` leaves.
struct Reassignment {
  var process: Int
  var target: Int
  var other: Int
  var otherTarget: Int
}

/// An assignment of processes to machines, with all that is needed to judge a change of it quickly.
///
/// Judging a change costs time proportional to the number of resources. Amounts are whole numbers in floating point,
/// four resources to a vector, because SSE2, which every x86-64 machine has, compares and adds these fastest; they are
/// exact below 2^53.
struct ReassignmentState {
  /// Four resources of a machine.
  private struct Lanes {
    /// Capacity less what is used.
    var room: SIMD4<Double>
    /// The same for transient resources where processes that started there still count; endless for others.
    var heldRoom: SIMD4<Double>
    /// Capacity less safety capacity.
    var reserve: SIMD4<Double>
    var loadWeight: SIMD4<Double>
  }

  /// The number of the process that is none; it requires nothing.
  let nothing: Int
  let machineCount: Int
  /// The objective's value.
  private(set) var cost = 0
  private(set) var assignment: [Int]
  private(set) var hosting: ServiceHosting
  private var moved: MovedServices
  /// By machine and four resources.
  private var lanes: [Lanes] = []
  /// What load and balance of each machine cost.
  private var machineCosts: [Double] = []

  private let laneCount: Int
  /// By process and four resources, with a row of zeros for `nothing`.
  private let requirements: [SIMD4<Double>]
  let homes: [Int]
  private let services: [Int]
  /// What it costs that a process is not at home.
  private let processCosts: [Double]
  /// By machine left and machine entered.
  private let machineMoveCosts: [Double]
  private let serviceMoveWeight: Double
  private let balances: [ReassignmentModel.Balance]

  /// The state at the start, which has to keep the rules.
  init(_ model: ReassignmentModel) {
    nothing = model.processCount
    machineCount = model.machineCount
    laneCount = (model.resourceCount + 3) / 4
    homes = model.processes.homes + [-1]
    services = model.processes.services + [-1]
    processCosts = model.processes.moveCosts.map { Double($0 * model.moveWeights.process) } + [0]
    machineMoveCosts = model.machines.moveCosts.map { Double($0 * model.moveWeights.machine) }
    serviceMoveWeight = Double(model.moveWeights.service)
    balances = model.balances
    assignment = model.processes.homes + [-1]
    hosting = ServiceHosting(model)
    moved = MovedServices(serviceCount: model.serviceCount)
    requirements =
      Self.vectors(model.processes.requirements, model.resourceCount, padding: 0)
      + [SIMD4<Double>](repeating: .zero, count: laneCount)
    fillLanes(model)
    for machine in 0..<machineCount {
      machineCosts.append(costOfMachine(machine, gaining: nothing, losing: nothing))
      cost += Int(machineCosts[machine])
    }
  }

  /// Rows of amounts as vectors, each row filled up with `padding`.
  private static func vectors(_ amounts: [Int], _ rowLength: Int, padding: Double) -> [SIMD4<Double>] {
    var vectors: [SIMD4<Double>] = []
    for row in stride(from: 0, to: amounts.count, by: rowLength) {
      for start in stride(from: row, to: row + rowLength, by: 4) {
        var vector = SIMD4<Double>(repeating: padding)
        for index in start..<min(start + 4, row + rowLength) { vector[index - start] = Double(amounts[index]) }
        vectors.append(vector)
      }
    }
    return vectors
  }

  private mutating func fillLanes(_ model: ReassignmentModel) {
    let capacities = Self.vectors(model.machines.capacities, model.resourceCount, padding: 0)
    let safeties = Self.vectors(model.machines.safetyCapacities, model.resourceCount, padding: 0)
    let weights = Self.vectors(model.resources.map(\.loadWeight), model.resourceCount, padding: 0)
    let transients = Self.vectors(model.resources.map { $0.isTransient ? 1 : 0 }, model.resourceCount, padding: 0)
    for index in capacities.indices {
      lanes.append(
        Lanes(
          room: capacities[index], heldRoom: capacities[index], reserve: capacities[index] - safeties[index],
          loadWeight: weights[index % laneCount]))
    }
    for process in 0..<nothing {
      for lane in 0..<laneCount {
        lanes[homes[process] * laneCount + lane].room -= requirements[process * laneCount + lane]
      }
    }
    for index in lanes.indices {
      lanes[index].heldRoom = lanes[index].room.replacing(with: .infinity, where: transients[index % laneCount] .== 0)
    }
  }

  /// What load and balance of a machine cost after a change there; infinite where the capacity does not allow it.
  @inline(__always)
  private func costOfMachine(_ machine: Int, gaining: Int, losing: Int) -> Double {
    let gain = gaining * laneCount
    let loss = losing * laneCount
    let heldGain = homes[gaining] == machine ? 0.0 : 1.0
    let heldLoss = homes[losing] == machine ? 0.0 : 1.0
    var sum = SIMD4<Double>.zero
    for lane in 0..<laneCount {
      let here = lanes[machine * laneCount + lane]
      let gained = requirements[gain + lane]
      let lost = requirements[loss + lane]
      let left = here.room - gained + lost
      let held = here.heldRoom - gained * heldGain + lost * heldLoss
      if any((left .< 0) .| (held .< 0)) { return .infinity }
      let excess = here.reserve - left
      sum += here.loadWeight * excess.replacing(with: 0, where: excess .< 0)
    }
    let load = (sum[0] + sum[1]) + (sum[2] + sum[3])
    return balances.isEmpty ? load : load + costOfBalances(machine, gain, loss)
  }

  private func costOfBalances(_ machine: Int, _ gain: Int, _ loss: Int) -> Double {
    func left(_ resource: Int) -> Double {
      let lane = resource / 4
      return lanes[machine * laneCount + lane].room[resource % 4] - requirements[gain + lane][resource % 4]
        + requirements[loss + lane][resource % 4]
    }
    var sum = 0.0
    for balance in balances {
      sum += Double(balance.weight) * max(0, Double(balance.target) * left(balance.first) - left(balance.second))
    }
    return sum
  }

  /// By how much the cost rises with the change; infinite where a hard rule forbids it.
  ///
  /// A change of two processes where one's service depends on the other's counts as forbidden unless both stay in their
  /// neighbourhoods.
  @inline(__always)
  func rise(_ change: Reassignment) -> Double {
    let process = change.process
    let other = change.other
    let source = assignment[process]
    if !allowsServices(change, source) { return .infinity }
    var sum = costOfMachine(change.target, gaining: process, losing: other)
    if sum == .infinity { return .infinity }
    if change.otherTarget == source {
      sum += costOfMachine(source, gaining: other, losing: process)
    } else {
      let there = costOfMachine(change.otherTarget, gaining: other, losing: nothing)
      if there == .infinity { return .infinity }
      sum += there - machineCosts[change.otherTarget] + costOfMachine(source, gaining: nothing, losing: process)
    }
    return sum - machineCosts[source] - machineCosts[change.target] + riseOfMoveCosts(change, source)
  }

  @inline(__always)
  private func allowsServices(_ change: Reassignment, _ source: Int) -> Bool {
    let service = services[change.process]
    if change.other == nothing { return hosting.allows(service, beside: -1, from: source, to: change.target) }
    let other = services[change.other]
    if service == other {
      if !hosting.canPermute(service, source, change.target, change.otherTarget) { return false }
      // To the service it is as if one process went the whole way.
      return change.otherTarget == source || hosting.allows(service, beside: -1, from: source, to: change.otherTarget)
    }
    return hosting.allows(service, beside: other, from: source, to: change.target)
      && hosting.allows(other, beside: service, from: change.target, to: change.otherTarget)
  }

  /// 1 where a process departs from home, -1 where it returns.
  @inline(__always)
  private func departure(_ home: Int, _ source: Int, _ target: Int) -> Int {
    home == source ? 1 : home == target ? -1 : 0
  }

  @inline(__always)
  private func riseOfMoveCosts(_ change: Reassignment, _ source: Int) -> Double {
    let home = homes[change.process]
    let departs = departure(home, source, change.target)
    var sum =
      Double(departs) * processCosts[change.process] + machineMoveCosts[home * machineCount + change.target]
      - machineMoveCosts[home * machineCount + source]
    var otherDeparts = 0
    if change.other != nothing {
      let home = homes[change.other]
      otherDeparts = departure(home, change.target, change.otherTarget)
      sum +=
        Double(otherDeparts) * processCosts[change.other] + machineMoveCosts[home * machineCount + change.otherTarget]
        - machineMoveCosts[home * machineCount + change.target]
    }
    if departs != 0 || otherDeparts != 0 {
      let most = moved.most(after: services[change.process], departs, services[change.other], otherDeparts)
      sum += Double(most - moved.most) * serviceMoveWeight
    }
    return sum
  }

  /// Makes a change whose `rise` is known and finite.
  mutating func apply(_ change: Reassignment, rise: Double) {
    let source = assignment[change.process]
    cost += Int(rise)
    take(change.process, from: source, to: change.target)
    if change.other != nothing { take(change.other, from: change.target, to: change.otherTarget) }
    let service = services[change.process]
    if service == services[change.other] {
      if change.otherTarget != source { hosting.move(service, from: source, to: change.otherTarget) }
    } else {
      hosting.move(service, from: source, to: change.target)
      if change.other != nothing { hosting.move(services[change.other], from: change.target, to: change.otherTarget) }
    }
    for machine in [source, change.target, change.otherTarget] {
      machineCosts[machine] = costOfMachine(machine, gaining: nothing, losing: nothing)
    }
  }

  private mutating func take(_ process: Int, from source: Int, to target: Int) {
    let home = homes[process]
    let service = services[process]
    assignment[process] = target
    for lane in 0..<laneCount {
      let amount = requirements[process * laneCount + lane]
      lanes[source * laneCount + lane].room += amount
      lanes[target * laneCount + lane].room -= amount
      if home != source { lanes[source * laneCount + lane].heldRoom += amount }
      if home != target { lanes[target * laneCount + lane].heldRoom -= amount }
    }
    if home == source { moved.count(service, by: 1) }
    if home == target { moved.count(service, by: -1) }
  }
}
