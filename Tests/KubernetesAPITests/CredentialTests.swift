import CurlClient
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import KubernetesAPI

/// A clock that stands still until it is moved.
final class ManualClock: Sendable {
  private let seconds = Mutex<Int64>(1_000_000)
  func advance(_ by: Int64) { seconds.withLock { $0 += by } }

  var clock: KubernetesClock {
    KubernetesClock(
      monotonicNanoseconds: { UInt64(self.seconds.withLock { $0 }) * 1_000_000_000 },
      unixSeconds: { self.seconds.withLock { $0 } }, sleep: { _ in }, random: { 0 })
  }
}

@Suite struct CredentialSourceTests {
  private func authorization(_ source: CredentialSource) async throws -> String? {
    try await source.identity().headers.first { $0.name == "Authorization" }?.value
  }

  private func write(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  @Test func aTokenFileIsReadAgainAfterAMinuteAndAtOnceAfterARefusal() async throws {
    try await withStubDirectory { directory in
      let path = directory + "/token"
      let time = ManualClock()
      let source = CredentialSource(
        ClusterConfiguration(server: "https://x", authentication: .tokenFile(path, fallback: nil)), clock: time.clock)
      try write(" one\n", path)
      #expect(try await authorization(source) == "Bearer one")
      try write("two", path)
      time.advance(59)
      #expect(try await authorization(source) == "Bearer one")
      time.advance(1)
      #expect(try await authorization(source) == "Bearer two")
      let old = try await source.identity()
      try write("three", path)
      await source.refuse(old)
      let new = try await source.identity()
      #expect(new.generation != old.generation)
      #expect(try await authorization(source) == "Bearer three")
      // A late refusal of what is no longer used changes nothing.
      try write("four", path)
      await source.refuse(old)
      #expect(try await authorization(source) == "Bearer three")
    }
  }

  @Test func aFileThatIsGoneForAMomentDoesNotTakeTheIdentityAway() async throws {
    try await withStubDirectory { directory in
      let path = directory + "/token"
      let time = ManualClock()
      let source = CredentialSource(
        ClusterConfiguration(server: "https://x", authentication: .tokenFile(path, fallback: nil)), clock: time.clock)
      let failure = await kubernetesFailure { try await source.identity() }
      #expect(failure?.reason == .credentials)
      #expect(failure?.detail.contains(path) == true)
      try write("one", path)
      #expect(try await authorization(source) == "Bearer one")
      try FileManager.default.removeItem(atPath: path)
      time.advance(61)
      #expect(try await authorization(source) == "Bearer one")
      try write("", path)
      #expect(try await authorization(source) == "Bearer one")
      try write("two", path)
      #expect(try await authorization(source) == "Bearer two")
    }
  }

  @Test func aTokenBesideAMissingFileIsUsed() async throws {
    let source = CredentialSource(
      ClusterConfiguration(server: "https://x", authentication: .tokenFile("/nonexistent", fallback: "spare")),
      clock: ManualClock().clock)
    #expect(try await authorization(source) == "Bearer spare")
  }

  @Test func basicAuthenticationIsBase64() async throws {
    let source = CredentialSource(
      ClusterConfiguration(server: "https://x", authentication: .basic(username: "Aladdin", password: "open sesame")),
      clock: ManualClock().clock)
    // The example of RFC 7617 §2.
    #expect(try await authorization(source) == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
  }

  @Test func certificateFilesAreReadAgainToo() async throws {
    try await withStubDirectory { directory in
      let path = directory + "/ca.pem"
      let time = ManualClock()
      let source = CredentialSource(
        ClusterConfiguration(
          server: "https://x", certificateAuthority: .file(path), impersonation: [("Impersonate-User", "j")]),
        clock: time.clock)
      try write("old", path)
      let first = try await source.identity()
      #expect(first.tls.certificateAuthorityPEM == Array("old".utf8))
      #expect(first.headers.map(\.value) == ["j"])
      try write("new", path)
      time.advance(61)
      let second = try await source.identity()
      #expect(second.tls.certificateAuthorityPEM == Array("new".utf8))
      #expect(second.generation == first.generation + 1)
    }
  }
}

@Suite struct ExecPluginTests {
  private let version = "client.authentication.k8s.io/v1"

  private func output(_ status: String, version: String = "client.authentication.k8s.io/v1") -> [UInt8] {
    Array("{\"kind\":\"ExecCredential\",\"apiVersion\":\"\(version)\",\"status\":{\(status)}}".utf8)
  }

  private func plugin(_ exec: String, cluster: String = "server: https://api", path: String = "/home/u/.kube/config")
    throws -> ExecPlugin
  {
    let yaml = """
      current-context: x
      clusters: [{name: c, cluster: {\(cluster)}}]
      users: [{name: u, user: {exec: {\(exec)}}}]
      contexts: [{name: x, context: {cluster: c, user: u}}]
      """
    let configuration = try Kubeconfig(parsing: Array(yaml.utf8), path: path).resolve()
    guard case .plugin(let plugin) = configuration.authentication else { throw TestObject.Unreadable() }
    return plugin
  }

  @Test func readsWhatPluginsPrint() throws {
    let credential = try ExecCredential(
      parsing: output(
        #""token":"t","clientCertificateData":"-----C\n","clientKeyData":"-----K\n","expirationTimestamp":"2018-03-05T17:30:20-08:00""#
      ),
      apiVersion: version)
    #expect(credential.token == "t")
    #expect(credential.clientCertificate == Array("-----C\n".utf8))
    #expect(credential.clientKey == Array("-----K\n".utf8))
    #expect(credential.expiresUnixSeconds == 1_520_299_820)
  }

  @Test func refusesWhatTheyMustNotPrint() {
    let outputs: [[UInt8]] = [
      [], Array("oops".utf8), Array("{}".utf8), output(""), output(#""clientKeyData":"hunter2""#),
      output(#""token":"hunter2""#, version: "client.authentication.k8s.io/v1beta1"),
      output(#""token":"hunter2","expirationTimestamp":"soon""#), output(#""token":"hunter2"#),
    ]
    for bytes in outputs {
      let unusable = #expect(throws: ExecCredential.Unusable.self) {
        try ExecCredential(parsing: bytes, apiVersion: version)
      }
      #expect(unusable?.detail.contains("hunter2") == false)
    }
  }

  @Test func pathsOfCommandsStartFromTheFileNamesDoNot() throws {
    #expect(try plugin("apiVersion: \(version), command: bin/get").command == "/home/u/.kube/bin/get")
    #expect(try plugin("apiVersion: \(version), command: ./get").command == "/home/u/.kube/./get")
    #expect(try plugin("apiVersion: \(version), command: aws").command == "aws")
    #expect(try plugin("apiVersion: \(version), command: /usr/bin/get").command == "/usr/bin/get")
  }

  @Test func pluginsAreToldAboutTheClusterWhereTheyAsk() throws {
    let cluster = """
      server: "https://api", tls-server-name: n, certificate-authority-data: \(Base64.encode([1, 2])), \
      extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: "06", n: 7}}]
      """
    let silent = try plugin("apiVersion: \(version), command: x", cluster: cluster)
    #expect(
      silent.execInfo == "{\"kind\":\"ExecCredential\",\"apiVersion\":\"\(version)\",\"spec\":{\"interactive\":false}}")
    let told = try plugin("apiVersion: \(version), command: x, provideClusterInfo: true", cluster: cluster)
    let json = try #require(try JSONSerialization.jsonObject(with: Data(told.execInfo.utf8)) as? [String: Any])
    let info = try #require((json["spec"] as? [String: Any])?["cluster"] as? [String: Any])
    #expect(info["server"] as? String == "https://api")
    #expect(info["tls-server-name"] as? String == "n")
    #expect(info["certificate-authority-data"] as? String == Base64.encode([1, 2]))
    #expect((info["config"] as? [String: Any])?["audience"] as? String == "06")
    #expect((info["config"] as? [String: Any])?["n"] as? Int == 7)
  }

  /// A plugin of real processes: it counts its runs and prints a token with their number and what it was given.
  private func script(_ directory: String, _ body: String) throws -> String {
    let path = directory + "/plugin.sh"
    try Data("#!/bin/sh\n\(body)\n".utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return path
  }

  @Test func runsThePluginWithArgumentsAndEnvironment() async throws {
    try await withStubDirectory { directory in
      let path = try script(
        directory,
        #"printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s-%s-%s"}}' "$1" "$FLAVOUR" "${KUBERNETES_EXEC_INFO:+told}""#
      )
      let plugin = try plugin(
        "apiVersion: \(version), command: ./plugin.sh, args: [arg], env: [{name: FLAVOUR, value: mint}]",
        path: directory + "/config")
      #expect(BoundedFile.exists(path))
      let credential = try plugin.credential(from: try await plugin.run())
      #expect(credential.token == "arg-mint-told")
    }
  }

  @Test func failuresOfPluginsAreExplained() async throws {
    try await withStubDirectory { directory in
      _ = try script(directory, "echo 'run: sso login' >&2; exit 3")
      let failing = try plugin("apiVersion: \(version), command: ./plugin.sh", path: directory + "/config")
      let failure = await kubernetesFailure { try await failing.run() }
      #expect(failure?.reason == .credentials)
      #expect(failure?.detail.contains("run: sso login") == true)
      #expect(failure?.operation.contains("plugin.sh") == true)
      let missing = try plugin(
        "apiVersion: \(version), command: no-such-plugin-anywhere, installHint: 'apt install it'")
      let absence = await kubernetesFailure { try await missing.run() }
      #expect(absence?.detail.contains("does not exist (apt install it)") == true)
      _ = try script(directory, "yes")
      let flood = await kubernetesFailure { try await failing.run() }
      #expect(flood?.detail.contains("printed more than") == true)
    }
  }

  @Test func credentialsAreKeptUntilTheyExpireOrAreRefused() async throws {
    let runs = Shared(0)
    let time = ManualClock()
    let plugin = try plugin("apiVersion: \(version), command: x")
    let source = CredentialSource(
      ClusterConfiguration(server: "https://x", authentication: .plugin(plugin)), clock: time.clock,
      runPlugin: { _ throws(KubernetesFailure) in
        let number = runs.update {
          $0 += 1; return $0
        }
        // 1970-01-12T13:46:40Z is the clock's start; every credential is good for 100 s from there.
        return output("\"token\":\"t\(number)\",\"expirationTimestamp\":\"1970-01-12T13:48:20Z\"")
      })
    let first = try await source.identity()
    time.advance(99)
    _ = try await source.identity()
    #expect(runs.value == 1)
    #expect(first.headers.map(\.value) == ["Bearer t1"])
    await source.refuse(first)
    #expect(try await source.identity().headers.map(\.value) == ["Bearer t2"])
    #expect(runs.value == 2)
    time.advance(1)
    #expect(try await source.identity().headers.map(\.value) == ["Bearer t3"])
  }

  @Test func anExpiredCredentialIsNotUsedOnWhenThePluginFails() async throws {
    let runs = Shared(0)
    let time = ManualClock()
    let plugin = try plugin("apiVersion: \(version), command: x")
    let source = CredentialSource(
      ClusterConfiguration(server: "https://x", authentication: .plugin(plugin)), clock: time.clock,
      runPlugin: { plugin throws(KubernetesFailure) in
        guard
          runs.update({
            $0 += 1; return $0
          }) == 1
        else { throw plugin.failure("no") }
        return output(#""token":"t","expirationTimestamp":"1970-01-12T13:48:20Z""#)
      })
    _ = try await source.identity()
    time.advance(200)
    #expect(await kubernetesFailure { try await source.identity() }?.reason == .credentials)
  }

  @Test func manyRequestsRunThePluginOnce() async throws {
    let runs = Shared(0)
    let plugin = try plugin("apiVersion: \(version), command: x")
    let source = CredentialSource(
      ClusterConfiguration(server: "https://x", authentication: .plugin(plugin)), clock: ManualClock().clock,
      runPlugin: { _ throws(KubernetesFailure) in
        runs.update { $0 += 1 }
        for _ in 0..<100 { await Task.yield() }
        return output(#""token":"t""#)
      })
    await withTaskGroup(of: String?.self) { group in
      for _ in 0..<50 { group.addTask { try? await source.identity().headers.first?.value } }
      for await value in group { #expect(value == "Bearer t") }
    }
    #expect(runs.value == 1)
  }
}
