/// Judges a sequence from the model alone, by the challenge's rules written down a second time in the plainest way.
///
/// Shares no code with the search, its state and the sequencer: costs are added up from the start, and every rule is
/// asked again after every step.
package struct ReassignmentChecker {
  private let model: ReassignmentModel
  private let processesOfService: [[Int]]
  /// The services that depend on each service.
  private let dependents: [[Int]]

  package init(_ model: ReassignmentModel) {
    self.model = model
    var members = [[Int]](repeating: [], count: model.serviceCount)
    for (process, service) in model.processes.services.enumerated() { members[service].append(process) }
    processesOfService = members
    var dependents = [[Int]](repeating: [], count: model.serviceCount)
    for service in 0..<model.serviceCount {
      for needed in model.services.dependencies[service] { dependents[needed].append(service) }
    }
    self.dependents = dependents
  }

  /// Everything that is wrong with the sequence; empty for a good one.
  ///
  /// - Parameter cost: what the assignment at its end is said to cost.
  package func complaints(about sequence: ReassignmentSequence, cost claimed: Int) -> [String] {
    var complaints = violations(of: model.processes.homes).map { "start: \($0)" }
    var places = model.processes.homes
    var usage = usage(of: places)
    for (index, step) in sequence.steps.enumerated() {
      guard places.indices.contains(step.process), 0..<model.machineCount ~= step.target else {
        complaints.append("step \(index): no such process or machine")
        continue
      }
      complaints += carryOut(step, &places, &usage).map { "step \(index), process \(step.process): \($0)" }
    }
    if places != sequence.assignment { complaints.append("end: the steps do not lead to the assignment") }
    complaints += violations(of: places).map { "end: \($0)" }
    let real = cost(of: places)
    if real != claimed { complaints.append("end: costs \(real), not \(claimed)") }
    return complaints
  }

  private func carryOut(
    _ step: ReassignmentSequence.Step, _ places: inout [Int], _ usage: inout [[Int]]
  ) -> [String] {
    if places[step.process] != step.source { return ["is on \(places[step.process]), not \(step.source)"] }
    if step.source == step.target { return ["does not move"] }
    var complaints: [String] = []
    // On the way it is on both machines.
    for resource in model.resources.indices {
      usage[step.target][resource] += requirement(step.process, resource)
      if usage[step.target][resource] > capacity(step.target, resource) {
        complaints.append("resource \(resource) of machine \(step.target) is exceeded")
      }
    }
    places[step.process] = step.target
    for resource in model.resources.indices { usage[step.source][resource] -= requirement(step.process, resource) }
    let service = model.processes.services[step.process]
    complaints += faults(of: service, places)
    for dependent in dependents[service] { complaints += dependencyFaults(of: dependent, places) }
    return complaints
  }

  private func requirement(_ process: Int, _ resource: Int) -> Int {
    model.processes.requirements[process * model.resourceCount + resource]
  }

  private func capacity(_ machine: Int, _ resource: Int) -> Int {
    model.machines.capacities[machine * model.resourceCount + resource]
  }

  private func usage(of places: [Int]) -> [[Int]] {
    var usage = [[Int]](repeating: [Int](repeating: 0, count: model.resourceCount), count: model.machineCount)
    for (process, machine) in places.enumerated() {
      for resource in model.resources.indices { usage[machine][resource] += requirement(process, resource) }
    }
    return usage
  }
}

// The hard rules.
extension ReassignmentChecker {
  /// The hard rules that an assignment breaks.
  package func violations(of places: [Int]) -> [String] {
    var complaints: [String] = []
    let used = usage(of: places)
    for machine in 0..<model.machineCount {
      for resource in model.resources.indices where used[machine][resource] > capacity(machine, resource) {
        complaints.append("capacity: resource \(resource) of machine \(machine) is exceeded")
      }
    }
    complaints += transientFaults(places)
    for service in 0..<model.serviceCount { complaints += faults(of: service, places) }
    return complaints
  }

  /// A process counts on the machine where it started even if it is on another now.
  private func transientFaults(_ places: [Int]) -> [String] {
    var complaints: [String] = []
    for (resource, description) in model.resources.enumerated() where description.isTransient {
      var held = [Int](repeating: 0, count: model.machineCount)
      for process in places.indices {
        for machine in Set([places[process], model.processes.homes[process]]) {
          held[machine] += requirement(process, resource)
        }
      }
      for machine in 0..<model.machineCount where held[machine] > capacity(machine, resource) {
        complaints.append("transient use: resource \(resource) of machine \(machine) is exceeded")
      }
    }
    return complaints
  }

  private func faults(of service: Int, _ places: [Int]) -> [String] {
    var complaints: [String] = []
    let machines = processesOfService[service].map { places[$0] }
    if Set(machines).count < machines.count { complaints.append("conflict: service \(service)") }
    if Set(machines.map { model.machines.locations[$0] }).count < model.services.spreadMinimums[service] {
      complaints.append("spread: service \(service)")
    }
    return complaints + dependencyFaults(of: service, places)
  }

  private func dependencyFaults(of service: Int, _ places: [Int]) -> [String] {
    func neighbourhoods(_ service: Int) -> Set<Int> {
      Set(processesOfService[service].map { model.machines.neighbourhoods[places[$0]] })
    }
    let own = neighbourhoods(service)
    return model.services.dependencies[service].filter { !own.isSubset(of: neighbourhoods($0)) }
      .map { "dependency: service \(service) on \($0)" }
  }
}

// The objective.
extension ReassignmentChecker {
  /// What an assignment costs.
  package func cost(of places: [Int]) -> Int {
    let used = usage(of: places)
    var sum = 0
    for machine in 0..<model.machineCount {
      for (resource, description) in model.resources.enumerated() {
        let safe = model.machines.safetyCapacities[machine * model.resourceCount + resource]
        sum += description.loadWeight * max(0, used[machine][resource] - safe)
      }
      for balance in model.balances {
        let first = capacity(machine, balance.first) - used[machine][balance.first]
        let second = capacity(machine, balance.second) - used[machine][balance.second]
        sum += balance.weight * max(0, balance.target * first - second)
      }
    }
    return sum + moveCost(of: places)
  }

  private func moveCost(of places: [Int]) -> Int {
    var sum = 0
    var movedOfService = [Int](repeating: 0, count: model.serviceCount)
    for (process, home) in model.processes.homes.enumerated() where places[process] != home {
      sum += model.moveWeights.process * model.processes.moveCosts[process]
      sum += model.moveWeights.machine * model.machines.moveCosts[home * model.machineCount + places[process]]
      movedOfService[model.processes.services[process]] += 1
    }
    return sum + model.moveWeights.service * (movedOfService.max() ?? 0)
  }
}
