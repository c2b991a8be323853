import Foundation
import TestSupport
import Testing

@testable import KubernetesAPI

@Suite struct KubeconfigTests {
  private func parse(_ yaml: String, path: String = "/home/u/.kube/config") throws -> Kubeconfig {
    try Kubeconfig(parsing: Array(yaml.utf8), path: path)
  }

  /// A kubeconfig with one context, whose cluster and user hold the given lines (flow style).
  private func config(cluster: String = "", user: String = "") -> String {
    """
    apiVersion: v1
    kind: Config
    current-context: main
    clusters: [{name: c, cluster: {server: "https://api:6443"\(cluster.isEmpty ? "" : ", ")\(cluster)}}]
    users: [{name: u, user: {\(user)}}]
    contexts: [{name: main, context: {cluster: c, user: u, namespace: dakr}}]
    """
  }

  private func refusal(_ yaml: String, context: String? = nil) -> String? {
    do {
      _ = try parse(yaml).resolve(context: context)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func readsWhatKubectlWrites() throws {
    let yaml = """
      apiVersion: v1
      clusters:
      - cluster:
          certificate-authority-data: \(Base64.encode(Array("CA".utf8)))
          server: https://10.0.0.1:6443/prefix/
          tls-server-name: kubernetes
        name: prod
      contexts:
      - context:
          cluster: prod
          namespace: dakr
          user: admin
        name: prod-admin
      current-context: prod-admin
      kind: Config
      preferences: {}
      users:
      - name: admin
        user:
          client-certificate-data: \(Base64.encode(Array("CERT".utf8)))
          client-key-data: \(Base64.encode(Array("KEY".utf8)))
      """
    let configuration = try parse(yaml).resolve()
    #expect(configuration.server == "https://10.0.0.1:6443/prefix")
    #expect(configuration.certificateAuthority == .inline(Array("CA".utf8)))
    #expect(configuration.clientCertificate == .inline(Array("CERT".utf8)))
    #expect(configuration.clientKey == .inline(Array("KEY".utf8)))
    #expect(configuration.serverName == "kubernetes")
    #expect(configuration.authentication == .none)
    #expect(configuration.namespace == "dakr")
    #expect(!configuration.skipsVerification)
    #expect(configuration.origin == "context \"prod-admin\" of /home/u/.kube/config")
  }

  @Test func pathsStartFromTheFile() throws {
    let configuration = try parse(
      config(
        cluster: "certificate-authority: pki/ca.pem",
        user: "client-certificate: ../c.pem, client-key: /abs/k.pem, tokenFile: token")
    ).resolve()
    #expect(configuration.certificateAuthority == .file("/home/u/.kube/pki/ca.pem"))
    #expect(configuration.clientCertificate == .file("/home/u/.kube/../c.pem"))
    #expect(configuration.clientKey == .file("/abs/k.pem"))
    #expect(configuration.authentication == .tokenFile("/home/u/.kube/token", fallback: nil))
  }

  @Test func dataWinsOverFiles() throws {
    let data = Base64.encode([1, 2, 3])
    let configuration = try parse(
      config(cluster: "certificate-authority: ca.pem, certificate-authority-data: \(data)")
    ).resolve()
    #expect(configuration.certificateAuthority == .inline([1, 2, 3]))
  }

  @Test(arguments: [
    ("token: abc", ClusterConfiguration.Authentication.token("abc")),
    ("token: abc, tokenFile: /t", .tokenFile("/t", fallback: "abc")),
    ("username: u, password: p", .basic(username: "u", password: "p")),
    ("token: ''", .none),
    ("", .none),
  ])
  func readsAuthentication(user: String, expected: ClusterConfiguration.Authentication) throws {
    #expect(try parse(config(user: user)).resolve().authentication == expected)
  }

  @Test func nothingThatIsPrintedHoldsASecret() throws {
    let configuration = try parse(
      config(user: "token: hunter2, client-key-data: \(Base64.encode(Array("hunter2".utf8))), client-certificate: c")
    ).resolve()
    for text in ["\(configuration)", String(reflecting: configuration), "\(configuration.authentication)"] {
      #expect(!text.contains("hunter2"))
    }
    #expect(configuration.clientKey.map { "\($0)" } == "given bytes")
  }

  @Test func readsImpersonation() throws {
    let configuration = try parse(config(user: "token: t, as: jane, as-uid: '7', as-groups: [a, b]")).resolve()
    #expect(
      configuration.impersonation.map(\.name) == [
        "Impersonate-User", "Impersonate-Uid", "Impersonate-Group", "Impersonate-Group",
      ])
    #expect(configuration.impersonation.map(\.value) == ["jane", "7", "a", "b"])
  }

  @Test(arguments: [
    ("proxy-url: http://proxy", "", "proxy-url is not supported"),
    ("insecure-skip-tls-verify: true, certificate-authority: x", "", "exclude each other"),
    ("insecure-skip-tls-verify: perhaps", "", "neither true nor false"),
    ("certificate-authority-data: '%%%'", "", "certificate-authority-data is not base64"),
    ("", "auth-provider: {name: gcp}", "auth-provider was removed"),
    ("", "token: hunter2, username: u", "only one of them is allowed"),
    ("", "client-certificate: x", "needs its key"),
    ("", "as-groups: [a]", "need as"),
    ("", "as: a, as-user-extra: {x: [y]}", "as-user-extra is not supported"),
    ("", "token: [hunter2]", "token is not a string"),
    ("", "exec: {apiVersion: client.authentication.k8s.io/v1}", "it has no command"),
    ("", "exec: {command: x}", "apiVersion \"\" is not supported"),
    ("", "exec: {command: x, apiVersion: client.authentication.k8s.io/v1alpha1}", "is not supported"),
    ("", "exec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always}", "no terminal"),
    ("", "token: hunter2, exec: {command: x, apiVersion: client.authentication.k8s.io/v1}", "both exec and a token"),
  ])
  func saysWhatItCannotUse(cluster: String, user: String, expected: String) {
    let message = refusal(config(cluster: cluster, user: user))
    #expect(message?.contains(expected) == true, "\(message ?? "accepted")")
    #expect(message?.contains("hunter2") == false)
    // Which file, or which context of it.
    #expect(message?.contains("/home/u/.kube/config") == true)
  }

  @Test(arguments: [
    ("", "sets no current-context"),
    ("kind: Pod", "of kind Pod"),
    ("current-context: x", "there is no context \"x\"; there is none"),
    ("current-context: x\ncontexts: [{name: x, context: {cluster: gone}}]", "its cluster does not exist"),
    (
      "current-context: x\nclusters: [{name: c, cluster: {}}]\ncontexts: [{name: x, context: {cluster: c}}]",
      "it has no server"
    ),
    (
      "current-context: x\nclusters: [{name: c, cluster: {server: 'https://a'}}]\ncontexts: [{name: x, context: {cluster: c, user: gone}}]",
      "its user does not exist"
    ),
    ("clusters: [{cluster: {}}]", "has no name"),
    ("users: [{name: u}, {name: u}]", "\"u\" twice"),
    ("users: [", "not valid YAML at line"),
    ("- a", "it is not a mapping"),
  ])
  func saysWhatIsWrongWithAFile(yaml: String, expected: String) {
    let message = refusal(yaml)
    #expect(message?.contains(expected) == true, "\(message ?? "accepted")")
  }

  @Test func anotherContextCanBeNamed() throws {
    #expect(try parse(config()).resolve(context: "main").server == "https://api:6443")
    #expect(refusal(config(), context: "nope")?.contains("there is \"main\"") == true)
  }

  @Test(arguments: [
    ("http://10.0.0.1", true), ("http://127.0.0.1:8001", false), ("http://localhost:8001", false),
    ("http://localhost.evil.example", true), ("ftp://x", true), ("api:6443", true), ("https://x", false),
  ])
  func credentialsDoNotTravelInClearText(server: String, isRefused: Bool) {
    let yaml = config(user: "token: t").replacingOccurrences(of: "https://api:6443", with: server)
    #expect((refusal(yaml) != nil) == isRefused)
  }

  @Test func theFirstFileToNameSomethingWinsAsAWhole() throws {
    var merged = try parse(
      """
      clusters: [{name: c, cluster: {server: "https://first"}}]
      users: [{name: u, user: {username: a, password: b}}]
      """, path: "/one/config")
    merged.merge(
      try parse(
        """
        current-context: second
        clusters: [{name: c, cluster: {server: "https://other", tls-server-name: x}}, {name: d, cluster: {server: "https://d", certificate-authority: ca.pem}}]
        users: [{name: u, user: {token: t}}]
        contexts: [{name: second, context: {cluster: c, user: u}}, {name: third, context: {cluster: d}}]
        """, path: "/two/config"))
    merged.merge(try parse("current-context: third", path: "/three/config"))
    let configuration = try merged.resolve()
    #expect(configuration.server == "https://first")
    #expect(configuration.serverName == nil)
    #expect(configuration.authentication == .basic(username: "a", password: "b"))
    #expect(try merged.resolve(context: "third").certificateAuthority == .file("/two/ca.pem"))
  }

  @Test func theEnvironmentNamesSeveralFiles() {
    #expect(Kubeconfig.pathsOfEnvironment([:]) == nil)
    #expect(Kubeconfig.pathsOfEnvironment(["KUBECONFIG": ""]) == nil)
    #expect(Kubeconfig.pathsOfEnvironment(["KUBECONFIG": "/a::/b:/a:"]) == ["/a", "/b"])
  }

  @Test func missingFilesOfTheEnvironmentAreSkippedGivenOnesAreNot() async throws {
    try await withStubDirectory { directory in
      try Data(config().utf8).write(to: URL(fileURLWithPath: directory + "/config"))
      let present = directory + "/config"
      let missing = directory + "/missing"
      #expect(
        try ClusterConfiguration.discover(environment: ["KUBECONFIG": "\(missing):\(present)"]).server
          == "https://api:6443")
      #expect(throws: KubernetesFailure.self) {
        try ClusterConfiguration.discover(environment: ["KUBECONFIG": missing])
      }
      #expect(throws: KubernetesFailure.self) {
        try ClusterConfiguration.discover(kubeconfigPath: missing, environment: ["KUBECONFIG": present])
      }
      #expect(throws: KubernetesFailure.self) {
        try ClusterConfiguration.discover(kubeconfigPath: directory, environment: [:])
      }
    }
  }
}

@Suite struct DiscoveryTests {
  private func withServiceAccount(_ body: (String) throws -> Void) async throws {
    try await withStubDirectory { directory in
      for (name, text) in [("token", "abc\n"), ("ca.crt", "CA"), ("namespace", "dakr\n")] {
        try Data(text.utf8).write(to: URL(fileURLWithPath: directory + "/" + name))
      }
      try body(directory)
    }
  }

  private let pod = ["KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443", "HOME": "/nonexistent"]

  @Test func findsThePodsServiceAccount() async throws {
    try await withServiceAccount { directory in
      let configuration = try ClusterConfiguration.discover(environment: pod, serviceAccountDirectory: directory)
      #expect(configuration.server == "https://10.0.0.1:443")
      #expect(configuration.certificateAuthority == .file(directory + "/ca.crt"))
      #expect(configuration.authentication == .tokenFile(directory + "/token", fallback: nil))
      #expect(configuration.namespace == "dakr")
    }
  }

  @Test func anAddressOfVersion6GetsBrackets() async throws {
    try await withServiceAccount { directory in
      var environment = pod
      environment["KUBERNETES_SERVICE_HOST"] = "fd00::1"
      let configuration = try ClusterConfiguration.discover(
        environment: environment, serviceAccountDirectory: directory)
      #expect(configuration.server == "https://[fd00::1]:443")
    }
  }

  @Test func aPodWithoutTokenIsToldWhy() async throws {
    try await withStubDirectory { directory in
      let failure = await kubernetesFailure {
        try ClusterConfiguration.discover(environment: pod, serviceAccountDirectory: directory)
      }
      #expect(failure?.detail.contains("automountServiceAccountToken") == true)
    }
  }

  @Test func kubeconfigComesBeforeThePodAndTheHomeDirectoryAfterIt() async throws {
    let yaml = """
      current-context: x
      clusters: [{name: c, cluster: {server: "https://from-file"}}]
      contexts: [{name: x, context: {cluster: c}}]
      """
    try await withServiceAccount { directory in
      let home = directory + "/home"
      try FileManager.default.createDirectory(atPath: home + "/.kube", withIntermediateDirectories: true)
      try Data(yaml.utf8).write(to: URL(fileURLWithPath: home + "/.kube/config"))
      var environment = pod
      environment["HOME"] = home
      func server(context: String? = nil) throws -> String {
        try ClusterConfiguration.discover(
          context: context, environment: environment, serviceAccountDirectory: directory
        ).server
      }
      #expect(try server() == "https://10.0.0.1:443")
      #expect(try server(context: "x") == "https://from-file")
      environment["KUBECONFIG"] = home + "/.kube/config"
      #expect(try server() == "https://from-file")
      environment = ["HOME": home]
      #expect(try server() == "https://from-file")
    }
  }

  @Test func nothingAtAllIsExplained() {
    #expect {
      try ClusterConfiguration.discover(environment: ["HOME": "/nonexistent"])
    } throws: { error in
      "\(error)".contains("KUBECONFIG is not set")
    }
  }
}
