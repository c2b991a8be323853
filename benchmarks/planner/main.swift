import Foundation
import MigrationPlanner
import PlanChecker

/// Prints one line per instance: bills, bound, gap, moves, waves, time, memory, and the baselines in the same run.
///
///     planner-benchmark [--seconds S] [--max-moves N] [--seed N] [--baselines] [--check] [--twice] INSTANCE…
///
/// An instance is a file of benchmarks/instances without its ending, `fleetN` (generated, N nodes) or `realN`.
struct Benchmark {
  private let directory = "benchmarks/instances"
  private let clock = ContinuousClock()
  var seconds = 3.0
  var runsBaselines = false
  var checks = false
  var repeats = false
  var options = PlanningOptions()

  func load(_ name: String) -> Instance? {
    for prefix in ["fleet", "real"] where name.hasPrefix(prefix) {
      guard let count = Int(name.dropFirst(prefix.count)),
        let arrivals = try? String(contentsOfFile: "\(directory)/azure_v1_runs.txt", encoding: .utf8)
      else { return nil }
      var generator = FleetGenerator(arrivals: arrivals, seed: 1)
      return prefix == "real"
        ? generator.realistic(name: name, nodeCount: count) : generator.fleet(name: name, nodeCount: count)
    }
    guard let text = try? String(contentsOfFile: "\(directory)/\(name).txt", encoding: .utf8) else { return nil }
    return Instance(name: name, text: text)
  }

  func run(_ name: String) {
    guard let instance = load(name) else {
      print("\(name): cannot be read; instances are files of \(directory), fleetN or realN")
      return
    }
    let builder = instance.builder()
    let start = clock.now
    let problem = builder.build()
    let built = clock.now
    var first = (seconds: 0.0, bill: Int64.max)
    let plan = Planner.plan(problem, options) { progress in
      let now = (clock.now - built) / .seconds(1)
      if first.bill == .max && progress.phase == .improving { first = (now, progress.bestBill) }
      return now > seconds
    }
    let end = clock.now
    func dollars(_ nanodollars: Int64) -> String { String(format: "%.4f", Double(nanodollars) / 1e9) }
    func time(_ duration: Duration) -> String { String(format: "%.3f", duration / .seconds(1)) }
    print(
      "\(name): nodes \(problem.nodeCount) pods \(problem.podCount) kinds \(problem.kindCount)",
      "build \(time(built - start)) s plan \(time(end - built)) s",
      "before \(dollars(plan.billBefore)) after \(dollars(plan.billAfter))",
      "bound \(dollars(plan.lowerBound.nanodollarsPerHour)) gap \(String(format: "%.3f", plan.gapPercent)) %",
      "moves \(plan.moves.count) waves \(plan.waveCount) left out \(plan.unorderedPods.count) steps \(plan.steps)",
      first.bill < .max ? "first \(String(format: "%.3f", first.seconds)) s \(dollars(first.bill))" : "",
      "peak \(peakMebibytes()) MiB")
    if let most = options.limits.movesPerPlan { printKnapsack(problem, plan, most) }
    if checks {
      let complaints = PlanChecker(builder).complaints(
        plan, problem, options, checksRulesBetweenPods: problem.podCount < 1000)
      print("  checker: \(complaints.isEmpty ? "every step holds" : complaints.prefix(3).joined(separator: "; "))")
    }
    if repeats {
      var again = instance
      for pod in again.pods.indices { again.pods[pod].node = Int(plan.placement[pod]) }
      let start = clock.now
      let second = Planner.plan(again.builder().build(), options) { _ in (clock.now - start) / .seconds(1) > seconds }
      print("  planned on its own result: \(second.moves.count) moves")
    }
    if runsBaselines { compare(instance, plan) }
  }

  /// The saving that a knapsack of whole nodes allows for a number of moves, nodes taken in fractions.
  private func printKnapsack(_ problem: PlanningProblem, _ plan: Plan, _ most: Int) {
    var counts = [Int](repeating: 0, count: problem.nodeCount)
    for pod in 0..<problem.podCount where problem.isMovable(pod) { counts[Int(problem.podNodes[pod])] += 1 }
    let items = (0..<problem.nodeCount).filter { problem.canEmpty($0) && counts[$0] > 0 }
      .map { (price: Double(problem.nodePrices[$0]), count: Double(counts[$0])) }
      .sorted { $0.price / $0.count > $1.price / $1.count }
    var left = Double(most)
    var saving = 0.0
    for item in items where left > 0 {
      saving += item.price * min(1, left / item.count)
      left -= item.count
    }
    let reached = Double(plan.billBefore - plan.billAfter)
    print(String(format: "  %.2f %% of the knapsack bound %.4f", reached / saving * 100, saving / 1e9))
  }

  private func compare(_ instance: Instance, _ plan: Plan) {
    var best = 0.0
    for (name, run) in [
      ("drain by utilisation", { (baselines: inout Baselines) in baselines.drainByUtilisation() }),
      ("consolidate", { $0.consolidate() }), ("repack", { $0.repack() }),
    ] {
      var baselines = Baselines(instance)
      let start = clock.now
      let result = run(&baselines)
      let saving = Double(plan.billBefore - result.nanodollarsPerHour)
      best = max(best, saving)
      print(
        String(
          format: "  %@: %.4f moves %d in %.2f s", name, Double(result.nanodollarsPerHour) / 1e9, result.moves,
          (clock.now - start) / .seconds(1)))
    }
    let own = Double(plan.billBefore - plan.billAfter)
    print(String(format: "  saving over best baseline's: %.3f", best > 0 ? own / best : .infinity))
  }

  private func peakMebibytes() -> Int {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return 0 }
    for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
      return (Int(line.filter(\.isNumber)) ?? 0) / 1024
    }
    return 0
  }
}

var benchmark = Benchmark()
var arguments = Array(CommandLine.arguments.dropFirst())
var names: [String] = []
while !arguments.isEmpty {
  let argument = arguments.removeFirst()
  switch argument {
  case "--seconds": benchmark.seconds = Double(arguments.isEmpty ? "" : arguments.removeFirst()) ?? 3
  case "--max-moves": benchmark.options.limits.movesPerPlan = Int(arguments.isEmpty ? "" : arguments.removeFirst())
  case "--seed": benchmark.options.seed = UInt64(arguments.isEmpty ? "" : arguments.removeFirst()) ?? 1
  case "--baselines": benchmark.runsBaselines = true
  case "--check": benchmark.checks = true
  case "--twice": benchmark.repeats = true
  default: names.append(argument)
  }
}
for name in names { benchmark.run(name) }
