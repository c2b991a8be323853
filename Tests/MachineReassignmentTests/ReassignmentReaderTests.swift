import MachineReassignment
import Testing

/// Files as they should be and as they should not.
@Suite struct ReassignmentReaderTests {
  /// Two machines, two services, two processes, one balance.
  private static let lines = [
    "2", "0 10", "1 20", "2", "0 1 100 50 80 40 0 1", "1 0 90 45 70 35 2 0", "2", "1 1 1", "0 0", "2", "0 10 5 3",
    "1 20 6 4", "1", "0 1 2", "30", "1 10 100",
  ]

  private static func read(
    _ replaced: [Int: String] = [:], assignment: String = "0 1\n"
  ) throws -> ReassignmentModel {
    let text = lines.enumerated().map { replaced[$0.offset + 1] ?? $0.element }.joined(separator: "\n")
    return try Instances.read(text, assignment)
  }

  @Test func allFieldsAreRead() throws {
    let model = try Self.read()
    #expect(model.resources.map(\.isTransient) == [false, true])
    #expect(model.resources.map(\.loadWeight) == [10, 20])
    #expect(model.machines.neighbourhoods == [0, 1])
    #expect(model.machines.locations == [1, 0])
    #expect(model.machines.capacities == [100, 50, 90, 45])
    #expect(model.machines.safetyCapacities == [80, 40, 70, 35])
    #expect(model.machines.moveCosts == [0, 1, 2, 0])
    #expect(model.services.spreadMinimums == [1, 0])
    #expect(model.services.dependencies == [[1], []])
    #expect(model.processes.services == [0, 1])
    #expect(model.processes.requirements == [10, 5, 20, 6])
    #expect(model.processes.moveCosts == [3, 4])
    #expect(model.processes.homes == [0, 1])
    let balance = try #require(model.balances.first)
    #expect([balance.first, balance.second, balance.target, balance.weight] == [0, 1, 2, 30])
    #expect([model.moveWeights.process, model.moveWeights.service, model.moveWeights.machine] == [1, 10, 100])
  }

  @Test(arguments: [
    (1, "0", "line 1: number of resources: 0 is not between 1 and 20"),
    (1, "x", "line 1: number of resources: \"x\" is no whole number"),
    (2, "2 10", "line 2: transience of resource 0: 2 is not between 0 and 1"),
    (4, "-1", "line 4: number of machines: \"-1\" is no whole number"),
    (4, "5001", "line 4: number of machines: 5001 is not between 1 and 5000"),
    (5, "0 1 100 50 80 40 0 1.5", "line 5: move cost from machine 0: \"1.5\" is no whole number"),
    (6, "1 0 90 45 70 35 2 3", "line 6: move cost from machine 1: 3 is not between 0 and 0"),
    (
      6, "1 0 99999999999 45 70 35 2 0",
      "line 6: capacity of machine 1: 99999999999 is not between 0 and 2147483647"
    ),
    (
      6, "1 0 99999999999999999999 45 70 35 2 0",
      "line 6: capacity of machine 1: \"99999999999999999999\" is no whole number"
    ),
    (8, "3 1 1", "line 8: spread of service 0: 3 is not between 0 and 2"),
    (8, "1 1 2", "line 8: dependency of service 0: 2 is not between 0 and 1"),
    (12, "2 20 6 4", "line 12: service of process 1: 2 is not between 0 and 1"),
    (14, "0 2 2", "line 14: second resource of balance 0: 2 is not between 0 and 1"),
    (16, "1 10", "line 16: machine move weight: the file ends here"),
    (16, "1 10 100 7", "line 16: end of file: \"7\" is too much"),
  ])
  func badModelsAreRefused(line: Int, replacement: String, message: String) throws {
    let error = #expect(throws: ReassignmentReadError.self) { _ = try Self.read([line: replacement]) }
    #expect(error?.description == message)
  }

  @Test(arguments: [
    ("0", "line 1: machine of process 1: the file ends here"),
    ("0\n2", "line 2: machine of process 1: 2 is not between 0 and 1"),
    ("0 1 1", "line 1: end of file: \"1\" is too much"),
  ])
  func badAssignmentsAreRefused(assignment: String, message: String) throws {
    let error = #expect(throws: ReassignmentReadError.self) { _ = try Self.read(assignment: assignment) }
    #expect(error?.description == message)
  }
}
