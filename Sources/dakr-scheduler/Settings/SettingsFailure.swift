/// Everything that is wrong with the configuration, each with its place, so that one run shows all of it.
struct SettingsFailure: Error, Equatable, CustomStringConvertible {
  var problems: [String]

  var description: String {
    problems.count == 1 ? problems[0] : "the configuration has errors:\n  " + problems.joined(separator: "\n  ")
  }
}
