/// Where an API server is, how it is verified, and how we identify ourselves: what a kubeconfig's context or a service
/// account comes down to. Files are named, not read: their content may change.
package struct ClusterConfiguration: Sendable, CustomStringConvertible {
  /// PEM that is given, or in a file that is read again and again.
  package enum Material: Sendable, Equatable, CustomStringConvertible {
    case inline([UInt8])
    case file(String)

    package var description: String {
      switch self {
      case .inline: "given bytes"
      case .file(let path): path
      }
    }
  }

  package enum Authentication: Sendable, Equatable, CustomStringConvertible {
    /// None, or a client certificate alone.
    case none
    case token(String)
    /// Read again at most once a minute; `fallback` is used while the file cannot be read and never was.
    case tokenFile(String, fallback: String?)
    case basic(username: String, password: String)
    case plugin(ExecPlugin)

    /// The method, never the secret.
    package var description: String {
      switch self {
      case .none: "none"
      case .token: "token"
      case .tokenFile(let path, _): "token of \(path)"
      case .basic: "username and password"
      case .plugin(let plugin): "credential plugin \(plugin.command)"
      }
    }
  }

  /// `scheme://host[:port][/prefix]`, without a slash at the end.
  package var server: String
  /// Nil means the system's roots.
  package var certificateAuthority: Material?
  package var clientCertificate: Material?
  package var clientKey: Material?
  /// The name that is verified instead of the server's host.
  package var serverName: String?
  package var skipsVerification: Bool
  package var authentication: Authentication
  /// `Impersonate-…` headers.
  package var impersonation: [(name: String, value: String)]
  /// The namespace of the context, or the one that the pod runs in.
  package var namespace: String?
  /// Where all this comes from, for messages: `context "x" of /home/u/.kube/config`.
  package var origin: String

  package init(
    server: String, certificateAuthority: Material? = nil, clientCertificate: Material? = nil,
    clientKey: Material? = nil, serverName: String? = nil, skipsVerification: Bool = false,
    authentication: Authentication = .none, impersonation: [(name: String, value: String)] = [],
    namespace: String? = nil, origin: String = "given configuration"
  ) {
    self.server = server
    self.certificateAuthority = certificateAuthority
    self.clientCertificate = clientCertificate
    self.clientKey = clientKey
    self.serverName = serverName
    self.skipsVerification = skipsVerification
    self.authentication = authentication
    self.impersonation = impersonation
    self.namespace = namespace
    self.origin = origin
  }

  /// Shows where, never what identifies.
  package var description: String { "\(server) (\(origin))" }

  var isPlaintext: Bool { server.hasPrefix("http://") }

  /// Checks what no single field shows: credentials must not cross a network in clear text.
  func validated() throws(KubernetesFailure) -> ClusterConfiguration {
    guard server.hasPrefix("https://") || isPlaintext else {
      throw invalid("the server \"\(server)\" is neither an https nor an http URL")
    }
    if isPlaintext, authentication != .none, !Self.isLoopback(server) {
      throw invalid("credentials would be sent in clear text to \(server); use https")
    }
    guard (clientCertificate == nil) == (clientKey == nil) else {
      throw invalid("a client certificate needs its key, and a key its certificate")
    }
    guard !skipsVerification || certificateAuthority == nil else {
      // client-go: "specifying a root certificates file with the insecure flag is not allowed" (transport.go).
      throw invalid("insecure-skip-tls-verify and a certificate authority exclude each other; remove one")
    }
    var copy = self
    while copy.server.hasSuffix("/") { copy.server.removeLast() }
    return copy
  }

  private func invalid(_ detail: String) -> KubernetesFailure {
    KubernetesFailure(.configuration, operation: "use \(origin)", detail: detail)
  }

  private static func isLoopback(_ server: String) -> Bool {
    let authority = server.dropFirst("http://".count).prefix { $0 != "/" }
    return authority.hasPrefix("127.") || authority.hasPrefix("[::1]")
      || authority == "localhost" || authority.hasPrefix("localhost:")
  }
}
