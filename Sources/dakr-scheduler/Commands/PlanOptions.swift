import ArgumentParser
import Foundation
import MigrationPlanner
import PlannerInput
import Yams

/// How `plan` prints.
enum PlanOutput: String, ExpressibleByArgument, CaseIterable {
  case table, json, yaml

  static func printYAML(_ value: some Encodable) throws {
    let encoder = YAMLEncoder()
    encoder.options.sortKeys = true
    encoder.options.allowUnicode = true
    print(try encoder.encode(value), terminator: "")
  }
}

/// A time span in the notation of the settings.
struct DurationArgument: ExpressibleByArgument {
  let nanoseconds: Int
  let defaultValueDescription: String

  init?(argument: String) {
    guard let nanoseconds = DurationText.nanoseconds(argument) else { return nil }
    self.nanoseconds = nanoseconds
    defaultValueDescription = argument
  }

  init(seconds: Int) {
    nanoseconds = seconds * 1_000_000_000
    defaultValueDescription = DurationText.text(nanoseconds)
  }

  var seconds: Double { Double(nanoseconds) / 1e9 }
}

/// A size in the notation of the settings.
struct BytesArgument: ExpressibleByArgument {
  let bytes: Int

  init?(argument: String) {
    guard let bytes = ByteText.bytes(argument) else { return nil }
    self.bytes = bytes
  }

  init(bytes: Int) { self.bytes = bytes }

  var defaultValueDescription: String { ByteText.text(bytes) }
}

extension PlanningOptions.Objective: ExpressibleByArgument {
  private static let names: [(String, PlanningOptions.Objective)] = [
    ("cost", .cost), ("balance", .balance), ("cost-then-balance", .costThenBalance),
    ("cost-and-balance", .costAndBalance),
  ]

  /// The objective by its name on the command line.
  public init?(argument: String) {
    guard let found = Self.names.first(where: { $0.0 == argument }) else { return nil }
    self = found.1
  }

  /// Its name on the command line.
  public var defaultValueDescription: String { Self.names.first { $0.1 == self }?.0 ?? "" }

  /// The names of all.
  public static var allValueStrings: [String] { names.map(\.0) }
}

extension NodeRemoval: ExpressibleByArgument {}

/// The options of a search.
struct PlanSearchOptions: ParsableArguments {
  @Option(
    help:
      "What the plan is to achieve: cost empties expensive nodes, balance relieves full ones and evens out, cost-then-balance does one after the other, cost-and-balance weighs them by --balance-weight."
  )
  var objective = PlanningOptions.Objective.cost

  @Option(help: ArgumentHelp("How long to search; the best plan found by then counts.", valueName: "duration"))
  var deadline = DurationArgument(seconds: 10)

  @Option(help: ArgumentHelp("The same number, cluster and time give the same plan.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "For how long a saving counts when it is weighed against what moves cost.", valueName: "duration"))
  var horizon = DurationArgument(seconds: 24 * 3600)

  @Option(
    help: ArgumentHelp(
      "A plan for cost that saves less than this share of the bill is not made; for cost-and-balance, imbalance at its price is saved, too.",
      valueName: "percent"))
  var minSaving = 0.5

  @Option(
    help: ArgumentHelp("Share of CPU and memory that is left free on every node that takes pods.", valueName: "percent")
  )
  var headroom = 0.0

  @Option(help: ArgumentHelp("Share of a node's resource above which balance relieves it.", valueName: "percent"))
  var balanceThreshold = 80.0

  @Option(
    help: ArgumentHelp(
      "What cost-and-balance pays to keep one node from being full, in US dollars an hour: 0 is cost alone, a node's price fills nodes to about the threshold, much more is balance (default: the mean price of a node).",
      valueName: "usd"))
  var balanceWeight: Double?

  @Option(help: ArgumentHelp("Moves in the plan.", valueName: "n"))
  var maxMoves: Int?

  @Option(help: ArgumentHelp("Moves that leave one node in the plan, from its first wave to its last.", valueName: "n"))
  var maxMovesPerNode: Int?

  @Option(help: ArgumentHelp("Moves of one workload in the plan.", valueName: "n"))
  var maxMovesPerWorkload: Int?

  @Option(help: ArgumentHelp("Moves at the same time.", valueName: "n"))
  var concurrent: Int?

  @Option(help: ArgumentHelp("Moves that leave a node at the same time.", valueName: "n"))
  var concurrentPerSource: Int?

  @Option(help: ArgumentHelp("Moves that enter a node at the same time.", valueName: "n"))
  var concurrentPerTarget: Int?

  @Option(help: ArgumentHelp("Moves of one workload at the same time.", valueName: "n"))
  var concurrentPerWorkload: Int?

  @Option(help: ArgumentHelp("Bytes a second at which a pod's memory travels.", valueName: "bytes"))
  var bandwidth = BytesArgument(bytes: 500_000_000)

  @Option(help: ArgumentHelp("What any move costs, in US dollars: work and risk.", valueName: "usd"))
  var moveCost = 0.001

  @Option(help: ArgumentHelp("What a second of a pod's standstill costs, in US dollars.", valueName: "usd"))
  var downtimeCost = 0.000_01

  func validate() throws {
    for (name, value) in [
      ("--min-saving", minSaving), ("--headroom", headroom), ("--balance-threshold", balanceThreshold),
    ] where !(0...100).contains(value) {
      throw ValidationError("\(name) must be from 0 to 100 percent; found \(value)")
    }
    for case (let name, let value?) in [
      ("--move-cost", moveCost), ("--downtime-cost", downtimeCost), ("--balance-weight", balanceWeight),
    ] where !(0...1_000_000).contains(value) {
      throw ValidationError("\(name) must be from 0 to 1000000 dollars; found \(value)")
    }
    let limits = [
      ("--max-moves", maxMoves), ("--max-moves-per-node", maxMovesPerNode),
      ("--max-moves-per-workload", maxMovesPerWorkload), ("--concurrent", concurrent),
      ("--concurrent-per-source", concurrentPerSource), ("--concurrent-per-target", concurrentPerTarget),
      ("--concurrent-per-workload", concurrentPerWorkload),
    ]
    for case (let name, let value?) in limits where value < 1 {
      throw ValidationError("\(name) must be at least 1; found \(value)")
    }
    guard balanceWeight == nil || objective == .costAndBalance else {
      throw ValidationError("--balance-weight is only read by --objective cost-and-balance; add that, or leave it out")
    }
    guard bandwidth.bytes > 0 else { throw ValidationError("--bandwidth must be above 0") }
  }

  var deadlineDuration: Duration { .nanoseconds(deadline.nanoseconds) }

  var options: PlanningOptions {
    var options = PlanningOptions()
    options.objective = objective
    options.seed = seed
    options.horizonHours = horizon.seconds / 3600
    options.leastSavingPercent = minSaving
    options.balanceThreshold = balanceThreshold / 100
    options.balanceWeight = balanceWeight.map { Int64(($0 * 1e9).rounded()) }
    options.limits.movesPerPlan = maxMoves
    options.limits.movesPerNode = maxMovesPerNode
    options.limits.movesPerWorkload = maxMovesPerWorkload
    options.limits.movesAtOnce = concurrent
    options.limits.movesAtOncePerSource = concurrentPerSource
    options.limits.movesAtOncePerTarget = concurrentPerTarget
    options.limits.movesAtOncePerWorkload = concurrentPerWorkload
    return options
  }

  func apply(to builder: inout PlanningProblem.Builder) {
    builder.headroom.cpu = headroom / 100
    builder.headroom.memory = headroom / 100
    builder.moveCost.bytesPerSecond = Int64(bandwidth.bytes)
    builder.moveCost.nanodollarsPerMove = Int64((moveCost * 1e9).rounded())
    builder.moveCost.nanodollarsPerDowntimeSecond = Int64((downtimeCost * 1e9).rounded())
  }
}

/// The options that say which pods move, and which nodes are worth emptying.
struct PlanMovabilityOptions: ParsableArguments {
  @Option(
    help:
      "Nodes that somebody removes once they are empty: auto (Karpenter's; managed groups where cluster-autoscaler runs; label dakr.devzero.io/removed-when-empty=true), all or none."
  )
  var removable = NodeRemoval.auto

  @Flag(help: "Plan as if every pod were live-migratable that did not opt out.")
  var assumeMigratable = false

  @Flag(help: "Move pods that no controller would replace.")
  var moveBarePods = false

  @Flag(help: "Move pods that take ports of their node, where the port is free on the target.")
  var moveHostPorts = false

  @Flag(help: "Move pods with data on their node's own disks.")
  var moveLocalStorage = false

  @Flag(help: "Move pods with ReadWriteOnce volumes, which are detached and attached while the pod stands still.")
  var moveAttachedVolumes = false

  @Option(
    help: ArgumentHelp(
      "Pods stay that were migrated less long ago (annotation dakr.devzero.io/last-migration).", valueName: "duration"))
  var cooldown = DurationArgument(seconds: 15 * 60)

  func apply(to builder: inout PlanningProblem.Builder) {
    builder.policy.assumesEveryPodMigratable = assumeMigratable
    builder.policy.movesPodsWithoutController = moveBarePods
    builder.policy.movesPodsWithHostPorts = moveHostPorts
    builder.policy.movesPodsWithLocalStorage = moveLocalStorage
    builder.policy.movesPodsWithSingleNodeVolumes = moveAttachedVolumes
  }

  func choices(nowUnixSeconds: Int64) -> ClusterInput.Choices {
    var choices = ClusterInput.Choices()
    choices.removal = removable
    choices.nowUnixSeconds = nowUnixSeconds
    choices.cooldownSeconds = Int64(cooldown.seconds)
    return choices
  }
}
