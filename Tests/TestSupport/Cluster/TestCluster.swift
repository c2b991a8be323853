package import Foundation
import Synchronization

/// A real etcd and a real kube-apiserver on loopback. Made once per test process and shared: a test takes a namespace of its
/// own, and suites that make nodes run one after the other (`.serialized`), since nodes belong to the whole cluster.
///
/// There is no kubelet and no controller manager: nodes are plain objects, pods bound to them stay as the test leaves them.
package final class TestCluster: Sendable {
  /// Scheme, host and port of the API server.
  package let address: String
  /// The API as the administrator.
  package let api: APIServerClient
  package let certificateAuthority: URL
  private let folder: TemporaryFolder
  private let credentials: ClusterCredentials
  /// Kept alive for as long as the cluster is.
  private let processes: [ChildProcess]
  private let namespaces = Mutex(0)

  private static let starting = Task { try await TestCluster.start() }

  /// The cluster, started by the first caller.
  /// - Throws: `ProcessFailure` where the binaries are missing (`make kubernetes` makes them) or do not come up; the message
  ///   carries the end of the log.
  package static func shared() async throws -> TestCluster { try await starting.value }

  private init(
    address: String, folder: TemporaryFolder, credentials: ClusterCredentials, processes: [ChildProcess]
  ) {
    self.address = address
    self.folder = folder
    self.credentials = credentials
    self.processes = processes
    certificateAuthority = credentials.certificateAuthority
    api = APIServerClient(
      address: address, certificateAuthority: credentials.certificateAuthority, token: ClusterUser.administrator.token)
  }

  /// Where a program of the cluster is: in `DAKR_KUBERNETES_BIN`, or where scripts/kubernetes-binaries.sh says.
  package static func binary(_ name: String) async throws -> String {
    let folder = try await binaries.value
    let path = folder + "/" + name
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw ProcessFailure("\(path) is missing; run `make kubernetes`")
    }
    return path
  }

  private static let binaries = Task {
    if let folder = ProcessInfo.processInfo.environment["DAKR_KUBERNETES_BIN"] { return folder }
    let script = RepositoryLayout.root.appendingPathComponent("scripts/kubernetes-binaries.sh").path
    return try await runProgramSuccessfully(script, ["--path"]).standardOutput
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func start() async throws -> TestCluster {
    let folder = try TemporaryFolder("cluster")
    let credentials = try await ClusterCredentials.make(in: folder.url)
    let (etcd, storage) = try await startEtcd(in: folder)
    let port = try freePort()
    let server = try await startServer(port: port, storage: storage, credentials: credentials, folder: folder)
    let cluster = TestCluster(
      address: "https://127.0.0.1:\(port)", folder: folder, credentials: credentials, processes: [etcd, server])
    do {
      try await eventually("kube-apiserver is ready", timeout: .seconds(180), interval: .milliseconds(200)) {
        if let status = server.exitStatus { throw WaitingIsPointless("kube-apiserver ended with \(status)") }
        return try await !cluster.api.send(APICall("GET", "/readyz")).isEmpty
      }
    } catch {
      throw ProcessFailure("\(error); its log ends with: \(server.output.suffix(3000))")
    }
    return cluster
  }

  private static func startEtcd(in folder: TemporaryFolder) async throws -> (ChildProcess, String) {
    let client = "http://127.0.0.1:\(try freePort())"
    let peer = "http://127.0.0.1:\(try freePort())"
    let etcd = try ChildProcess.start(
      try await binary("etcd"),
      ["--data-dir", folder.file("etcd").path, "--listen-client-urls", client, "--advertise-client-urls", client]
        + ["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer]
        + ["--initial-cluster", "default=\(peer)", "--log-level", "error", "--logger", "zap"],
      log: folder.file("etcd.log"))
    return (etcd, client)
  }

  private static func startServer(
    port: Int, storage: String, credentials: ClusterCredentials, folder: TemporaryFolder
  ) async throws -> ChildProcess {
    let options = [
      "etcd-servers": storage, "bind-address": "127.0.0.1", "secure-port": "\(port)",
      "tls-cert-file": credentials.serverCertificate.path, "tls-private-key-file": credentials.serverKey.path,
      "token-auth-file": credentials.tokens.path, "authorization-mode": "RBAC",
      "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
      "service-account-signing-key-file": credentials.serviceAccountKey.path,
      "service-account-key-file": credentials.serviceAccountKey.path, "service-cluster-ip-range": "10.96.0.0/16",
      // Without a controller manager nobody would make default service accounts or take a new node's taint away.
      "disable-admission-plugins": "ServiceAccount,TaintNodesByCondition",
      // It would publish the loopback address as an endpoint, which the API refuses.
      "endpoint-reconciler-type": "none",
      "max-requests-inflight": "2000", "max-mutating-requests-inflight": "1000",
      "enable-priority-and-fairness": "false",
    ]
    return try ChildProcess.start(
      try await binary("kube-apiserver"), options.map { "--\($0.key)=\($0.value)" }, log: folder.file("apiserver.log"))
  }

  /// A kubeconfig file for `user`, written into `folder`.
  package func kubeconfig(for user: ClusterUser, in folder: TemporaryFolder) throws -> URL {
    let name = "kubeconfig-" + user.name.replacing(":", with: "-")
    return try folder.write(name, credentials.kubeconfig(for: user, address: address))
  }

  /// A kubeconfig file of the administrator.
  package func administratorKubeconfig() throws -> URL { try kubeconfig(for: .administrator, in: folder) }

  /// Makes a namespace that no other test uses and returns its name.
  package func makeNamespace() async throws -> String {
    let number = namespaces.withLock {
      $0 += 1
      return $0
    }
    let name = "test-\(number)"
    try await api.send(APICall("POST", "/api/v1/namespaces", body: ["metadata": ["name": "\(name)"]]))
    return name
  }

  /// Runs the cluster's kubectl as the administrator. Validation by schema download is the server's part here: this client
  /// is much newer than the server.
  @discardableResult
  package func kubectl(_ arguments: [String], input: [UInt8]? = nil) async throws -> ProgramResult {
    let kubeconfig = try administratorKubeconfig()
    return try await runProgramSuccessfully(
      try await Self.binary("kubectl"), ["--kubeconfig", kubeconfig.path] + arguments, input: input,
      environment: ["HOME": folder.url.path])
  }
}
