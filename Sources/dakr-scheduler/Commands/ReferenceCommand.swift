import ArgumentParser

/// Prints the parts of the documentation that follow from the program, for those who change the program.
struct ReferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference",
    abstract: "Print the tables of docs/configuration.md (settings) or docs/metrics.md (metrics).",
    shouldDisplay: false)

  enum Part: String, ExpressibleByArgument, CaseIterable {
    case settings, metrics
  }

  @Argument(help: "settings or metrics")
  var part: Part

  func run() {
    switch part {
    case .settings: print(SettingsReference.markdown(), terminator: "")
    case .metrics: print(MetricsReference.markdown(), terminator: "")
    }
  }
}
