import MachineReassignment
import Testing

/// The order of moves, judged by the checker.
@Suite struct ReassignmentSequencerTests {
  /// Machines with room for 10 of one resource, and one process of 8 on each of the first two.
  private static func twoFullMachines(machineCount: Int, isTransient: Bool = false) throws -> ReassignmentModel {
    let moveCosts = [String](repeating: "0", count: machineCount).joined(separator: " ")
    let machines = (0..<machineCount).map { "0 \($0) 10 9 \(moveCosts)" }.joined(separator: "\n")
    return try Instances.read(
      "1\n\(isTransient ? 1 : 0) 1\n\(machineCount)\n\(machines)\n2\n0 0\n0 0\n2\n0 8 1\n1 8 1\n0\n1 1 1", "0 1")
  }

  private static func complaints(_ sequence: ReassignmentSequence, _ model: ReassignmentModel) -> [String] {
    let checker = ReassignmentChecker(model)
    return checker.complaints(about: sequence, cost: checker.cost(of: sequence.assignment))
  }

  @Test func aCycleIsBrokenByAHop() throws {
    let model = try Self.twoFullMachines(machineCount: 3)
    let sequence = ReassignmentSequencer(model).sequence(to: [1, 0])
    #expect(sequence.assignment == [1, 0])
    #expect(sequence.leftOut == [])
    #expect(sequence.steps.count == 3)
    #expect(sequence.moveCount(model) == 2)
    #expect(sequence.hopCount(model) == 1)
    #expect(Self.complaints(sequence, model) == [])
  }

  @Test func whatCannotBeOrderedIsLeftOut() throws {
    let model = try Self.twoFullMachines(machineCount: 2)
    let sequence = ReassignmentSequencer(model).sequence(to: [1, 0])
    #expect(sequence == ReassignmentSequence(steps: [], assignment: [0, 1], leftOut: [0, 1]))
  }

  /// A process whose services forbid every order of moves but one by way of a third location.
  @Test func aSpreadServiceExchangesByWayOfAThirdLocation() throws {
    let machines = (0..<3).map { "0 \($0) 10 9 0 0 0" }.joined(separator: "\n")
    let model = try Instances.read("1\n0 1\n3\n\(machines)\n1\n2 0\n2\n0 2 1\n0 3 1\n0\n1 1 1", "0 1")
    let sequence = ReassignmentSequencer(model).sequence(to: [1, 0])
    #expect(sequence.assignment == [1, 0])
    #expect(sequence.hopCount(model) == 1)
    #expect(Self.complaints(sequence, model) == [])
  }

  @Test func nothingIsOrderedWhereNothingMoves() throws {
    let model = try Self.twoFullMachines(machineCount: 2)
    #expect(
      ReassignmentSequencer(model).sequence(to: [0, 1]) == ReassignmentSequence(steps: [], assignment: [0, 1]))
  }

  @Test(arguments: 1...60 as ClosedRange<UInt64>)
  func everyStepPassesTheChecker(seed: UInt64) {
    let model = Instances.random(seed)
    var search = ReassignmentSearch(model, seed: seed)
    var batches = 0.0
    search.run {
      batches += 1
      return (batches - 1) / 2
    }
    #expect(ReassignmentChecker(model).violations(of: search.assignment) == [])
    let sequence = ReassignmentSequencer(model).sequence(to: search.assignment)
    #expect(Self.complaints(sequence, model) == [])
    let missing = sequence.assignment.indices.filter { sequence.assignment[$0] != search.assignment[$0] }
    #expect(sequence.leftOut == missing)
  }
}
