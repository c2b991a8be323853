import Foundation
import MigrationPlanner

let arguments = CommandLine.arguments.dropFirst()
let directory = "benchmarks/instances"
let seconds = Double(arguments.first ?? "3") ?? 3

func load(_ name: String) -> Instance? {
  guard let text = try? String(contentsOfFile: "\(directory)/\(name).txt", encoding: .utf8) else { return nil }
  return Instance(name: name, text: text)
}
for name in arguments.dropFirst() where name != "-v" {
  var instance: Instance?
  if name.hasPrefix("az5000") || name.hasPrefix("real") {
    let arrivals = (try? String(contentsOfFile: "\(directory)/azure_v1_runs.txt", encoding: .utf8)) ?? ""
    var generator = FleetGenerator(arrivals: arrivals, seed: 1)
    instance = name.hasPrefix("real") ? generator.realistic(name: name, nodeCount: Int(name.dropFirst(4)) ?? 500)
      : generator.fleet(name: name, nodeCount: 5000)
  } else {
    instance = load(name)
  }
  guard let instance else { print("cannot read", name); continue }
  let clock = ContinuousClock()
  let builder = instance.builder()
  let start = clock.now
  let problem = builder.build()
  let built = clock.now
  var last: Int64 = .max
  let plan = Planner.plan(problem) { progress in
    let now = (clock.now - built) / .seconds(1)
    if progress.bestBill < last {
      last = progress.bestBill
      if problem.nodeCount < 100 || progress.steps % 50 == 0 || progress.phase == .draining {
        print(String(format: "  %.3fs %@ step %d bill %.4f moves %d", now, progress.phase.rawValue, progress.steps, Double(last) / 1e9, progress.moves))
      }
    }
    return now > seconds
  }
  let done = clock.now
  let (bound, placement, bill, moves) = (plan.lowerBound, plan.placement, plan.billAfter, plan.moves.count)
  print("  waves", plan.waveCount, "unordered", plan.unorderedPods.count, "temporary", plan.moves.count { $0.reason == .breaksCycle }, "wave 1", plan.moves.count { $0.wave == 1 }, "steps", plan.steps)
  if arguments.contains("-v") {
    var used = problem.immovableUse
    for pod in 0..<problem.podCount where problem.isMovable(pod) { used[Int(placement[pod])] &+= problem.kindDemands[Int(problem.podKinds[pod])] }
    var cap = SIMD8<Double>.zero, use = SIMD8<Double>.zero
    var hist = [String: Int](), types = [String: (Int, Int)]()
    for node in 0..<problem.nodeCount {
      let open = used[node].wrappedSum() > 0
      let key = "\(problem.capacities[node][0])/\(problem.capacities[node][1]) \(Double(problem.nodePrices[node]) / 1e9)"
      types[key, default: (0, 0)].1 += 1
      if !open { continue }
      types[key, default: (0, 0)].0 += 1
      cap += SIMD8<Double>(problem.capacities[node]); use += SIMD8<Double>(used[node])
      let a = Double(used[node][0]) / Double(problem.capacities[node][0]), b = Double(used[node][1]) / Double(problem.capacities[node][1])
      hist[String(format: "%.1f %.1f", a, b), default: 0] += 1
    }
    print(problem.resourceNames, problem.resourceUnits, "fill", use / cap)
    for (k, v) in hist.sorted(by: { $0.key < $1.key }) { print("  fill cpu,mem", k, v) }
    for (k, v) in types.sorted(by: { $0.key < $1.key }) { print("  type", k, v) }
    for m in bound.multipliers { print("  ", m) }
  }
  print(String(format: "%@ nodes %d pods %d kinds %d build %.3fs: before %.4f after %.4f (check %.4f) bound %.4f gap %.3f%% moves %d in %.2fs",
    name, problem.nodeCount, problem.podCount, problem.kindCount, (built - start) / .seconds(1), Double(problem.bill(problem.podNodes)) / 1e9, Double(bill) / 1e9,
    Double(problem.bill(placement)) / 1e9, Double(bound.nanodollarsPerHour) / 1e9, bound.gapPercent(of: bill), moves, (done - built) / .seconds(1)))
}

