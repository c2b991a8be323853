/// Where the processes of each service are, as far as the rules of conflict, spread and dependency need it.
struct ServiceHosting {
  /// By service, a bit per machine that has a process of it.
  private var presence: [UInt64]
  private let wordCount: Int
  /// By service and location: how many processes.
  private var locationCounts: [Int32]
  private let locationCount: Int
  /// By service and neighbourhood: how many processes.
  private var neighbourhoodCounts: [Int32]
  private let neighbourhoodCount: Int
  /// In how many locations each service is more than it has to be.
  private var spareLocations: [Int]

  private let locations: [Int]
  private let neighbourhoods: [Int]
  private let dependencies: ServiceRelation
  private let dependents: ServiceRelation

  /// The state at the start.
  init(_ model: ReassignmentModel) {
    wordCount = (model.machineCount + 63) / 64
    presence = [UInt64](repeating: 0, count: model.serviceCount * wordCount)
    locations = model.machines.locations
    locationCount = (locations.max() ?? 0) + 1
    locationCounts = [Int32](repeating: 0, count: model.serviceCount * locationCount)
    neighbourhoods = model.machines.neighbourhoods
    neighbourhoodCount = (neighbourhoods.max() ?? 0) + 1
    neighbourhoodCounts = [Int32](repeating: 0, count: model.serviceCount * neighbourhoodCount)
    spareLocations = model.services.spreadMinimums.map { -$0 }
    dependencies = ServiceRelation(model.services.dependencies)
    var reversed = [[Int]](repeating: [], count: model.serviceCount)
    for (service, needed) in model.services.dependencies.enumerated() {
      for other in needed { reversed[other].append(service) }
    }
    dependents = ServiceRelation(reversed)
    for (service, machine) in zip(model.processes.services, model.processes.homes) { add(service, machine) }
  }

  @inline(__always)
  private func isPresent(_ service: Int, on machine: Int) -> Bool {
    presence[service * wordCount + machine >> 6] >> UInt64(machine & 63) & 1 != 0
  }

  /// Whether a process of `service` may go from `source` to `target`, in one change with a process of `other` (-1: of
  /// none) that leaves `target`, as far as conflict, spread and dependency are concerned.
  @inline(__always)
  func allows(_ service: Int, beside other: Int, from source: Int, to target: Int) -> Bool {
    if isPresent(service, on: target) { return false }
    let location = locations[source]
    let newLocation = locations[target]
    if location != newLocation && spareLocations[service] == 0
      && locationCounts[service * locationCount + location] == 1
      && locationCounts[service * locationCount + newLocation] > 0
    {
      return false
    }
    return neighbourhoods[source] == neighbourhoods[target]
      || keepsDependencies(service, other, neighbourhoods[source], neighbourhoods[target])
  }

  /// Whether processes of the service can take each other's places on these machines one after the other, without those
  /// that depend on the service missing it in between.
  func canPermute(_ service: Int, _ machine: Int, _ second: Int, _ third: Int) -> Bool {
    dependents.range(service).isEmpty
      || neighbourhoods[machine] == neighbourhoods[second] && neighbourhoods[second] == neighbourhoods[third]
  }

  private func keepsDependencies(_ service: Int, _ other: Int, _ left: Int, _ entered: Int) -> Bool {
    for position in dependencies.range(service) {
      let needed = dependencies.others[position]
      if needed == service { continue }
      if needed == other || neighbourhoodCounts[needed * neighbourhoodCount + entered] == 0 { return false }
    }
    let range = dependents.range(service)
    if range.isEmpty { return true }
    let isLast = neighbourhoodCounts[service * neighbourhoodCount + left] == 1
    for position in range {
      let dependent = dependents.others[position]
      if dependent == service { continue }
      if dependent == other || isLast && neighbourhoodCounts[dependent * neighbourhoodCount + left] > 0 { return false }
    }
    return true
  }

  /// Notes that a process of the service went from one machine to another.
  mutating func move(_ service: Int, from source: Int, to target: Int) {
    remove(service, source)
    add(service, target)
  }

  private mutating func add(_ service: Int, _ machine: Int) {
    presence[service * wordCount + machine >> 6] |= 1 << UInt64(machine & 63)
    let location = service * locationCount + locations[machine]
    if locationCounts[location] == 0 { spareLocations[service] += 1 }
    locationCounts[location] += 1
    neighbourhoodCounts[service * neighbourhoodCount + neighbourhoods[machine]] += 1
  }

  private mutating func remove(_ service: Int, _ machine: Int) {
    presence[service * wordCount + machine >> 6] &= ~(1 << UInt64(machine & 63))
    let location = service * locationCount + locations[machine]
    locationCounts[location] -= 1
    if locationCounts[location] == 0 { spareLocations[service] -= 1 }
    neighbourhoodCounts[service * neighbourhoodCount + neighbourhoods[machine]] -= 1
  }
}

/// Which services are related to which, in one array.
private struct ServiceRelation {
  private let starts: [Int]
  let others: [Int]

  init(_ lists: [[Int]]) {
    var starts = [0]
    for list in lists { starts.append(starts[starts.count - 1] + list.count) }
    self.starts = starts
    others = lists.flatMap { $0 }
  }

  @inline(__always)
  func range(_ service: Int) -> Range<Int> { starts[service]..<starts[service + 1] }
}
