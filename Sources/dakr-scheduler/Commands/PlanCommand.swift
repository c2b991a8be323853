import ArgumentParser
import Foundation
import MigrationPlanner
import PlanReport
import PlannerInput
import Scheduler

/// Finds which running pods to move so that nodes can go.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Find which running pods to move where, so that the bill becomes smallest.",
    discussion: """
      Of the cluster that kubectl talks to, or of files that kubectl wrote (nothing is changed in either case):
        dakr-scheduler plan
        kubectl get nodes,pods,pdb,pvc,pv,csinodes,namespaces -A -o json | dakr-scheduler plan --from -
        dakr-scheduler plan --from nodes.json --from pods.json --output json --report plan.html

      What an autoscaler and checkpoint-capable nodes everywhere would save:
        dakr-scheduler plan --removable all --assume-migratable

      Only pods that are live-migratable move, only between nodes labelled dakr.devzero.io/checkpoint-node=true, and a \
      node is only worth emptying where somebody removes it then. The plan says of each node that stays why it does, \
      and how far it is from a proven lower bound.

      Ctrl-C ends the search with the best plan so far; a second one ends the program.
      """)

  @Option(
    help: ArgumentHelp(
      "A file that kubectl get -o json wrote, or - for the standard input. Repeatable.", valueName: "file"))
  var from: [String] = []

  @OptionGroup(title: "What is looked for")
  var search: PlanSearchOptions

  @OptionGroup(title: "What may move")
  var movability: PlanMovabilityOptions

  @Option(help: ArgumentHelp("How to print.", valueName: "table|json|yaml"))
  var output = PlanOutput.table

  @Option(help: ArgumentHelp("Write a page for the browser, too.", valueName: "file.html"))
  var report: String?

  @Option(help: ArgumentHelp("How many moves and nodes the table lists.", valueName: "n"))
  var show = 20

  @Flag(
    inversion: .prefixedNo, help: "Show a line of progress on the standard error (default: where it is a terminal).")
  var progress: Bool?

  @Option(help: ArgumentHelp("The configuration file of serve (YAML); also DAKR_CONFIG.", valueName: "file"))
  var config: String?

  @OptionGroup(title: "Settings that plan shares with serve")
  var flags: SharedSettingFlags

  func validate() throws {
    try search.validate()
    guard show >= 0 else { throw ValidationError("--show must not be negative; found \(show)") }
  }

  func run() async throws {
    Program.ignoreBrokenPipes()
    let environment = ProcessInfo.processInfo.environment
    let settings = try ResolvedSettings(
      flags: flags.values, environment: environment, file: try ServeCommand.settingsFile(config, environment))
    let line = PlanningProgressLine(isShown: progress)
    let now = Int64(Date().timeIntervalSince1970)
    let cluster = try await PlanInputs(settings: settings, environment: environment, paths: from).read(line)
    var builder = PlanningProblem.Builder()
    movability.apply(to: &builder)
    builder.policy.runtimeClasses = settings.list(.checkpointRuntimeClasses)
    search.apply(to: &builder)
    let notes = try cluster.input.fill(
      &builder, prices: cluster.prices, choices: movability.choices(nowUnixSeconds: now))
    let problem = builder.build()
    let options = search.options
    let plan = PlanningRun(deadline: search.deadlineDuration, progress: line).plan(problem, options)
    try write(
      PlannedCluster(
        problem: problem, plan: plan, options: options, moveCost: builder.moveCost,
        notes: notes.sentences + cluster.notes, takenAt: WallClock.rfc3339(now * 1000)))
  }

  private func write(_ planned: PlannedCluster) throws {
    if let report { try PrivateFile.write(Array(PlanReport(planned).html.utf8), to: report) }
    switch output {
    case .table: print(PlanText(planned: planned, listed: show).text, terminator: "")
    case .json: try OutputFormat.printJSON(PlanDocument(planned))
    case .yaml: try PlanOutput.printYAML(PlanDocument(planned))
    }
  }
}
