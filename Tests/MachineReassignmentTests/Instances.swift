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
    var random = SeededGenerator(seed: seed)
    func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    let machines = 3 + below(8)
    let resources = 1 + below(6)
    let services = 4 + below(20)
    let homes = (0..<services).map { _ in
      Array((0..<machines).shuffled(using: &random).prefix(1 + below(3)))
    }
    let places = (0..<machines).map { _ in (neighbourhood: below(3), location: below(4)) }
    var used = [[Int]](repeating: [Int](repeating: 0, count: resources), count: machines)
    var processes = ""
    var assignment = ""
    for (service, machinesOfService) in homes.enumerated() {
      for machine in machinesOfService {
        let required = (0..<resources).map { _ in below(50) }
        for (resource, amount) in required.enumerated() { used[machine][resource] += amount }
        processes += "\(service) \(required.map(String.init).joined(separator: " ")) \(below(5))\n"
        assignment += "\(machine) "
      }
    }
    var text = "\(resources)\n"
    for _ in 0..<resources { text += "\(below(2)) \(below(11))\n" }
    text += "\(machines)\n"
    for machine in 0..<machines {
      let capacities = used[machine].map { $0 + below(60) }
      text += "\(places[machine].neighbourhood) \(places[machine].location) "
      for capacity in capacities { text += "\(capacity) " }
      for capacity in capacities { text += "\(capacity * 3 / 4) " }
      for other in 0..<machines { text += other == machine ? "0 " : "\(below(4)) " }
      text += "\n"
    }
    text += "\(services)\n"
    func values<T: Hashable>(_ service: Int, _ value: (Int) -> T) -> Set<T> { Set(homes[service].map(value)) }
    for service in 0..<services {
      let locations = values(service) { places[$0].location }
      let neighbourhoods = values(service) { places[$0].neighbourhood }
      let needed = (0..<services).filter {
        $0 != service && below(4) == 0 && neighbourhoods.isSubset(of: values($0) { places[$0].neighbourhood })
      }
      text += "\(below(locations.count + 1)) \(needed.count) \(needed.map(String.init).joined(separator: " "))\n"
    }
    text += "\(homes.joined().count)\n\(processes)"
    text += "2\n0 \(resources - 1) \(below(4))\n\(below(11))\n\(resources - 1) 0 1\n3\n1 10 100\n"
    guard let model = try? read(text, assignment) else { preconditionFailure("a generated instance is not read") }
    return model
  }
}
