import Yams

/// Reads the YAML configuration file: only keys of the table, only values of their types.
struct SettingsFile {
  /// Largest file that is read.
  static let maximumBytes = 1 << 20

  private(set) var values: [Setting: SettingValue] = [:]
  private var problems: [String] = []
  private let name: String
  private let table: [Setting]

  /// Parses `yaml`; `name` is how errors call the file.
  ///
  /// Throws ``SettingsFailure`` with every problem found, each as `file:line: what is wrong`.
  static func parse(_ yaml: String, name: String, table: [Setting] = Setting.all) throws(SettingsFailure)
    -> [Setting: SettingValue]
  {
    var file = SettingsFile(name: name, table: table)
    file.readDocument(yaml)
    guard file.problems.isEmpty else { throw SettingsFailure(problems: file.problems) }
    return file.values
  }

  private init(name: String, table: [Setting]) {
    self.name = name
    self.table = table
  }

  private mutating func readDocument(_ yaml: String) {
    guard yaml.utf8.count <= Self.maximumBytes else {
      problems.append("\(name): is larger than \(ByteText.text(Self.maximumBytes))")
      return
    }
    do {
      guard let root = try Yams.compose(yaml: yaml), !isNull(root) else { return }
      guard let mapping = root.mapping else {
        problem(at: root, "expected keys and values at the top level, found \(Self.kind(of: root))")
        return
      }
      read(mapping, under: "")
    } catch let error as YamlError {
      problems.append("\(name): is not valid YAML: \(error)".split(separator: "\n").joined(separator: " "))
    } catch {
      problems.append("\(name): is not valid YAML")
    }
  }

  private mutating func read(_ mapping: Node.Mapping, under prefix: String) {
    for (keyNode, valueNode) in mapping {
      guard let key = keyNode.scalar?.string else {
        problem(at: keyNode, "a key must be a plain word")
        continue
      }
      let path = prefix.isEmpty ? key : "\(prefix).\(key)"
      if let setting = table.first(where: { $0.path == path }) {
        read(valueNode, of: setting)
      } else if table.contains(where: { $0.path.hasPrefix(path + ".") }) {
        if let inner = valueNode.mapping {
          read(inner, under: path)
        } else if !isNull(valueNode) {
          problem(at: valueNode, "\(path) holds further keys, not \(Self.kind(of: valueNode))")
        }
      } else {
        problem(at: keyNode, "unknown key \"\(path)\"" + hint(key, under: prefix))
      }
    }
  }

  private mutating func read(_ node: Node, of setting: Setting) {
    guard !isNull(node) else { return }
    if case .list = setting.kind {
      guard let items = node.sequence else {
        problem(at: node, wrongType(setting, found: node))
        return
      }
      let texts = items.compactMap { $0.scalar?.string }
      guard texts.count == items.count else {
        problem(at: node, wrongType(setting, found: node))
        return
      }
      values[setting] = .list(texts)
      return
    }
    guard let scalar = node.scalar, isAcceptable(scalar, for: setting.kind),
      let value = setting.kind.value(of: scalar.string)
    else {
      problem(at: node, wrongType(setting, found: node))
      return
    }
    values[setting] = value
  }

  /// A quoted scalar is text, even where it looks like a number or a boolean.
  private func isAcceptable(_ scalar: Node.Scalar, for kind: SettingKind) -> Bool {
    switch kind {
    case .boolean, .integer: scalar.style == .plain || scalar.style == .any
    default: true
    }
  }

  private func wrongType(_ setting: Setting, found node: Node) -> String {
    var found = Self.kind(of: node)
    if case .secret = setting.kind {
      found = "something else"
    } else if let text = node.scalar?.string {
      found = "\"\(text.prefix(80))\""
    }
    return "\(setting.path) must be: \(setting.kind.description); found \(found)"
  }

  /// A key that exists at another place is named with its whole path, otherwise the nearest sibling.
  private func hint(_ key: String, under prefix: String) -> String {
    let siblings = Set(
      table.compactMap { setting -> String? in
        guard prefix.isEmpty || setting.path.hasPrefix(prefix + ".") else { return nil }
        return setting.path.dropFirst(prefix.isEmpty ? 0 : prefix.count + 1).split(separator: ".").first.map(
          String.init)
      })
    if let near = NearestName.of(key, among: siblings.sorted()) { return "; did you mean \"\(near)\"?" }
    let leaves = table.map { (leaf: $0.path.split(separator: ".").last.map(String.init) ?? "", path: $0.path) }
    guard let near = NearestName.of(key, among: leaves.map(\.leaf)),
      let place = leaves.first(where: { $0.leaf == near })
    else { return prefix.isEmpty ? "" : "; known here: \(siblings.sorted().joined(separator: ", "))" }
    return "; did you mean \"\(place.path)\"?"
  }

  private mutating func problem(at node: Node, _ text: String) {
    let line = node.mark.map { ":\($0.line)" } ?? ""
    problems.append("\(name)\(line): \(text)")
  }

  private func isNull(_ node: Node) -> Bool {
    guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else { return false }
    return ["", "~", "null"].contains(scalar.string)
  }

  private static func kind(of node: Node) -> String {
    if node.mapping != nil { return "keys and values" }
    if node.sequence != nil { return "a list" }
    return "a single value"
  }
}
