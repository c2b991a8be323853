/// A credential plugin as a kubeconfig's user describes it; see "client-go credential plugins" in the Kubernetes
/// documentation and `client.authentication.k8s.io` (v1, v1beta1).
package struct ExecPlugin: Sendable, Equatable {
  /// With a slash: a path. Without: looked up in `PATH`.
  package var command: String
  package var arguments: [String]
  /// Set in addition to our own environment.
  package var environment: [Variable]
  /// `client.authentication.k8s.io/v1` or `…/v1beta1`.
  package var apiVersion: String
  /// Shown where the command does not exist.
  package var installHint: String
  /// The `spec.cluster` object as JSON, where the plugin asked for it (`provideClusterInfo`).
  var clusterJSON: String?

  package struct Variable: Sendable, Equatable {
    package var name: String
    package var value: String
  }

  static let supportedVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

  /// What `KUBERNETES_EXEC_INFO` is set to: an ExecCredential without status.
  var execInfo: String {
    let cluster = clusterJSON.map { ",\"cluster\":\($0)" } ?? ""
    return "{\"kind\":\"ExecCredential\",\"apiVersion\":\(DocumentValue.quoted(apiVersion)),"
      + "\"spec\":{\"interactive\":false\(cluster)}}"
  }
}

extension ExecPlugin {
  /// Nil where the user has no `exec`.
  init?(user: EntryReader, cluster: Kubeconfig.Entry) throws(KubernetesFailure) {
    guard let value = user.entry.value["exec"] else { return nil }
    let reader = EntryReader(
      entry: Kubeconfig.Entry(value: value, path: user.entry.path), what: "exec of \(user.what)")
    guard let command = try reader.text("command") else { throw reader.invalid("it has no command") }
    // Only a name without any slash is looked up in PATH.
    self.command = command.contains("/") ? BoundedFile.resolve(command, from: reader.entry.directory) : command
    apiVersion = try reader.text("apiVersion") ?? ""
    guard Self.supportedVersions.contains(apiVersion) else {
      throw reader.invalid(
        "apiVersion \"\(apiVersion)\" is not supported; use \(Self.supportedVersions.joined(separator: " or "))")
    }
    guard try reader.text("interactiveMode") != "Always" else {
      throw reader.invalid("interactiveMode Always cannot work in a service, which has no terminal")
    }
    installHint = try reader.text("installHint") ?? ""
    var arguments: [String] = []
    for argument in value["args"]?.elements ?? [] {
      guard case .scalar(let text, _) = argument else { throw reader.invalid("an element of args is not a string") }
      arguments.append(text)
    }
    self.arguments = arguments
    var environment: [Variable] = []
    for variable in value["env"]?.elements ?? [] {
      guard let name = variable["name"]?.text, !name.contains("=") else {
        throw reader.invalid("an element of env has no usable name")
      }
      environment.append(Variable(name: name, value: variable["value"]?.text ?? ""))
    }
    self.environment = environment
    clusterJSON = try reader.flag("provideClusterInfo") ? try Self.clusterJSON(of: cluster) : nil
  }

  /// The cluster as `client.authentication.k8s.io` names its fields; files are read, since the plugin gets data only.
  private static func clusterJSON(of cluster: Kubeconfig.Entry) throws(KubernetesFailure) -> String {
    let reader = EntryReader(entry: cluster, what: "cluster")
    var entries: [DocumentValue.Entry] = []
    for key in ["server", "tls-server-name", "proxy-url"] {
      guard let text = try reader.text(key) else { continue }
      entries.append(DocumentValue.Entry(key: key, value: .scalar(text, isPlain: false)))
    }
    for key in ["insecure-skip-tls-verify", "disable-compression"] where try reader.flag(key) {
      entries.append(DocumentValue.Entry(key: key, value: .scalar("true", isPlain: true)))
    }
    if let material = try reader.material("certificate-authority") {
      let bytes: [UInt8]
      do throws(BoundedFile.Unreadable) {
        bytes = try material.read()
      } catch {
        throw reader.invalid(error.detail)
      }
      entries.append(
        DocumentValue.Entry(
          key: "certificate-authority-data", value: .scalar(Base64.encode(bytes), isPlain: false)))
    }
    let extensions = cluster.value["extensions"]?.elements ?? []
    if let own = extensions.first(where: { $0["name"]?.text == "client.authentication.k8s.io/exec" })?["extension"] {
      entries.append(DocumentValue.Entry(key: "config", value: own))
    }
    return DocumentValue.mapping(entries).json
  }
}

extension ClusterConfiguration.Material {
  func read() throws(BoundedFile.Unreadable) -> [UInt8] {
    switch self {
    case .inline(let bytes): bytes
    case .file(let path): try BoundedFile.read(path)
    }
  }
}
