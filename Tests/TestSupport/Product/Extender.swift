package import Foundation

/// A certificate set made by `dakr-scheduler certificates`, as a user makes it.
package struct TrialCertificates: Sendable {
  package let folder: URL
  package var certificateAuthority: URL { folder.appendingPathComponent("ca.crt") }
  package var serverCertificate: URL { folder.appendingPathComponent("tls.crt") }
  package var serverKey: URL { folder.appendingPathComponent("tls.key") }
  package var clientCertificate: URL { folder.appendingPathComponent("client.crt") }
  package var clientKey: URL { folder.appendingPathComponent("client.key") }
  /// The common name of the client certificate.
  package static let clientName = "kube-scheduler"

  /// Makes the set in `folder`, which is created where it does not exist.
  package static func make(in folder: URL) async throws -> TrialCertificates {
    try await runProgramSuccessfully(
      try RepositoryLayout.product("dakr-scheduler"), ["certificates", folder.path, "--client-name", clientName])
    return TrialCertificates(folder: folder)
  }

  /// New server and client certificates by the same authority, written over the old ones.
  package func renew() async throws {
    try await runProgramSuccessfully(
      try RepositoryLayout.product("dakr-scheduler"),
      ["certificates", folder.path, "--renew", "--client-name", Self.clientName])
  }

  /// The arguments of curl that present the client certificate and verify the server.
  package var curlArguments: [String] {
    ["--cacert", certificateAuthority.path, "--cert", clientCertificate.path, "--key", clientKey.path]
  }
}

/// `dakr-scheduler serve`, run as a user runs it: a process of its own, TLS, client certificates required.
package final class Extender: Sendable {
  private struct Ports: Decodable {
    let https: Int
    let http: Int?
  }

  package let process: ChildProcess
  package let certificates: TrialCertificates
  package let httpsPort: Int
  /// The port of /metrics, /healthz, /livez and /readyz by plain HTTP.
  package let httpPort: Int
  private let folder: TemporaryFolder

  private init(
    process: ChildProcess, certificates: TrialCertificates, ports: Ports, folder: TemporaryFolder
  ) {
    self.process = process
    self.certificates = certificates
    httpsPort = ports.https
    httpPort = ports.http ?? 0
    self.folder = folder
  }

  /// Starts the extender and waits until it says that it is ready.
  /// - Parameters:
  ///   - cluster: whose nodes and pods it watches, with the rights that the manifests give it; nil for none.
  ///   - certificates: where its certificates are; nil makes a set of its own.
  ///   - arguments: further flags.
  ///   - environment: settings that have no flag, by their variables.
  package static func start(
    watching cluster: TestCluster?, certificates: TrialCertificates? = nil, arguments: [String] = [],
    environment: [String: String] = [:]
  ) async throws -> Extender {
    let folder = try TemporaryFolder("extender")
    var certificates = certificates
    if certificates == nil { certificates = try await .make(in: folder.file("certificates")) }
    guard let certificates else { throw ProcessFailure("no certificates") }
    let portFile = folder.file("ports.json")
    let kubeconfig = try cluster?.kubeconfig(for: .extender, in: folder).path ?? "none"
    let process = try ChildProcess.start(
      try RepositoryLayout.product("dakr-scheduler"),
      ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--port-file", portFile.path]
        + ["--tls-cert", certificates.serverCertificate.path, "--tls-key", certificates.serverKey.path]
        + ["--client-ca", certificates.certificateAuthority.path]
        + ["--allowed-client-name", TrialCertificates.clientName, "--kubeconfig", kubeconfig]
        + ["--log-format", "json", "--log-level", "debug"] + arguments,
      environment: environment, log: folder.file("extender.log"))
    do {
      let ports = try await eventually("the extender has written its ports") {
        if let status = process.exitStatus { throw WaitingIsPointless("the extender ended with \(status)") }
        return try? JSONDecoder().decode(Ports.self, from: Data(contentsOf: portFile))
      }
      let extender = Extender(process: process, certificates: certificates, ports: ports, folder: folder)
      try await eventually("the extender is ready") {
        if let status = process.exitStatus { throw WaitingIsPointless("the extender ended with \(status)") }
        return try await extender.health("/readyz")
      }
      return extender
    } catch {
      throw ProcessFailure("\(error); its log ends with: \(process.output.suffix(4000))")
    }
  }

  /// What a kube-scheduler's configuration says about this extender: its address, CA and client certificate.
  package func stanza(nodeCacheCapable: Bool = true, port: Int? = nil) -> ExtenderStanza {
    var stanza = ExtenderStanza(urlPrefix: "https://127.0.0.1:\(port ?? httpsPort)")
    stanza.nodeCacheCapable = nodeCacheCapable
    stanza.certificateAuthority = certificates.certificateAuthority
    stanza.clientCertificate = certificates.clientCertificate
    stanza.clientKey = certificates.clientKey
    return stanza
  }

  /// Whether a health path answers 200 on the plain port.
  package func health(_ path: String) async throws -> Bool {
    try await runProgram("curl", ["--silent", "--fail", "--max-time", "5", "http://127.0.0.1:\(httpPort)\(path)"])
      .status.isSuccess
  }

  package func metrics() async throws -> MetricsText {
    MetricsText(try await metricsPage())
  }

  /// The text of /metrics as it is.
  package func metricsPage() async throws -> String {
    try await runProgramSuccessfully(
      "curl", ["--silent", "--fail", "--max-time", "10", "http://127.0.0.1:\(httpPort)/metrics"]
    ).standardOutput
  }

  /// Calls a verb over HTTPS with the client certificate and returns the answer's body.
  package func post(_ path: String, _ body: JSON) async throws -> Data {
    let result = try await runProgramSuccessfully(
      "curl",
      ["--silent", "--show-error", "--max-time", "10", "--data-binary", "@-"] + certificates.curlArguments
        + ["--header", "Content-Type: application/json", "https://127.0.0.1:\(httpsPort)\(path)"],
      input: Array(body.text.utf8))
    return Data(result.standardOutputBytes)
  }

  /// Ends it as Kubernetes does.
  @discardableResult
  package func stop() async -> ExitStatus? { await process.terminate(grace: .seconds(40)) }
}
