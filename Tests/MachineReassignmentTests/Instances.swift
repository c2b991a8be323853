import Foundation
import MachineReassignment
import TestSupport

/// The instances of the repository, and small ones made up.
enum Instances {
  static func bytes(_ file: String) throws -> Data {
    let folder = RepositoryLayout.root.appendingPathComponent("benchmarks/instances/machine-reassignment")
    return try Data(contentsOf: folder.appendingPathComponent(file))
  }

  static func load(_ name: String) throws -> ReassignmentModel {
    try ReassignmentModel(
      model: bytes("gmrp_model_\(name).txt"), assignment: bytes("gmrp_assignment_\(name).txt"))
  }

  static func read(_ model: String, _ assignment: String) throws -> ReassignmentModel {
    try ReassignmentModel(model: model.utf8, assignment: assignment.utf8)
  }

  /// A feasible instance with all kinds of rules and costs.
  static func random(_ seed: UInt64) -> ReassignmentModel {
    var generator = InstanceGenerator(seed)
    guard let model = try? read(generator.model(), generator.assignment) else {
      preconditionFailure("a generated instance is not read")
    }
    return model
  }
}

/// Makes instances up from the rules that their start has to keep.
private struct InstanceGenerator {
  private var random: SeededGenerator
  private let machineCount: Int
  private let resourceCount: Int
  /// The machines of each service's processes.
  private let homes: [[Int]]
  private let neighbourhoods: [Int]
  private let locations: [Int]
  private var used: [[Int]]

  init(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    let machineCount = 3 + below(8)
    resourceCount = 1 + below(6)
    homes = (0..<4 + below(20)).map { _ in Array((0..<machineCount).shuffled(using: &random).prefix(1 + below(3))) }
    neighbourhoods = (0..<machineCount).map { _ in below(3) }
    locations = (0..<machineCount).map { _ in below(4) }
    used = [[Int]](repeating: [Int](repeating: 0, count: resourceCount), count: machineCount)
    self.machineCount = machineCount
    self.random = random
  }

  private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

  var assignment: String { homes.joined().map(String.init).joined(separator: " ") }

  mutating func model() -> String {
    var text = "\(resourceCount)\n"
    for _ in 0..<resourceCount { text += "\(below(2)) \(below(11))\n" }
    let processes = self.processes()
    text += "\(machineCount)\n\(machines())\(homes.count)\n\(services())\(homes.joined().count)\n\(processes)"
    text += "2\n0 \(resourceCount - 1) \(below(4))\n\(below(11))\n\(resourceCount - 1) 0 1\n3\n"
    return text + "1 10 100\n"
  }

  private mutating func processes() -> String {
    var text = ""
    for (service, machines) in homes.enumerated() {
      for machine in machines {
        text += "\(service) "
        for resource in 0..<resourceCount {
          let amount = below(50)
          used[machine][resource] += amount
          text += "\(amount) "
        }
        text += "\(below(5))\n"
      }
    }
    return text
  }

  /// Machines with a little more room than what is there needs.
  private mutating func machines() -> String {
    var text = ""
    for machine in 0..<machineCount {
      let capacities = used[machine].map { $0 + below(60) }
      text += "\(neighbourhoods[machine]) \(locations[machine]) "
      for capacity in capacities { text += "\(capacity) " }
      for capacity in capacities { text += "\(capacity * 3 / 4) " }
      for other in 0..<machineCount { text += other == machine ? "0 " : "\(below(4)) " }
      text += "\n"
    }
    return text
  }

  private mutating func services() -> String {
    let entered = homes.map { machines in Set(machines.map { neighbourhoods[$0] }) }
    var text = ""
    for (service, machines) in homes.enumerated() {
      let needed = homes.indices.filter {
        $0 != service && below(4) == 0 && entered[service].isSubset(of: entered[$0])
      }
      let locationCount = Set(machines.map { locations[$0] }).count
      text += "\(below(locationCount + 1)) \(needed.count) \(needed.map(String.init).joined(separator: " "))\n"
    }
    return text
  }
}
