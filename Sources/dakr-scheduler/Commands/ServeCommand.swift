import ArgumentParser
import Foundation
import Logging
import Observability

/// Runs the extender.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Answer kube-scheduler's extender calls.",
    discussion: """
      To try it on this machine, without cluster or control plane; it makes its own certificates, and prints a curl \
      line and a kube-scheduler configuration that work with them:
        dakr-scheduler serve --trial

      Beside a real cluster:
        dakr-scheduler certificates ./certs
        dakr-scheduler serve --tls-cert certs/tls.crt --tls-key certs/tls.key --client-ca certs/ca.crt \\
          --kubeconfig ~/.kube/config

      Every flag below is also a key of the configuration file and an environment variable, and there are more keys \
      than flags: docs/configuration.md lists them all. The strongest wins: flag, environment, file, default. The \
      control plane's token has no flag; put it into a file, a Secret, a ConfigMap, the configuration file or \
      DAKR_NODE_COST_CONTROL_PLANE_TOKEN.

      SIGTERM or Ctrl-C: /readyz says no, requests in flight are answered, and the process ends with 0.
      """)

  @Option(help: ArgumentHelp("The configuration file (YAML); also DAKR_CONFIG.", valueName: "file"))
  var config: String?

  @Option(
    defaultAsFlag: "", parsing: .next,
    help: ArgumentHelp(
      "Serve for a trial with certificates made in this folder (default: ~/.local/state/dakr-scheduler/trial).",
      valueName: "folder"))
  var trial: String?

  @Flag(help: "Read all settings, print what differs from the defaults and who decided it, and exit.")
  var checkConfig = false

  @OptionGroup(title: "Settings")
  var flags: SettingFlags

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let folder = try trialFolder(environment)
    let settings = try ResolvedSettings(
      flags: flags.values, environment: environment, file: try Self.settingsFile(config, environment),
      trial: folder?.settings ?? [:])
    if checkConfig { return Self.print(settings) }
    Program.ignoreBrokenPipes()
    RecordLogHandler.bootstrap(
      format: LogFormat(rawValue: settings.choice(.logFormat)) ?? .text,
      level: Logger.Level(rawValue: settings.choice(.logLevel)) ?? .info, sink: DescriptorSink.standardError)
    try await Serving(settings: settings, trial: folder, environment: environment).run()
  }

  private func trialFolder(_ environment: [String: String]) throws -> TrialFolder? {
    guard let trial else { return nil }
    let wanted = TrialFolder(path: trial.isEmpty ? TrialFolder.usualPath(environment: environment) : trial)
    if checkConfig { return wanted }
    try wanted.prepare()
    return TrialFolder(path: TrialFolder.absolute(wanted.path))
  }

  /// The settings of the configuration file that the flag or the environment names.
  static func settingsFile(_ flag: String?, _ environment: [String: String]) throws -> [Setting: SettingValue] {
    guard let path = flag ?? environment[Setting.fileVariable], !path.isEmpty else { return [:] }
    let bytes = try PrivateFile.read(path, maximumBytes: SettingsFile.maximumBytes)
    guard let yaml = String(validating: bytes, as: UTF8.self) else {
      throw SettingsFailure(problems: ["\(path): is not UTF-8"])
    }
    return try SettingsFile.parse(yaml, name: path)
  }

  private static func print(_ settings: ResolvedSettings) {
    var table = TextTable([("SETTING", .left), ("VALUE", .left), ("FROM", .left)])
    for entry in settings.chosen { table.add([entry.path, entry.value, entry.origin.rawValue]) }
    Swift.print(table.text, terminator: "")
    for name in settings.unknownVariables { Swift.print("note: \(name) belongs to no setting") }
  }
}
