import ArgumentParser
import Foundation
import NodeCost
import Simulation

/// Replays a trace of pods and prints what each way of scoring would have cost.
struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Replay a trace of pods and print the bill with and without us.",
    discussion: """
      Pods of the trace arrive and end; kube-scheduler's scores, with or without ours beside them, choose the node; an \
      autoscaler adds a node when a pod fits nowhere and removes nodes that stay empty for 10 minutes. Each policy is \
      replayed on the same pods in each scenario: on-demand nodes alone and mixed with spot, nodes added at random or \
      the cheapest that fits, without and with the draining of little-used nodes. Prices are the catalogue's for AWS \
      us-east-1. The last line is a bound that no scheduler can reach.

      In a checkout of the repository:
        dakr-scheduler simulate
        dakr-scheduler simulate --trace data/traces/openb-2023.csv --every 1

      A quick look, and two policies of your own choice, exactly:
        dakr-scheduler simulate --every 8 --seeds 2
        dakr-scheduler simulate --policy defaults --policy most-allocated+unit@2 --seeds 32

      A policy is a profile, alone or with one of our strategies and the extender's weight in kube-scheduler:
        defaults            LeastAllocated + BalancedAllocation, as kube-scheduler comes
        most-allocated      MostAllocated + BalancedAllocation, the profile of our manifests
        most-allocated-only MostAllocated
        most-allocated+unit@2, defaults+share, ...

      A trace is a CSV file with the line \(Trace.header) and a line of whole numbers for each pod.
      """)

  @Option(help: ArgumentHelp("The trace.", valueName: "file"))
  var trace = "data/traces/azure-2017.csv"

  @Option(help: ArgumentHelp("Replay only every n-th pod of the trace, to take less time.", valueName: "n"))
  var every = 2

  @Option(help: ArgumentHelp("CPU and memory of the pods in percent of the trace's.", valueName: "percent"))
  var podSize = 100

  @Option(help: ArgumentHelp("How often to replay each policy, with other random choices each time.", valueName: "n"))
  var seeds = 4

  @Option(help: ArgumentHelp("A policy to compare; the first is what the others are compared with. Repeatable."))
  var policy: [String] = []

  @Option(help: ArgumentHelp("How many replays to make at a time; 0 means one for each processor.", valueName: "n"))
  var jobs = 0

  @Option(help: ArgumentHelp("How to print.", valueName: "table|json"))
  var output = OutputFormat.table

  func validate() throws {
    guard (1...100_000).contains(every) else {
      throw ValidationError("--every must be from 1 to 100000; found \(every)")
    }
    guard (1...10_000).contains(podSize) else {
      throw ValidationError("--pod-size must be from 1 to 10000 percent; found \(podSize)")
    }
    guard (1...1_000).contains(seeds) else { throw ValidationError("--seeds must be from 1 to 1000; found \(seeds)") }
    guard (0...1_024).contains(jobs) else { throw ValidationError("--jobs must be from 0 to 1024; found \(jobs)") }
    _ = try policies()
  }

  func run() async throws {
    let plan = try plan()
    let runs = plan.runs
    let progress = SimulationProgress(total: runs.count)
    let workers = jobs > 0 ? jobs : ProcessInfo.processInfo.activeProcessorCount
    let outcomes = await Self.outcomes(of: runs, workers: workers, progress) { plan.outcome(of: $0) }
    progress.finish()
    let comparison = Comparison(plan: plan, outcomesInOrder: outcomes)
    let report = SimulationReport(comparison, trace: trace, podSizePercent: podSize)
    switch output {
    case .table: print(report.text, terminator: "")
    case .json: try OutputFormat.printJSON(report)
    }
  }

  private func plan() throws -> SimulationPlan {
    let bytes: [UInt8]
    do {
      bytes = try PrivateFile.read(trace, maximumBytes: Trace.maximumBytes)
    } catch {
      throw CommandFailure("\(error); state a trace with --trace, such as data/traces/azure-2017.csv of the repository")
    }
    let parsed: Trace
    do {
      parsed = try Trace(parsing: bytes)
    } catch {
      throw CommandFailure("\(trace): \(error)")
    }
    let pods = parsed.resized(percent: podSize)
    guard pods.every(every, phase: every - 1).pods.count > 0 else {
      throw CommandFailure("\(trace) has \(pods.pods.count) pods; --every \(every) leaves none of them")
    }
    return SimulationPlan(
      trace: pods, everyNthPod: every, scenarios: try Scenario.standard(for: pods, prices: PriceBook()),
      policies: try policies(), seedCount: seeds)
  }

  private func policies() throws -> [PlacementPolicy] {
    guard !policy.isEmpty else { return PlacementPolicy.standard }
    return try policy.map { name in
      guard let policy = PlacementPolicy(name: name) else {
        let profiles = PlacementPolicy.Profile.allCases.map(\.rawValue).joined(separator: ", ")
        let strategies = ScoringStrategy.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError(
          "--policy must be one of \(profiles), alone or with + and one of \(strategies), and @ and a weight from 1 to "
            + "100; found \"\(name)\"")
      }
      return policy
    }
  }

  /// The outcomes in the order of the runs, whoever made them when.
  private static func outcomes(
    of runs: [SimulationPlan.Run], workers: Int, _ progress: SimulationProgress,
    _ body: @escaping @Sendable (SimulationPlan.Run) -> ReplayOutcome
  ) async -> [ReplayOutcome] {
    await withTaskGroup(of: (Int, ReplayOutcome).self) { group in
      var outcomes = Array(repeating: ReplayOutcome(), count: runs.count)
      var next = 0
      func start(_ group: inout TaskGroup<(Int, ReplayOutcome)>) {
        guard next < runs.count else { return }
        let place = next
        next += 1
        group.addTask { (place, body(runs[place])) }
      }
      for _ in 0..<workers { start(&group) }
      for await (place, outcome) in group {
        outcomes[place] = outcome
        progress.step()
        start(&group)
      }
      return outcomes
    }
  }
}
