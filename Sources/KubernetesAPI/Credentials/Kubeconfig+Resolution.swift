/// From a context's name to a configuration, with the rules of client-go's clientcmd (client_config.go, validation.go).
extension Kubeconfig {
  /// - Parameter context: Nil means `current-context`.
  package func resolve(context: String? = nil) throws(KubernetesFailure) -> ClusterConfiguration {
    let name = context ?? currentContext
    let files = paths.joined(separator: ", ")
    guard !name.isEmpty else {
      throw Kubeconfig.invalid(files, "it sets no current-context; name a context")
    }
    guard let contextEntry = contexts[name] else {
      throw Kubeconfig.invalid(files, "there is no context \"\(name)\"; there is \(Kubeconfig.list(contexts.keys))")
    }
    let reader = EntryReader(entry: contextEntry, what: "context \"\(name)\"")
    guard let clusterName = try reader.text("cluster"), let cluster = clusters[clusterName] else {
      throw reader.invalid("its cluster does not exist; there is \(Kubeconfig.list(clusters.keys))")
    }
    var configuration = try Kubeconfig.configuration(
      of: EntryReader(entry: cluster, what: "cluster \"\(clusterName)\""))
    configuration.namespace = try reader.text("namespace")
    configuration.origin = "context \"\(name)\" of \(contextEntry.path)"
    if let userName = try reader.text("user") {
      guard let user = users[userName] else {
        throw reader.invalid("its user does not exist; there is \(Kubeconfig.list(users.keys))")
      }
      try Kubeconfig.apply(EntryReader(entry: user, what: "user \"\(userName)\""), cluster: cluster, to: &configuration)
    }
    return try configuration.validated()
  }

  private static func configuration(of cluster: EntryReader) throws(KubernetesFailure) -> ClusterConfiguration {
    guard let server = try cluster.text("server") else { throw cluster.invalid("it has no server") }
    guard try cluster.text("proxy-url") == nil else {
      throw cluster.invalid("proxy-url is not supported; connect directly, or run a kubectl proxy and name that")
    }
    return ClusterConfiguration(
      server: server, certificateAuthority: try cluster.material("certificate-authority"),
      serverName: try cluster.text("tls-server-name"),
      skipsVerification: try cluster.flag("insecure-skip-tls-verify"))
  }

  private static func apply(
    _ user: EntryReader, cluster: Entry, to configuration: inout ClusterConfiguration
  ) throws(KubernetesFailure) {
    guard user.entry.value["auth-provider"] == nil else {
      throw user.invalid("auth-provider was removed from Kubernetes in 1.26; use an exec credential plugin instead")
    }
    configuration.clientCertificate = try user.material("client-certificate")
    configuration.clientKey = try user.material("client-key")
    configuration.impersonation = try impersonation(of: user)
    let token = try user.text("token")
    let tokenFile = try user.path("tokenFile")
    let username = try user.text("username")
    let password = try user.text("password")
    guard token == nil && tokenFile == nil || username == nil && password == nil else {
      // "more than one authentication method found" (validation.go).
      throw user.invalid("it has both a token and a username; only one of them is allowed")
    }
    if let plugin = try ExecPlugin(user: user, cluster: cluster) {
      guard token == nil, tokenFile == nil, username == nil, password == nil else {
        throw user.invalid("it has both exec and a token or username; only one of them is allowed")
      }
      configuration.authentication = .plugin(plugin)
    } else if let tokenFile {
      configuration.authentication = .tokenFile(tokenFile, fallback: token)
    } else if let token {
      configuration.authentication = .token(token)
    } else if username != nil || password != nil {
      configuration.authentication = .basic(username: username ?? "", password: password ?? "")
    }
  }

  /// See "User impersonation" in the Kubernetes documentation.
  private static func impersonation(
    of user: EntryReader
  ) throws(KubernetesFailure) -> [(name: String, value: String)] {
    guard user.entry.value["as-user-extra"] == nil else {
      throw user.invalid("as-user-extra is not supported")
    }
    var headers: [(name: String, value: String)] = []
    if let name = try user.text("as") { headers.append(("Impersonate-User", name)) }
    if let uid = try user.text("as-uid") { headers.append(("Impersonate-Uid", uid)) }
    for group in user.entry.value["as-groups"]?.elements ?? [] {
      guard let group = group.text else { throw user.invalid("an element of as-groups is not a string") }
      headers.append(("Impersonate-Group", group))
    }
    guard headers.isEmpty || headers[0].name == "Impersonate-User" else {
      throw user.invalid("as-uid and as-groups need as")
    }
    return headers
  }

  private static func list(_ names: some Collection<String>) -> String {
    names.isEmpty ? "none" : names.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
  }
}

/// One entry of a kubeconfig, read key by key with messages that say where.
struct EntryReader {
  var entry: Kubeconfig.Entry
  /// Such as `user "admin"`.
  var what: String

  /// The text of a key; nil where it is missing or empty.
  func text(_ key: String) throws(KubernetesFailure) -> String? {
    guard let value = entry.value[key] else { return nil }
    if case .scalar = value { return value.text.flatMap { $0.isEmpty ? nil : $0 } }
    throw invalid("\(key) is not a string")
  }

  func flag(_ key: String) throws(KubernetesFailure) -> Bool {
    switch try text(key) {
    case nil, "false": false
    case "true": true
    default: throw invalid("\(key) is neither true nor false")
    }
  }

  /// A path, which starts from the directory of the file where it is relative.
  func path(_ key: String) throws(KubernetesFailure) -> String? {
    try text(key).map { BoundedFile.resolve($0, from: entry.directory) }
  }

  /// `key-data` (base64), which wins, or the file that `key` names.
  func material(_ key: String) throws(KubernetesFailure) -> ClusterConfiguration.Material? {
    if let data = try text(key + "-data") {
      guard let bytes = Base64.decode(data), !bytes.isEmpty else { throw invalid("\(key)-data is not base64") }
      return .inline(bytes)
    }
    return try path(key).map { .file($0) }
  }

  func invalid(_ detail: String) -> KubernetesFailure {
    Kubeconfig.invalid(entry.path, "\(what): \(detail)")
  }
}
