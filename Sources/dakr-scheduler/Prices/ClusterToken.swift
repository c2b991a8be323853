import Glibc
import Synchronization

/// Where the control plane's token comes from. It is read anew before each refresh, so a rotated one is used without a
/// restart; it is never logged and never part of an error.
enum ClusterToken: Sendable {
  case literal(String)
  case file(String)
  /// Filled by a watch of a Secret or ConfigMap.
  case watched(TokenObject, WatchedToken)

  /// The first source that is configured; nil where none is.
  init?(_ settings: ResolvedSettings) {
    if let literal = settings.text(.controlPlaneToken) {
      self = .literal(literal)
    } else if let path = settings.text(.controlPlaneTokenFile) {
      self = .file(path)
    } else if let object = TokenObject(settings) {
      self = .watched(object, WatchedToken())
    } else {
      return nil
    }
  }

  /// The token now; nil where there is none.
  func read() -> String? {
    switch self {
    case .literal(let token): Self.trimmed(token)
    case .file(let path):
      (try? PrivateFile.read(path, maximumBytes: 64 << 10)).flatMap {
        Self.trimmed(String(decoding: $0, as: UTF8.self))
      }
    case .watched(_, let token): token.current.flatMap(Self.trimmed)
    }
  }

  /// Files end in a newline more often than not.
  private static func trimmed(_ text: String) -> String? {
    var part = text[...]
    while let first = part.first, first.isWhitespace { part.removeFirst() }
    while let last = part.last, last.isWhitespace { part.removeLast() }
    return part.isEmpty ? nil : String(part)
  }
}

/// The token that a Secret or ConfigMap holds at the moment.
final class WatchedToken: Sendable {
  private let value = Mutex<String?>(nil)

  var current: String? { value.withLock { $0 } }

  /// Replaces it; nil where the object or its key is gone.
  func set(_ token: String?) { value.withLock { $0 = token } }
}
