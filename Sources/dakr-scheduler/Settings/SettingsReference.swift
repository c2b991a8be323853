/// Writes the parts of `docs/configuration.md` that follow from the table of settings.
enum SettingsReference {
  static let begin = "<!-- begin: settings; written by `dakr-scheduler reference settings` -->"
  static let end = "<!-- end: settings -->"

  private static let sections: [(title: String, settings: [Setting])] = [
    ("Listening and stopping", Setting.listening),
    ("Certificates", Setting.certificates),
    ("Kubernetes API", Setting.kubernetesAccess),
    ("Node cost", Setting.nodeCosts),
    ("Scheduling", Setting.scheduling),
    ("Logs and metrics", Setting.reporting),
    ("Limits", Setting.limits),
  ]

  /// The tables, markers included.
  static func markdown() -> String {
    var text = begin + "\n"
    for section in sections {
      text += "\n### \(section.title)\n\n"
      text += "| key, flag, variable | type and default | what it does |\n|---|---|---|\n"
      for setting in section.settings { text += row(setting) }
    }
    return text + "\n" + end + "\n"
  }

  private static func row(_ setting: Setting) -> String {
    var names = ["`\(setting.path)`"]
    if let flag = setting.flag { names.append("`--\(flag)`") }
    names.append("`\(setting.environmentName)`")
    let fallback = setting.fallback.map { $0.isEmpty ? "empty" : "`\($0)`" } ?? "not set"
    let type = "\(setting.kind.description); default: \(fallback)"
    return "| \(names.joined(separator: "<br>")) | \(cell(type)) | \(cell(setting.help)) |\n"
  }

  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
