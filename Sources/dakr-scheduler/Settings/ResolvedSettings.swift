/// The settings in effect: for each the value of the strongest source that has one.
///
/// The one precedence, strongest first: flag, environment variable, configuration file, trial mode, default.
struct ResolvedSettings: Sendable {
  /// Who decided a value.
  enum Origin: String, Sendable {
    case flag, environment, file, trial
    case fallback = "default"
  }

  private var values: [Setting: (value: SettingValue, origin: Origin)] = [:]
  /// Environment variables that look like settings but are none, for a warning.
  private(set) var unknownVariables: [String] = []

  /// - Parameters:
  ///   - flags: the values of each flag that was given, in order.
  ///   - environment: all of the process' variables; those of other programs are passed over.
  ///   - file: what ``SettingsFile`` read.
  ///   - trial: what trial mode sets, in the notation of flags.
  init(
    flags: [Setting: [String]], environment: [String: String], file: [Setting: SettingValue],
    trial: [Setting: String] = [:]
  ) throws(SettingsFailure) {
    var problems: [String] = []
    for setting in Setting.all {
      if let texts = flags[setting], !texts.isEmpty {
        take(Self.value(ofFlag: setting, texts), .flag, setting, &problems)
      } else if let text = environment[setting.environmentName] {
        take(Self.value(ofVariable: setting, text), .environment, setting, &problems)
      } else if let value = file[setting] {
        values[setting] = (value, .file)
      } else if let text = trial[setting] ?? setting.fallback, let value = setting.kind.value(of: text) {
        values[setting] = (value, trial[setting] == nil ? .fallback : .trial)
      }
    }
    unknownVariables = Self.unknownVariables(in: environment)
    guard problems.isEmpty else { throw SettingsFailure(problems: problems) }
  }

  private mutating func take(
    _ result: Result<SettingValue, SettingsFailure>, _ origin: Origin, _ setting: Setting, _ problems: inout [String]
  ) {
    switch result {
    case .success(let value): values[setting] = (value, origin)
    case .failure(let failure): problems += failure.problems
    }
  }

  private static func value(ofFlag setting: Setting, _ texts: [String]) -> Result<SettingValue, SettingsFailure> {
    let name = "--\(setting.flag ?? setting.path)"
    if case .list = setting.kind { return .success(.list(texts)) }
    // The last one wins, so that a script can put a flag after those that it was given.
    let text = texts.last ?? ""
    guard let value = setting.kind.value(of: text) else {
      let found = text.prefix(80)
      return .failure(SettingsFailure(problems: ["\(name) must be: \(setting.kind.description); found \"\(found)\""]))
    }
    return .success(value)
  }

  private static func value(ofVariable setting: Setting, _ text: String) -> Result<SettingValue, SettingsFailure> {
    guard let value = setting.kind.value(of: text) else {
      let name = setting.environmentName
      let found = text.prefix(80)
      return .failure(SettingsFailure(problems: ["\(name) must be: \(setting.kind.description); found \"\(found)\""]))
    }
    return .success(value)
  }

  /// `DAKR_…` variables that no setting has. Kubernetes itself puts `DAKR_SCHEDULER_SERVICE_HOST` and the like into
  /// pods that stand beside a Service of our name, so a stranger is reported, not refused.
  private static func unknownVariables(in environment: [String: String]) -> [String] {
    let known = Set(Setting.all.map(\.environmentName)).union([Setting.fileVariable])
    return environment.keys.filter {
      $0.hasPrefix("DAKR_") && !$0.hasPrefix("DAKR_SCHEDULER_") && !known.contains($0)
    }.sorted()
  }

  /// Who decided the value of a setting; nil where it has none.
  func origin(of setting: Setting) -> Origin? { values[setting]?.origin }

  /// The text of a setting; nil where it is not set or empty.
  func text(_ setting: Setting) -> String? {
    guard case .text(let text)? = values[setting]?.value, !text.isEmpty else { return nil }
    return text
  }

  /// The text of a setting that has a default.
  func choice(_ setting: Setting) -> String { text(setting) ?? setting.fallback ?? "" }

  /// A whole number, nanoseconds or bytes. Only for settings that have a default.
  func integer(_ setting: Setting) -> Int {
    guard case .integer(let number)? = values[setting]?.value else {
      preconditionFailure("\(setting.path) is no whole number with a default")
    }
    return number
  }

  /// True where the setting is set to true.
  func isTrue(_ setting: Setting) -> Bool { values[setting]?.value == .boolean(true) }

  /// The address of a listener; nil where it is off.
  func address(_ setting: Setting) -> ListenAddress? {
    guard case .address(let address)? = values[setting]?.value else { return nil }
    return address
  }

  /// The texts of a list; empty where it is not set.
  func list(_ setting: Setting) -> [String] {
    guard case .list(let texts)? = values[setting]?.value else { return [] }
    return texts
  }

  /// What differs from the defaults, for the log at start: path, value, origin. Secrets are named, not shown.
  var chosen: [(path: String, value: String, origin: Origin)] {
    Setting.all.compactMap { setting in
      guard let entry = values[setting], entry.origin != .fallback else { return nil }
      if case .secret = setting.kind { return (setting.path, "[set]", entry.origin) }
      return (setting.path, Self.shown(entry.value, setting.kind), entry.origin)
    }
  }

  private static func shown(_ value: SettingValue, _ kind: SettingKind) -> String {
    switch (value, kind) {
    case (.text(let text), _): text
    case (.boolean(let flag), _): "\(flag)"
    case (.integer(let number), .duration): DurationText.text(number)
    case (.integer(let number), .bytes): ByteText.text(number)
    case (.integer(let number), _): "\(number)"
    case (.address(let address), _): address.map { "\($0.host):\($0.port)" } ?? "off"
    case (.list(let texts), _): texts.joined(separator: ",")
    }
  }
}
