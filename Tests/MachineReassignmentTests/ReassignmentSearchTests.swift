import MachineReassignment
import Testing

/// The search on an instance of the challenge.
@Suite struct ReassignmentSearchTests {
  /// A search that stops after a number of batches.
  private static func search(_ model: ReassignmentModel, seed: UInt64, batches: Int) -> ReassignmentSearch {
    var search = ReassignmentSearch(model, seed: seed)
    var asked = 0
    search.run {
      defer { asked += 1 }
      return Double(asked) / Double(batches)
    }
    #expect(search.judged == batches * ReassignmentSearch.batch)
    return search
  }

  @Test func aShortSearchFindsACheaperFeasibleAssignment() throws {
    let model = try Instances.load("a1_2")
    let search = Self.search(model, seed: 1, batches: 12)
    let checker = ReassignmentChecker(model)
    #expect(search.cost < checker.cost(of: model.processes.homes) * 9 / 10)
    #expect(search.cost == checker.cost(of: search.assignment))
    #expect(checker.violations(of: search.assignment) == [])
  }

  @Test func theSameSeedGivesTheSameResult() throws {
    let model = try Instances.load("a1_5")
    let first = Self.search(model, seed: 7, batches: 4)
    let second = Self.search(model, seed: 7, batches: 4)
    let other = Self.search(model, seed: 8, batches: 4)
    #expect(first.assignment == second.assignment)
    #expect(first.cost == second.cost)
    #expect(first.assignment != other.assignment)
  }

  @Test func nothingIsSearchedWhereNothingCanMove() throws {
    let model = try Instances.read("1\n0 1\n1\n0 0 10 9 0\n1\n0 0\n1\n0 8 1\n0\n1 1 1", "0")
    var search = ReassignmentSearch(model, seed: 1)
    search.run {
      Issue.record("asked although there is nothing to do")
      return 1
    }
    #expect(search.assignment == [0])
    #expect(search.cost == 0)
  }
}
