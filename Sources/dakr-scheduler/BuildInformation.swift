import Observability

/// What `/version`, `--version` and the build-info metric say.
struct BuildInformation: Sendable {
  /// The release, `major.minor.patch`.
  let version: String
  /// `debug` or `release`.
  let configuration: String
  /// `major.minor` of the Swift compiler.
  let swift: String

  static let current = BuildInformation(version: "0.1.0", configuration: configurationName, swift: swiftVersion)

  private static var configurationName: String {
    #if DEBUG
      "debug"
    #else
      "release"
    #endif
  }

  private static var swiftVersion: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #else
      "6.3"
    #endif
  }

  /// One line for `--version`.
  var line: String { "dakr-scheduler \(version) (\(configuration), Swift \(swift))" }

  /// The body of `/version`.
  var json: String {
    #"{"name":"dakr-scheduler","version":"\#(version)","configuration":"\#(configuration)","swift":"\#(swift)"}"#
  }
}

extension BuildInformation {
  /// The metric by which other series can be joined with the version that made them.
  func register(in registry: MetricsRegistry) {
    registry.gauges(
      metricPrefix + "build_info", help: "Always 1; the labels say which build this is.",
      labels: ["version", "configuration", "swift"]
    ).with(version, configuration, swift).set(1)
  }
}
