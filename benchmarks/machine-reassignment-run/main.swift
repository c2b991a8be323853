import Foundation
import MachineReassignment

/// Prints one line per instance: its cost before and after, the published bound, the sequence, and what the checker says.
///
///     machine-reassignment [--seconds S] [--seed N] [--instances DIR] NAME…
///
/// The seconds cover reading, searching and ordering the moves; the checker comes on top. Fails where the checker finds
/// anything wrong.
struct Benchmark {
  /// The share of the budget that is kept for ordering the moves.
  private static let reserve = 0.03

  private let clock = ContinuousClock()
  var seconds = 60.0
  var seed: UInt64 = 1
  var directory = "benchmarks/instances/machine-reassignment"

  private func bytes(_ file: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(file)"))
  }

  /// What is published of an instance: its cost at the start and a lower bound.
  private func published(_ name: String) throws -> (initial: Int, bound: Int)? {
    for line in String(decoding: try bytes("published.txt"), as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: " ")
      if fields.count == 3, fields[0] == name, let initial = Int(fields[1]), let bound = Int(fields[2]) {
        return (initial, bound)
      }
    }
    return nil
  }

  /// Runs one instance and gives the number of the checker's complaints.
  ///
  /// - Throws: what is wrong with a file.
  func run(_ name: String) throws -> Int {
    let start = clock.now
    func elapsed() -> Double { (clock.now - start) / .seconds(1) }
    let model = try ReassignmentModel(
      model: bytes("gmrp_model_\(name).txt"), assignment: bytes("gmrp_assignment_\(name).txt"))
    let checker = ReassignmentChecker(model)
    let faults = checker.violations(of: model.processes.homes)
    if !faults.isEmpty {
      print("\(name): the start breaks rules: \(faults.prefix(3).joined(separator: "; "))")
      return faults.count
    }
    var search = ReassignmentSearch(model, seed: seed)
    search.run { elapsed() / (seconds * (1 - Self.reserve)) }
    let found = elapsed()
    let sequence = ReassignmentSequencer(model).sequence(to: search.assignment)
    let end = elapsed()
    let cost = sequence.leftOut.isEmpty ? search.cost : checker.cost(of: sequence.assignment)
    var complaints = checker.complaints(about: sequence, cost: cost)
    let initial = checker.cost(of: model.processes.homes)
    let known = try published(name)
    if let known, known.initial != initial { complaints.append("the start costs \(initial), not \(known.initial)") }
    print(
      "\(name): initial \(initial) bound \(known.map { "\($0.bound)" } ?? "unknown") cost \(cost)",
      known.map { String(format: "gap %.3f %%", Double(cost - $0.bound) / Double($0.initial - $0.bound) * 100) } ?? "",
      "moves \(sequence.moveCount(model)) steps \(sequence.steps.count) hops \(sequence.hopCount(model))",
      "left out \(sequence.leftOut.count)",
      String(format: "judged %.0f million", Double(search.judged) / 1e6),
      String(format: "time %.2f s (ordering %.2f s)", end, end - found))
    print("  checker: \(complaints.isEmpty ? "every step holds" : complaints.prefix(3).joined(separator: "; "))")
    return complaints.count
  }
}

var benchmark = Benchmark()
var arguments = Array(CommandLine.arguments.dropFirst())
var names: [String] = []
while !arguments.isEmpty {
  let argument = arguments.removeFirst()
  switch argument {
  case "--seconds": benchmark.seconds = Double(arguments.isEmpty ? "" : arguments.removeFirst()) ?? benchmark.seconds
  case "--seed": benchmark.seed = UInt64(arguments.isEmpty ? "" : arguments.removeFirst()) ?? benchmark.seed
  case "--instances": benchmark.directory = arguments.isEmpty ? benchmark.directory : arguments.removeFirst()
  default: names.append(argument)
  }
}
var faults = 0
for name in names {
  do {
    faults += try benchmark.run(name)
  } catch {
    print("\(name): \((error as? ReassignmentReadError)?.description ?? error.localizedDescription)")
    faults += 1
  }
}
exit(faults == 0 ? 0 : 1)
