/// What kubeconfig files say, after merging; see "Organizing Cluster Access Using kubeconfig Files".
package struct Kubeconfig: Sendable {
  /// One entry of `clusters`, `users` or `contexts`.
  struct Entry: Sendable {
    var value: DocumentValue
    /// The file that it stands in, for messages.
    var path: String
    /// The directory of that file, which relative paths of the entry start from.
    var directory: String { BoundedFile.directory(of: path) }
  }

  var clusters: [String: Entry] = [:]
  var users: [String: Entry] = [:]
  var contexts: [String: Entry] = [:]
  var currentContext = ""
  /// The files that were read, for messages.
  private(set) var paths: [String] = []

  package init() {}

  /// Reads one file's content.
  package init(parsing bytes: [UInt8], path: String) throws(KubernetesFailure) {
    let document: DocumentValue
    do throws(DocumentValue.Unreadable) {
      document = try DocumentValue(parsing: bytes)
    } catch {
      throw Kubeconfig.invalid(path, error.detail)
    }
    guard case .mapping = document else { throw Kubeconfig.invalid(path, "it is not a mapping") }
    if let kind = document["kind"]?.text, kind != "Config" {
      throw Kubeconfig.invalid(path, "it is of kind \(kind), not Config")
    }
    paths = [path]
    currentContext = document["current-context"]?.text ?? ""
    clusters = try Kubeconfig.entries(of: document, list: "clusters", key: "cluster", path: path)
    users = try Kubeconfig.entries(of: document, list: "users", key: "user", path: path)
    contexts = try Kubeconfig.entries(of: document, list: "contexts", key: "context", path: path)
  }

  /// Adds another file's entries. The first file to name something wins, and wins as a whole: entries of one name are
  /// not mixed ("Merging kubeconfig files", rules 3 and 4).
  package mutating func merge(_ other: Kubeconfig) {
    clusters.merge(other.clusters) { first, _ in first }
    users.merge(other.users) { first, _ in first }
    contexts.merge(other.contexts) { first, _ in first }
    if currentContext.isEmpty { currentContext = other.currentContext }
    paths += other.paths
  }

  /// The files of `KUBECONFIG`, or nil where it is not set. Separated by colons; empty names are skipped, and of files
  /// named twice the first counts (client-go, clientcmd/loader.go).
  package static func pathsOfEnvironment(_ environment: [String: String]) -> [String]? {
    guard let value = environment["KUBECONFIG"], !value.isEmpty else { return nil }
    var paths: [String] = []
    for path in value.split(separator: ":").map(String.init) where !paths.contains(path) { paths.append(path) }
    return paths
  }

  /// Reads and merges files, in order. Missing ones are skipped where `mustExist` is false, as kubectl does with those of
  /// `KUBECONFIG`; at least one must exist all the same.
  package static func load(paths: [String], mustExist: Bool) throws(KubernetesFailure) -> Kubeconfig {
    var merged = Kubeconfig()
    for path in paths {
      let bytes: [UInt8]
      do throws(BoundedFile.Unreadable) {
        bytes = try BoundedFile.read(path)
      } catch {
        if error.isMissing, !mustExist { continue }
        throw KubernetesFailure(.configuration, operation: "read kubeconfig", detail: error.detail)
      }
      merged.merge(try Kubeconfig(parsing: bytes, path: path))
    }
    guard !merged.paths.isEmpty else {
      throw KubernetesFailure(
        .configuration, operation: "read kubeconfig",
        detail: "none of the files exists: \(paths.joined(separator: ", "))")
    }
    return merged
  }

  private static func entries(
    of document: DocumentValue, list: String, key: String, path: String
  ) throws(KubernetesFailure) -> [String: Entry] {
    var entries: [String: Entry] = [:]
    for element in document[list]?.elements ?? [] {
      guard let name = element["name"]?.text else { throw invalid(path, "an entry of \(list) has no name") }
      guard entries[name] == nil else { throw invalid(path, "\(list) holds \"\(name)\" twice") }
      entries[name] = Entry(value: element[key] ?? .mapping([]), path: path)
    }
    return entries
  }

  static func invalid(_ path: String, _ detail: String) -> KubernetesFailure {
    KubernetesFailure(.configuration, operation: "read kubeconfig \(path)", detail: detail)
  }
}
