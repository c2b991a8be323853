internal import Yams

/// A small YAML or JSON document: a kubeconfig, a Status, the answer of a credential plugin.
///
/// Not for lists or watches. Bounded, so that aliases that refer to one another cannot unfold without end.
enum DocumentValue: Sendable, Equatable {
  /// A scalar's text; plain where it stood without quotes.
  case scalar(String, isPlain: Bool)
  case sequence([DocumentValue])
  /// In the order of the document; keys are unique.
  case mapping([Entry])

  struct Entry: Sendable, Equatable {
    var key: String
    var value: DocumentValue
  }

  /// Not YAML, or beyond the bounds. The text names no content.
  struct Unreadable: Error {
    var detail: String
  }

  private static let maximumValues = 100_000
  private static let maximumDepth = 64

  init(parsing bytes: [UInt8]) throws(Unreadable) {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Unreadable(detail: "it is not UTF-8") }
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw Unreadable(detail: Self.describe(error))
    } catch {
      throw Unreadable(detail: "it is not YAML or JSON")
    }
    var remaining = Self.maximumValues
    guard let root else {
      self = .mapping([])
      return
    }
    self = try Self.convert(root, depth: 0, remaining: &remaining)
  }

  private static func convert(_ node: Node, depth: Int, remaining: inout Int) throws(Unreadable) -> DocumentValue {
    remaining -= 1
    guard remaining > 0, depth < maximumDepth else { throw Unreadable(detail: "it is too deep or too large") }
    switch node {
    case .scalar(let scalar):
      return .scalar(scalar.string, isPlain: scalar.style == .plain || scalar.style == .any)
    case .sequence(let sequence):
      var values: [DocumentValue] = []
      for element in sequence { values.append(try convert(element, depth: depth + 1, remaining: &remaining)) }
      return .sequence(values)
    case .mapping(let mapping):
      var entries: [Entry] = []
      for (key, value) in mapping {
        guard case .scalar(let name) = key else { throw Unreadable(detail: "a key is not a string") }
        let value = try convert(value, depth: depth + 1, remaining: &remaining)
        entries.append(Entry(key: name.string, value: value))
      }
      return .mapping(entries)
    case .alias:
      throw Unreadable(detail: "it holds an alias that leads nowhere")
    }
  }

  /// Where the fault lies. libyaml's own texts may quote the line, which may be a token.
  private static func describe(_ error: YamlError) -> String {
    switch error {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
      "it is not valid YAML at line \(mark.line), column \(mark.column)"
    case .duplicatedKeysInMapping:
      "a mapping holds a key twice"
    default:
      "it is not valid YAML or JSON"
    }
  }

  /// The value of a key of a mapping; nil for anything else.
  subscript(_ key: String) -> DocumentValue? {
    guard case .mapping(let entries) = self else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// The text of a scalar; nil for anything else and for YAML's null.
  var text: String? {
    guard case .scalar(let text, let isPlain) = self else { return nil }
    return isPlain && Self.nulls.contains(text) ? nil : text
  }

  /// The elements of a sequence; nil for anything else.
  var elements: [DocumentValue]? {
    guard case .sequence(let elements) = self else { return nil }
    return elements
  }

  private static let nulls: Set<String> = ["", "~", "null", "Null", "NULL"]
}
