/// What is wrong with a file of an instance.
package struct ReassignmentReadError: Error, CustomStringConvertible, Equatable {
  /// The file's line, from 1.
  package let line: Int
  /// What should have stood there.
  package let field: String
  /// What stood there instead.
  package let fault: String

  package var description: String { "line \(line): \(field): \(fault)" }
}

extension ReassignmentModel {
  /// Reads the two files of an instance, whose format benchmarks/instances/README.md describes.
  ///
  /// - Throws: `ReassignmentReadError` where a number is missing, is none, or is out of its range. Whether the assignment
  ///   is feasible is not looked at; `ReassignmentChecker` does that.
  package init(model: some Sequence<UInt8>, assignment: some Sequence<UInt8>) throws(ReassignmentReadError) {
    var tokens = NumberTokens(model)
    resources = try Self.readResources(&tokens)
    machines = try Self.readMachines(&tokens, resourceCount: resources.count)
    services = try Self.readServices(&tokens, locations: machines.locations)
    processes = try Self.readProcesses(&tokens, resources.count, serviceCount: services.spreadMinimums.count)
    balances = try Self.readBalances(&tokens, resourceCount: resources.count)
    moveWeights = MoveWeights(
      process: try tokens.next("process move weight", upTo: Limits.weight),
      service: try tokens.next("service move weight", upTo: Limits.weight),
      machine: try tokens.next("machine move weight", upTo: Limits.weight))
    try tokens.expectEnd()
    var homes = NumberTokens(assignment)
    processes.homes.reserveCapacity(processes.services.count)
    for process in processes.services.indices {
      processes.homes.append(
        try homes.next("machine of process \(process)", upTo: machines.locations.count - 1))
    }
    try homes.expectEnd()
  }

  /// The challenge's own limits; with them a cost stays within 64 bits.
  private enum Limits {
    static let resources = 20
    static let machines = 5_000
    static let processes = 50_000
    static let balances = 10
    static let amount = 1 << 31 - 1
    static let weight = 1_000
  }

  private static func readResources(_ tokens: inout NumberTokens) throws(ReassignmentReadError) -> [Resource] {
    let count = try tokens.next("number of resources", from: 1, upTo: Limits.resources)
    var resources: [Resource] = []
    for index in 0..<count {
      resources.append(
        Resource(
          isTransient: try tokens.next("transience of resource \(index)", upTo: 1) == 1,
          loadWeight: try tokens.next("load weight of resource \(index)", upTo: Limits.weight)))
    }
    return resources
  }

  private static func readMachines(
    _ tokens: inout NumberTokens, resourceCount: Int
  ) throws(ReassignmentReadError) -> Machines {
    let count = try tokens.next("number of machines", from: 1, upTo: Limits.machines)
    var machines = Machines()
    for machine in 0..<count {
      machines.neighbourhoods.append(try tokens.next("neighbourhood of machine \(machine)", upTo: Limits.machines))
      machines.locations.append(try tokens.next("location of machine \(machine)", upTo: Limits.machines))
      for _ in 0..<resourceCount {
        machines.capacities.append(try tokens.next("capacity of machine \(machine)", upTo: Limits.amount))
      }
      for _ in 0..<resourceCount {
        machines.safetyCapacities.append(try tokens.next("safety capacity of machine \(machine)", upTo: Limits.amount))
      }
      for other in 0..<count {
        machines.moveCosts.append(
          try tokens.next("move cost from machine \(machine)", upTo: other == machine ? 0 : Limits.amount))
      }
    }
    return machines
  }

  private static func readServices(
    _ tokens: inout NumberTokens, locations: [Int]
  ) throws(ReassignmentReadError) -> Services {
    let count = try tokens.next("number of services", upTo: Limits.processes)
    let locationCount = Set(locations).count
    var services = Services()
    for service in 0..<count {
      services.spreadMinimums.append(try tokens.next("spread of service \(service)", upTo: locationCount))
      let dependencyCount = try tokens.next("number of dependencies of service \(service)", upTo: count)
      var dependencies: [Int] = []
      for _ in 0..<dependencyCount {
        dependencies.append(try tokens.next("dependency of service \(service)", upTo: count - 1))
      }
      services.dependencies.append(dependencies)
    }
    return services
  }

  private static func readProcesses(
    _ tokens: inout NumberTokens, _ resourceCount: Int, serviceCount: Int
  ) throws(ReassignmentReadError) -> Processes {
    let count = try tokens.next("number of processes", upTo: Limits.processes)
    var processes = Processes()
    processes.requirements.reserveCapacity(count * resourceCount)
    for process in 0..<count {
      processes.services.append(try tokens.next("service of process \(process)", upTo: serviceCount - 1))
      for _ in 0..<resourceCount {
        processes.requirements.append(try tokens.next("requirement of process \(process)", upTo: Limits.amount))
      }
      processes.moveCosts.append(try tokens.next("move cost of process \(process)", upTo: Limits.amount))
    }
    return processes
  }

  private static func readBalances(
    _ tokens: inout NumberTokens, resourceCount: Int
  ) throws(ReassignmentReadError) -> [Balance] {
    let count = try tokens.next("number of balances", upTo: Limits.balances)
    var balances: [Balance] = []
    for index in 0..<count {
      balances.append(
        Balance(
          first: try tokens.next("first resource of balance \(index)", upTo: resourceCount - 1),
          second: try tokens.next("second resource of balance \(index)", upTo: resourceCount - 1),
          target: try tokens.next("target of balance \(index)", upTo: Limits.weight),
          weight: try tokens.next("weight of balance \(index)", upTo: Limits.weight)))
    }
    return balances
  }
}

/// The whole numbers of a file, separated by white space.
private struct NumberTokens {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  private mutating func skipSpace() {
    while position < bytes.count, bytes[position] <= UInt8(ascii: " ") {
      if bytes[position] == UInt8(ascii: "\n") { line += 1 }
      position += 1
    }
  }

  private mutating func nextWord() -> ArraySlice<UInt8> {
    skipSpace()
    let start = position
    while position < bytes.count, bytes[position] > UInt8(ascii: " ") { position += 1 }
    return bytes[start..<position]
  }

  /// The next number, which is in `least...most`.
  mutating func next(_ field: @autoclosure () -> String, from least: Int = 0, upTo most: Int)
    throws(ReassignmentReadError) -> Int
  {
    let word = nextWord()
    if word.isEmpty { throw ReassignmentReadError(line: line, field: field(), fault: "the file ends here") }
    var value = 0
    for byte in word {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), value < 1 << 50 else {
        throw ReassignmentReadError(
          line: line, field: field(), fault: "\"\(String(decoding: word, as: UTF8.self))\" is no whole number")
      }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    if value < least || value > most {
      throw ReassignmentReadError(
        line: line, field: field(), fault: "\(value) is not between \(least) and \(most)")
    }
    return value
  }

  mutating func expectEnd() throws(ReassignmentReadError) {
    let word = nextWord()
    if !word.isEmpty {
      throw ReassignmentReadError(
        line: line, field: "end of file", fault: "\"\(String(decoding: word, as: UTF8.self))\" is too much")
    }
  }
}
