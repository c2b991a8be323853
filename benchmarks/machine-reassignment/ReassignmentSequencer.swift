/// Puts the moves to an assignment in an order in which each can be carried out.
///
/// A move can be carried out where its target has room for everything that the process requires besides all that is
/// there, and conflict, spread and dependency hold afterwards. Where all that remain wait for each other, something that
/// is in the way is sent to a third machine for a while; where that does not help either, moves are left out. What leaves
/// a machine frees all that it had there, as real moves do; at the end the challenge's stricter rule holds, by which
/// transient resources stay in use where a process started.
package struct ReassignmentSequencer {
  private let model: ReassignmentModel
  private let resourceCount: Int
  private let holdings: TransientHoldings
  /// Capacity less what is used, by machine and resource.
  private var room: [Int]
  private var hosting: ServiceHosting
  private var places: [Int]
  private var targets: [Int] = []
  private var onMachine: [[Int]]
  private var waiting: [Int] = []
  private var steps: [ReassignmentSequence.Step] = []
  private var random = SplitMix64(seed: 1)
  /// The fewest that have waited, and after how many steps.
  private var fewest = (waiting: Int.max, steps: 0)
  /// How many more times something may be sent away that is where it should be, and so has to come back.
  private var hopsLeft = 300

  package init(_ model: ReassignmentModel) {
    self.model = model
    resourceCount = model.resourceCount
    holdings = TransientHoldings(model)
    hosting = ServiceHosting(model)
    places = model.processes.homes
    room = model.machines.capacities
    onMachine = [[Int]](repeating: [], count: model.machineCount)
    for (process, machine) in places.enumerated() {
      onMachine[machine].append(process)
      take(process, from: machine, sign: -1)
    }
  }

  /// The sequence to `assignment`, which keeps the challenge's rules, or to one as near to it as can be reached.
  package consuming func sequence(to assignment: [Int]) -> ReassignmentSequence {
    targets = assignment
    waiting = places.indices.filter { places[$0] != targets[$0] }
    while true {
      moveWhatCanMove()
      if waiting.isEmpty { break }
      if waiting.count < fewest.waiting { fewest = (waiting.count, steps.count) }
      if !clearSomeWay() { giveUpOne() }
    }
    let kept = holdings.longestPrefix(steps)
    for step in steps[kept...].reversed() { places[step.process] = step.source }
    steps.removeLast(steps.count - kept)
    return ReassignmentSequence(
      steps: steps, assignment: places, leftOut: places.indices.filter { places[$0] != assignment[$0] })
  }

  private mutating func take(_ process: Int, from machine: Int, sign: Int) {
    for resource in 0..<resourceCount {
      room[machine * resourceCount + resource] +=
        sign * model.processes.requirements[process * resourceCount + resource]
    }
  }

  private func canMove(_ process: Int, to target: Int) -> Bool {
    for resource in 0..<resourceCount
    where room[target * resourceCount + resource] < model.processes.requirements[process * resourceCount + resource] {
      return false
    }
    return hosting.allows(model.processes.services[process], beside: -1, from: places[process], to: target)
  }

  private mutating func move(_ process: Int, to target: Int) {
    steps.append(ReassignmentSequence.Step(process: process, source: places[process], target: target))
    put(process, on: target)
  }

  private mutating func put(_ process: Int, on target: Int) {
    let source = places[process]
    take(process, from: source, sign: 1)
    take(process, from: target, sign: -1)
    hosting.move(model.processes.services[process], from: source, to: target)
    onMachine[source].removeAll { $0 == process }
    onMachine[target].append(process)
    places[process] = target
  }

  private mutating func undo(downTo count: Int) {
    while steps.count > count {
      let step = steps.removeLast()
      put(step.process, on: step.source)
    }
  }

  private mutating func moveWhatCanMove() {
    var before = -1
    while before != waiting.count {
      before = waiting.count
      var still: [Int] = []
      for process in waiting {
        if canMove(process, to: targets[process]) {
          move(process, to: targets[process])
        } else {
          still.append(process)
        }
      }
      waiting = still
    }
  }

  /// Makes at least one of the moves that wait possible by sending something to a third machine: if possible only one
  /// thing, and one that has to leave anyway.
  private mutating func clearSomeWay() -> Bool {
    for most in [1, 8] {
      for process in waiting where clearWay(for: process, most, onlyLeaving: true) { return true }
    }
    // Tries every pair of those that wait, so only when these are few.
    if waiting.count < 100 {
      for process in waiting where stepAside(process) { return true }
    }
    if hopsLeft <= 0 { return false }
    random.shuffle(&waiting)
    for most in [1, 8] {
      for process in waiting where clearWay(for: process, most, onlyLeaving: false) { return true }
    }
    return false
  }

  /// Sends a process that waits to a third machine if another one can move then, or itself from there.
  private mutating func stepAside(_ process: Int) -> Bool {
    let start = steps.count
    for machine in 0..<model.machineCount
    where machine != places[process] && machine != targets[process] && canMove(process, to: machine) {
      move(process, to: machine)
      if waiting.contains(where: { canMove($0, to: targets[$0]) }) { return true }
      undo(downTo: start)
    }
    return false
  }

  /// Sends up to `most` processes from the target of a process to other machines, so that it can move there, and moves it.
  private mutating func clearWay(for process: Int, _ most: Int, onlyLeaving: Bool) -> Bool {
    let target = targets[process]
    let start = steps.count
    for other in onMachine[target] where !onlyLeaving || targets[other] != target {
      guard let refuge = refuge(for: other) else { continue }
      move(other, to: refuge)
      if canMove(process, to: target) {
        if !onlyLeaving { hopsLeft -= steps.count - start }
        for step in steps[start...] where targets[step.process] == target { waiting.append(step.process) }
        move(process, to: target)
        waiting.removeAll { places[$0] == targets[$0] }
        return true
      }
      if steps.count - start == most { undo(downTo: start) }
    }
    undo(downTo: start)
    return false
  }

  /// The machine where most room is left when the process goes there.
  private mutating func refuge(for process: Int) -> Int? {
    var best: Int?
    var most = -1.0
    for machine in 0..<model.machineCount where machine != places[process] && canMove(process, to: machine) {
      var least = Double.infinity
      for resource in 0..<resourceCount {
        let index = machine * resourceCount + resource
        let left = room[index] - model.processes.requirements[process * resourceCount + resource]
        least = min(least, Double(left) / Double(max(model.machines.capacities[index], 1)))
      }
      // Some of the time at random, or the same things might go round for ever.
      least = random.next() & 3 == 0 ? Double(random.below(1 << 20)) * 0x1p-20 : least
      if least > most { (best, most) = (machine, least) }
    }
    return best
  }

  /// Goes back to when fewest waited, and lets a process stay where it is; one that is on a third machine has to go home
  /// if it can.
  private mutating func giveUpOne() {
    undo(downTo: fewest.steps)
    fewest = (.max, 0)
    hopsLeft = 50
    waiting = places.indices.filter { places[$0] != targets[$0] }
    guard let process = waiting.popLast() else { return }
    let home = model.processes.homes[process]
    if places[process] != home && targets[process] != home {
      targets[process] = home
      waiting.insert(process, at: 0)
    } else {
      targets[process] = places[process]
    }
  }
}

/// The challenge's rule that what processes had of transient resources at home is not free for others at the end.
private struct TransientHoldings {
  private let model: ReassignmentModel
  private let transients: [Int]

  init(_ model: ReassignmentModel) {
    self.model = model
    transients = model.resources.indices.filter { model.resources[$0].isTransient }
  }

  /// How many of the steps can be kept at most so that the rule holds for the assignment they lead to.
  func longestPrefix(_ steps: [ReassignmentSequence.Step]) -> Int {
    var room = model.machines.capacities
    for (process, home) in model.processes.homes.enumerated() { take(process, home, -1, &room) }
    var overfull = 0
    var longest = 0
    for (index, step) in steps.enumerated() {
      let home = model.processes.homes[step.process]
      overfull -= overloads(step.source, room) + overloads(step.target, room)
      if step.source != home { take(step.process, step.source, 1, &room) }
      if step.target != home { take(step.process, step.target, -1, &room) }
      overfull += overloads(step.source, room) + overloads(step.target, room)
      if overfull == 0 { longest = index + 1 }
    }
    return longest
  }

  private func take(_ process: Int, _ machine: Int, _ sign: Int, _ room: inout [Int]) {
    for resource in transients {
      room[machine * model.resourceCount + resource] +=
        sign * model.processes.requirements[process * model.resourceCount + resource]
    }
  }

  private func overloads(_ machine: Int, _ room: [Int]) -> Int {
    transients.count { room[machine * model.resourceCount + $0] < 0 }
  }
}
