/// Moves one after the other that lead from the start to an assignment.
package struct ReassignmentSequence: Sendable, Equatable {
  /// A process leaves `source` for `target`. Until it has arrived, it keeps what it requires on both.
  package struct Step: Sendable, Equatable {
    package var process: Int
    package var source: Int
    package var target: Int

    package init(process: Int, source: Int, target: Int) {
      self.process = process
      self.source = source
      self.target = target
    }
  }

  package var steps: [Step]
  /// The machine of each process after the last step.
  package var assignment: [Int]
  /// The processes that could not be brought where they should be.
  package var leftOut: [Int]

  package init(steps: [Step], assignment: [Int], leftOut: [Int] = []) {
    self.steps = steps
    self.assignment = assignment
    self.leftOut = leftOut
  }

  /// How many processes end away from where they started.
  package func moveCount(_ model: ReassignmentModel) -> Int {
    zip(assignment, model.processes.homes).count { $0 != $1 }
  }

  /// How many steps lead to a machine that is only passed through.
  package func hopCount(_ model: ReassignmentModel) -> Int { steps.count - moveCount(model) }
}
