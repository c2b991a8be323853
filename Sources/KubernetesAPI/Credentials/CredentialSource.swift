internal import CurlClient

/// What identifies us in one request.
struct RequestIdentity: Sendable {
  var headers: [(name: String, value: String)]
  var tls: TLSOptions
  /// Grows with every change; equal numbers mean equal content.
  var generation: Int
}

/// Keeps the identity of a ``ClusterConfiguration`` fresh: files are read again at most once a minute, credential plugins
/// run again when their credential expires, and both at once after the server refused what they gave.
actor CredentialSource {
  /// How long what files held is taken to be what they hold. The kubelet replaces a token well before it expires, so a
  /// minute is soon enough (client-go's cachingTokenSource uses the same).
  static let fileLifetimeNanoseconds: UInt64 = 60_000_000_000

  typealias PluginRunner = @Sendable (ExecPlugin) async throws(KubernetesFailure) -> [UInt8]

  private struct Content: Equatable {
    var authorization: String?
    var tls = TLSOptions()
  }

  private let configuration: ClusterConfiguration
  private let clock: KubernetesClock
  private let runPlugin: PluginRunner
  private var content: Content?
  private var generation = 0
  private var refusedGeneration: Int?
  private var readNanoseconds: UInt64 = 0
  private var pluginCredential: ExecCredential?
  private var pluginRun: Task<Result<ExecCredential, KubernetesFailure>, Never>?

  init(
    _ configuration: ClusterConfiguration, clock: KubernetesClock,
    runPlugin: @escaping PluginRunner = { plugin throws(KubernetesFailure) in try await plugin.run() }
  ) {
    self.configuration = configuration
    self.clock = clock
    self.runPlugin = runPlugin
  }

  /// The identity for the next request. While files or plugin fail, the last good one stays in use.
  func identity() async throws(KubernetesFailure) -> RequestIdentity {
    if let content, isFresh { return identity(of: content) }
    do throws(KubernetesFailure) {
      let read = try await readContent()
      readNanoseconds = clock.monotonicNanoseconds()
      if read != content {
        content = read
        generation += 1
      }
      return identity(of: read)
    } catch {
      // A file may be about to be replaced, but an expired or refused credential of a plugin is of no further use.
      if let content, isPluginSatisfied { return identity(of: content) }
      throw error
    }
  }

  /// To be told when the server answered 401 to this identity.
  func refuse(_ identity: RequestIdentity) {
    guard identity.generation == generation else { return }
    refusedGeneration = generation
    pluginCredential = nil
  }

  private var isFresh: Bool {
    guard refusedGeneration != generation, isPluginSatisfied else { return false }
    return !readsFiles || clock.monotonicNanoseconds() &- readNanoseconds < Self.fileLifetimeNanoseconds
  }

  /// Whether there is no plugin, or a credential of it that is still good.
  private var isPluginSatisfied: Bool {
    guard case .plugin = configuration.authentication else { return true }
    return goodPluginCredential != nil
  }

  private var goodPluginCredential: ExecCredential? {
    guard let pluginCredential else { return nil }
    guard let expires = pluginCredential.expiresUnixSeconds else { return pluginCredential }
    return clock.unixSeconds() < expires ? pluginCredential : nil
  }

  private var readsFiles: Bool {
    if case .tokenFile = configuration.authentication { return true }
    return [configuration.certificateAuthority, configuration.clientCertificate, configuration.clientKey]
      .contains { if case .file = $0 { true } else { false } }
  }

  private func identity(of content: Content) -> RequestIdentity {
    var headers = configuration.impersonation
    if let authorization = content.authorization { headers.append(("Authorization", authorization)) }
    return RequestIdentity(headers: headers, tls: content.tls, generation: generation)
  }

  private func readContent() async throws(KubernetesFailure) -> Content {
    var content = Content()
    content.tls.serverName = configuration.serverName
    content.tls.skipsVerification = configuration.skipsVerification
    content.tls.certificateAuthorityPEM = try read(configuration.certificateAuthority)
    content.tls.clientCertificatePEM = try read(configuration.clientCertificate)
    content.tls.clientKeyPEM = try read(configuration.clientKey)
    switch configuration.authentication {
    case .none:
      break
    case .token(let token):
      content.authorization = "Bearer \(token)"
    case .tokenFile(let path, let fallback):
      content.authorization = "Bearer \(try readToken(path, fallback: fallback))"
    case .basic(let username, let password):
      content.authorization = "Basic \(Base64.encode(Array("\(username):\(password)".utf8)))"
    case .plugin(let plugin):
      let credential = try await credential(of: plugin)
      content.authorization = credential.token.map { "Bearer \($0)" }
      if let certificate = credential.clientCertificate {
        content.tls.clientCertificatePEM = certificate
        content.tls.clientKeyPEM = credential.clientKey
      }
    }
    return content
  }

  private func read(_ material: ClusterConfiguration.Material?) throws(KubernetesFailure) -> [UInt8]? {
    guard let material else { return nil }
    do throws(BoundedFile.Unreadable) {
      return try material.read()
    } catch {
      throw failure(error.detail)
    }
  }

  private func readToken(_ path: String, fallback: String?) throws(KubernetesFailure) -> String {
    do throws(BoundedFile.Unreadable) {
      let token = try BoundedFile.readTrimmedText(path)
      if !token.isEmpty { return token }
    } catch {
      guard let fallback else { throw failure(error.detail) }
      return fallback
    }
    guard let fallback else { throw failure("\(path) is empty; it should hold a token") }
    return fallback
  }

  /// The plugin's credential, from its last run while that is good. Runs are never side by side.
  private func credential(of plugin: ExecPlugin) async throws(KubernetesFailure) -> ExecCredential {
    if let goodPluginCredential { return goodPluginCredential }
    if let pluginRun { return try await pluginRun.value.get() }
    let task = Task { [runPlugin] () -> Result<ExecCredential, KubernetesFailure> in
      do throws(KubernetesFailure) {
        let output = try await runPlugin(plugin)
        return .success(try plugin.credential(from: output))
      } catch {
        return .failure(error)
      }
    }
    pluginRun = task
    let result = await task.value
    pluginRun = nil
    let credential = try result.get()
    pluginCredential = credential
    // What a new run gave has not been refused yet, even where it is the same.
    refusedGeneration = nil
    return credential
  }

  private func failure(_ detail: String) -> KubernetesFailure {
    KubernetesFailure(.credentials, operation: "read credentials of \(configuration.origin)", detail: detail)
  }
}

extension ExecPlugin {
  func credential(from output: [UInt8]) throws(KubernetesFailure) -> ExecCredential {
    do throws(ExecCredential.Unusable) {
      return try ExecCredential(parsing: output, apiVersion: apiVersion)
    } catch {
      throw failure(error.detail)
    }
  }
}
