/// One thing that can be configured: its names, its type, its default and what it does.
///
/// Everything that users see of a setting comes from here: the key of the configuration file, the environment variable,
/// the flag with its help, the parser with its errors, and the row in `docs/configuration.md`.
struct Setting: Sendable, Hashable {
  /// Where it stands in the configuration file, e.g. `tls.reloadInterval`.
  let path: String
  /// The flag of `serve` without its dashes; nil for settings that are too rare for a flag, and for secrets.
  let flag: String?
  let kind: SettingKind
  /// The default in the notation of the file; nil where there is none. Lists are separated by commas.
  let fallback: String?
  /// What it does, in one or two sentences without a line break.
  let help: String

  init(_ path: String, flag: String? = nil, _ kind: SettingKind, default fallback: String? = nil, _ help: String) {
    self.path = path
    self.flag = flag
    self.kind = kind
    self.fallback = fallback
    self.help = help
  }

  /// `DAKR_` and the path in capitals, e.g. `DAKR_TLS_RELOAD_INTERVAL`.
  var environmentName: String {
    var name = "DAKR_"
    var previous: Character = "."
    for character in path {
      if character == "." {
        name.append("_")
      } else {
        if character.isUppercase, previous.isLowercase { name.append("_") }
        name.append(character.uppercased())
      }
      previous = character
    }
    return name
  }

  static func == (left: Setting, right: Setting) -> Bool { left.path == right.path }
  func hash(into hasher: inout Hasher) { hasher.combine(path) }
}

/// The type of a setting.
enum SettingKind: Sendable {
  case text
  /// A file. Relative paths are relative to the working directory.
  case file
  /// A credential: never a flag, never shown.
  case secret
  case boolean
  case integer(ClosedRange<Int>)
  /// A time span, held in nanoseconds.
  case duration(ClosedRange<Int>)
  /// An amount of memory, held in bytes.
  case bytes(ClosedRange<Int>)
  case choice([String])
  /// `host:port`, and the word `off` where `canBeOff`.
  case address(canBeOff: Bool)
  /// Any number of texts.
  case list

  /// The word for a value in `--help`.
  var valueName: String {
    switch self {
    case .text, .secret, .list: "text"
    case .file: "file"
    case .boolean: "true|false"
    case .integer: "number"
    case .duration: "duration"
    case .bytes: "bytes"
    case .choice(let names): names.joined(separator: "|")
    case .address: "host:port"
    }
  }

  /// What a value has to be, for the reference and for errors.
  var description: String {
    switch self {
    case .text: "text"
    case .file: "path of a file"
    case .secret: "secret text (not available as a flag)"
    case .boolean: "true or false"
    case .integer(let range): "whole number from \(range.lowerBound) to \(range.upperBound)"
    case .duration(let range):
      "duration from \(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound)), such as 500ms or 1m30s"
    case .bytes(let range):
      "size from \(ByteText.text(range.lowerBound)) to \(ByteText.text(range.upperBound)), such as 64MiB"
    case .choice(let names): "one of " + names.joined(separator: ", ")
    case .address(let canBeOff): "host:port, such as 127.0.0.1:8443 or [::]:8443" + (canBeOff ? ", or off" : "")
    case .list: "list of texts"
    }
  }
}
