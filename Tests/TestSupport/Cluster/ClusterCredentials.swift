import Foundation

/// A user of the test cluster, known by a bearer token.
package struct ClusterUser: Sendable, Hashable {
  package let name: String
  package let groups: [String]

  /// May do anything.
  package static let administrator = ClusterUser(name: "administrator", groups: ["system:masters"])
  /// What kube-scheduler runs as in a cluster.
  package static let scheduler = ClusterUser(name: "system:kube-scheduler", groups: ["system:authenticated"])

  /// A service account, with exactly the rights that manifests give it.
  package static func serviceAccount(_ name: String, namespace: String) -> ClusterUser {
    ClusterUser(
      name: "system:serviceaccount:\(namespace):\(name)",
      groups: ["system:serviceaccounts", "system:serviceaccounts:\(namespace)", "system:authenticated"])
  }

  /// The extender as `manifests/base` installs it.
  package static let extender = serviceAccount("dakr-scheduler", namespace: "dakr-system")
  /// The second kube-scheduler as `manifests/base` installs it.
  package static let secondScheduler = serviceAccount("dz-scheduler", namespace: "dakr-system")

  static let all = [administrator, scheduler, extender, secondScheduler]

  /// Not secret: the cluster listens on loopback and lives as long as the tests.
  var token: String { "token-of-" + name.replacing(":", with: "-") }
}

/// The files that the API server and its clients need: certificates, keys, tokens.
struct ClusterCredentials: Sendable {
  let folder: URL
  var certificateAuthority: URL { folder.appendingPathComponent("ca.crt") }
  var serverCertificate: URL { folder.appendingPathComponent("server.crt") }
  var serverKey: URL { folder.appendingPathComponent("server.key") }
  var serviceAccountKey: URL { folder.appendingPathComponent("service-account.key") }
  var tokens: URL { folder.appendingPathComponent("tokens.csv") }

  /// Makes all files in `folder` with the openssl program.
  static func make(in folder: URL) async throws -> ClusterCredentials {
    let credentials = ClusterCredentials(folder: folder)
    let file = { (name: String) in folder.appendingPathComponent(name).path }
    let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    try await runProgramSuccessfully(
      "openssl",
      ["req", "-x509", "-days", "2", "-subj", "/CN=test cluster CA", "-keyout", file("ca.key"), "-out", file("ca.crt")]
        + newKey)
    try await runProgramSuccessfully(
      "openssl",
      ["req", "-x509", "-days", "2", "-subj", "/CN=kube-apiserver", "-CA", file("ca.crt"), "-CAkey", file("ca.key")]
        + ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"]
        + ["-keyout", file("server.key"), "-out", file("server.crt")] + newKey)
    try await runProgramSuccessfully("openssl", ["genrsa", "-out", file("service-account.key"), "2048"])
    let lines = ClusterUser.all.map { user in
      "\(user.token),\(user.name),\(user.name),\"\(user.groups.joined(separator: ","))\"\n"
    }
    try Data(lines.joined().utf8).write(to: credentials.tokens)
    return credentials
  }

  /// A kubeconfig for one user, as its text.
  func kubeconfig(for user: ClusterUser, address: String) -> String {
    let config: JSON = [
      "apiVersion": "v1", "kind": "Config", "current-context": "test",
      "clusters": [
        ["name": "test", "cluster": ["server": "\(address)", "certificate-authority": "\(certificateAuthority.path)"]]
      ],
      "users": [["name": "user", "user": ["token": "\(user.token)"]]],
      "contexts": [["name": "test", "context": ["cluster": "test", "user": "user"]]],
    ]
    return config.text
  }
}
