import TestSupport
import Testing

@testable import MachineReassignment

/// The incremental objective and rules against the checker's plain ones.
@Suite struct ReassignmentStateTests {
  private static func randomChange(
    _ state: ReassignmentState, _ random: inout SeededGenerator
  ) -> Reassignment? {
    let process = Int.random(in: 0..<state.nothing, using: &random)
    let source = state.assignment[process]
    let machine = Int.random(in: 0..<state.machineCount, using: &random)
    if Bool.random(using: &random) {
      if machine == source { return nil }
      return Reassignment(process: process, target: machine, other: state.nothing, otherTarget: source)
    }
    let other = Int.random(in: 0..<state.nothing, using: &random)
    let target = state.assignment[other]
    if target == source || machine == target { return nil }
    return Reassignment(
      process: process, target: target, other: other, otherTarget: Bool.random(using: &random) ? machine : source)
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func costsAndRulesAreThoseOfTheChecker(seed: UInt64) {
    let model = Instances.random(seed)
    let checker = ReassignmentChecker(model)
    var state = ReassignmentState(model)
    var random = SeededGenerator(seed: seed)
    #expect(checker.violations(of: model.processes.homes) == [])
    for _ in 0..<150 {
      guard let change = Self.randomChange(state, &random) else { continue }
      let rise = state.rise(change)
      var places = Array(state.assignment.dropLast())
      places[change.process] = change.target
      if change.other != state.nothing { places[change.other] = change.otherTarget }
      if rise < .infinity {
        #expect(checker.violations(of: places) == [], "\(change)")
        state.apply(change, rise: rise)
        #expect(state.cost == checker.cost(of: places), "\(change)")
        #expect(Array(state.assignment.dropLast()) == places)
      } else if change.other == state.nothing {
        #expect(checker.violations(of: places) != [], "\(change) is forbidden without need")
      }
    }
  }

  @Test(arguments: ["a1_2", "a1_5", "b_1", "b_3"])
  func initialCostsAreThePublishedOnes(name: String) throws {
    let published = try String(decoding: Instances.bytes("published.txt"), as: UTF8.self)
    let line = try #require(published.split(separator: "\n").first { $0.hasPrefix("\(name) ") })
    let initial = try #require(Int(line.split(separator: " ")[1]))
    let model = try Instances.load(name)
    #expect(ReassignmentState(model).cost == initial)
    #expect(ReassignmentChecker(model).cost(of: model.processes.homes) == initial)
    #expect(ReassignmentChecker(model).violations(of: model.processes.homes) == [])
  }
}
