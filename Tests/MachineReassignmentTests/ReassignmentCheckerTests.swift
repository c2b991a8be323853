import MachineReassignment
import Testing

/// Faults put into assignments and sequences, each of which the checker has to find.
@Suite struct ReassignmentCheckerTests {
  /// Four machines, 0 and 1 in neighbourhood 0, each in a location of its own; resource 1 is transient. Service 0 has
  /// processes 0 and 1 and has to be in two locations; service 1 has process 2 and depends on service 0; service 2 has
  /// process 3, service 3 process 4.
  private static func model() throws -> ReassignmentModel {
    let machines = (0..<4).map { machine in
      let moveCosts = (0..<4).map { $0 == machine ? "0" : "1" }.joined(separator: " ")
      return "\(machine / 2) \(machine) 10 10 6 6 \(moveCosts)"
    }.joined(separator: "\n")
    return try Instances.read(
      """
      2
      0 1
      1 1
      4
      \(machines)
      4
      2 0
      0 1 0
      0 0
      0 0
      5
      0 2 2 1
      0 2 2 1
      1 1 1 1
      2 7 7 1
      3 1 4 1
      0
      1 10 100
      """, "0 1 0 2 3")
  }

  @Test(arguments: [
    ([0, 1, 0, 2, 3], []),
    ([0, 1, 0, 0, 3], []),
    ([0, 1, 0, 2, 2], ["transient use: resource 1 of machine 2 is exceeded", "capacity: resource 1"]),
    // Only by the requirement that process 3 leaves behind.
    ([0, 1, 0, 3, 2], ["transient use: resource 1 of machine 2", "transient use: resource 1 of machine 3"]),
    ([0, 0, 0, 2, 3], ["conflict: service 0", "spread: service 0"]),
    ([0, 1, 2, 2, 3], ["dependency: service 1 on 0"]),
    ([2, 3, 0, 2, 3], ["dependency: service 1 on 0"]),
  ])
  func brokenRulesAreNamed(places: [Int], rules: [String]) throws {
    let violations = ReassignmentChecker(try Self.model()).violations(of: places)
    #expect(violations.isEmpty == rules.isEmpty, "\(violations)")
    for rule in rules {
      #expect(violations.contains { $0.hasPrefix(rule) }, "\(violations)")
    }
  }

  /// A sequence that is in order: process 4 to machine 1.
  private static let good = ReassignmentSequence(
    steps: [.init(process: 4, source: 3, target: 1)], assignment: [0, 1, 0, 2, 1])

  /// Loads of machine 2 above safety: 1 + 1; one process, one machine and one service moved: 1 + 100 + 10.
  private static let goodCost = 2 + 111

  private static func complaints(_ change: (inout ReassignmentSequence) -> Void, cost: Int = goodCost) throws
    -> [String]
  {
    var sequence = good
    change(&sequence)
    return ReassignmentChecker(try model()).complaints(about: sequence, cost: cost)
  }

  @Test func aGoodSequenceHasNoFaults() throws {
    #expect(try Self.complaints { _ in } == [])
  }

  @Test func aWrongCostIsFound() throws {
    #expect(try Self.complaints({ _ in }, cost: 112) == ["end: costs 113, not 112"])
  }

  @Test func aWrongEndIsFound() throws {
    let complaints = try Self.complaints { $0.assignment[4] = 3 }
    #expect(complaints == ["end: the steps do not lead to the assignment"])
  }

  @Test func aProcessThatDoesNotExistIsFound() throws {
    let complaints = try Self.complaints { $0.steps.append(.init(process: 9, source: 0, target: 1)) }
    #expect(complaints == ["step 1: no such process or machine"])
  }

  @Test func aWrongSourceIsFound() throws {
    let complaints = try Self.complaints { $0.steps[0].source = 2 }
    #expect(complaints.first == "step 0, process 4: is on 3, not 2")
  }

  @Test func aStepToWhereTheProcessIsIsFound() throws {
    let complaints = try Self.complaints { $0.steps.append(.init(process: 4, source: 1, target: 1)) }
    #expect(complaints == ["step 1, process 4: does not move"])
  }

  /// Steps that break a rule, and one back, so that only the way is wrong.
  @Test(arguments: [
    (4, 1, 2, "resource 1 of machine 2 is exceeded"), (0, 0, 1, "conflict: service 0"),
    (0, 0, 1, "spread: service 0"), (2, 0, 2, "dependency: service 1 on 0"),
  ])
  func aRuleBrokenOnTheWayIsFound(process: Int, source: Int, target: Int, rule: String) throws {
    let complaints = try Self.complaints {
      $0.steps.append(.init(process: process, source: source, target: target))
      $0.steps.append(.init(process: process, source: target, target: source))
    }
    #expect(complaints.contains("step 1, process \(process): \(rule)"), "\(complaints)")
    #expect(!complaints.contains { $0.hasPrefix("end") }, "\(complaints)")
  }

  /// Both processes of a service go where another one depends on them no longer.
  @Test func aDependentLeftBehindIsFound() throws {
    let complaints = try Self.complaints {
      $0.steps += [.init(process: 0, source: 0, target: 2), .init(process: 1, source: 1, target: 3)]
      $0.assignment = [2, 3, 0, 2, 1]
    }
    #expect(complaints.contains("step 2, process 1: dependency: service 1 on 0"), "\(complaints)")
  }
}
