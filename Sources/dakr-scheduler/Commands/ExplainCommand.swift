import ArgumentParser

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "explain")
  func run() async throws {}
}
struct ControlPlaneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "control-plane")
  func run() async throws {}
}
enum MetricsReference { static func markdown() -> String { "" } }
