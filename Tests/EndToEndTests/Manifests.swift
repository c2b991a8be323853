import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// What `manifests/` installs, against the real API server.
  @Suite struct Manifests {
    @Test(arguments: ["cert-manager", "prometheus-operator", "token-from-configmap", "kubernetes-1.20"])
    func renderWithEveryComponent(component: String) async throws {
      let cluster = try await TestCluster.shared()
      let folder = try TemporaryFolder("component")
      let root = String(repeating: "../", count: 30) + RepositoryLayout.root.path.dropFirst()
      try folder.write(
        "kustomization.yaml",
        "resources: [\(root)/manifests/base]\ncomponents: [\(root)/manifests/components/\(component)]\n")
      #expect(try await cluster.kubectl(["kustomize", folder.url.path]).standardOutput.contains("kind: Deployment"))
    }

    @Test func areAcceptedByTheServer() async throws {
      let applied = try await Installation.applied()
      for object in [
        "namespace/dakr-system", "serviceaccount/dakr-scheduler", "serviceaccount/dz-scheduler",
        "clusterrole.rbac.authorization.k8s.io/dakr-scheduler", "deployment.apps/dakr-scheduler",
        "deployment.apps/dz-scheduler", "service/dakr-scheduler", "poddisruptionbudget.policy/dakr-scheduler",
        "poddisruptionbudget.policy/dz-scheduler", "networkpolicy.networking.k8s.io/dakr-scheduler",
      ] {
        #expect(applied.contains("\(object) created"), "\(object) in \(applied)")
      }
    }

    /// A question to the server: may this account do that?
    struct Right: Sendable, CustomTestStringConvertible {
      let account: String
      let verb: String
      let group: String
      let resource: String
      let subresource: String
      let name: String
      let namespace: String

      /// - Parameter object: `group/resource:subresource/name`; the empty group is that of pods.
      init(_ account: String, _ verb: String, _ object: String, in namespace: String = "") {
        let parts = object.split(separator: "/", omittingEmptySubsequences: false).map(String.init) + [""]
        let resource = parts[1].split(separator: ":").map(String.init) + [""]
        (self.account, self.verb, self.namespace) = (account, verb, namespace)
        (group, self.resource, subresource, name) = (parts[0], resource[0], resource[1], parts[2])
      }

      var testDescription: String { "\(account) \(verb) \(group)/\(resource)/\(subresource)/\(name) in '\(namespace)'" }

      func isGranted(by cluster: TestCluster) async throws -> Bool {
        struct Answer: Decodable {
          struct Status: Decodable { let allowed: Bool }
          let status: Status
        }
        let user = ClusterUser.serviceAccount(account, namespace: "dakr-system")
        let review: JSON = [
          "spec": [
            "user": "\(user.name)", "groups": .array(user.groups.map(JSON.string)),
            "resourceAttributes": [
              "verb": "\(verb)", "group": "\(group)", "resource": "\(resource)", "subresource": "\(subresource)",
              "name": "\(name)", "namespace": "\(namespace)",
            ],
          ]
        ]
        let answer = try await cluster.api.send(
          APICall("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", body: review))
        return try JSONDecoder().decode(Answer.self, from: answer).status.allowed
      }
    }

    @Test(arguments: [
      Right("dakr-scheduler", "list", "/nodes"), Right("dakr-scheduler", "watch", "/pods"),
      Right("dakr-scheduler", "get", "/secrets/devzero-zxporter-token", in: "dakr-system"),
      Right("dakr-scheduler", "watch", "/secrets/devzero-zxporter-token", in: "dakr-system"),
      Right("dz-scheduler", "create", "/pods:binding", in: "anywhere"),
      Right("dz-scheduler", "create", "coordination.k8s.io/leases", in: "dakr-system"),
      Right("dz-scheduler", "update", "coordination.k8s.io/leases/dz-scheduler", in: "dakr-system"),
    ])
    func giveTheRightsThatAreNeeded(right: Right) async throws {
      #expect(try await right.isGranted(by: Installation.cluster()))
    }

    @Test(arguments: [
      Right("dakr-scheduler", "get", "/secrets/another", in: "dakr-system"),
      Right("dakr-scheduler", "list", "/secrets", in: "dakr-system"), Right("dakr-scheduler", "list", "/secrets"),
      Right("dakr-scheduler", "patch", "/nodes"), Right("dakr-scheduler", "create", "/pods", in: "anywhere"),
      Right("dakr-scheduler", "create", "/pods:binding", in: "anywhere"),
      Right("dakr-scheduler", "delete", "/pods", in: "anywhere"), Right("dakr-scheduler", "list", "/configmaps"),
      Right("dz-scheduler", "update", "coordination.k8s.io/leases/another", in: "dakr-system"),
      Right("dz-scheduler", "get", "/secrets/dz-scheduler-client-tls", in: "dakr-system"),
    ])
    func giveNoOtherRights(right: Right) async throws {
      #expect(try await !right.isGranted(by: Installation.cluster()))
    }

    /// The two configuration files, with addresses and paths of this machine, as the two service accounts.
    @Test func configureASchedulerAndAnExtenderThatWorkTogether() async throws {
      let cluster = try await Installation.cluster()
      let manifests = RepositoryLayout.root.appendingPathComponent("manifests")
      try await cluster.withFleet(Fleet.mixed) { namespace in
        let extender = try await Extender.start(
          watching: cluster,
          arguments: ["--config", manifests.appendingPathComponent("base/extender/config.yaml").path])
        let file = manifests.appendingPathComponent("components/kubernetes-1.20/config.yaml")
        let configuration = try String(contentsOf: file, encoding: .utf8)
          .replacing("https://dakr-scheduler.dakr-system.svc:8443", with: "https://127.0.0.1:\(extender.httpsPort)")
          .replacing("/etc/dz-scheduler/tls/ca.crt", with: extender.certificates.certificateAuthority.path)
          .replacing("/etc/dz-scheduler/tls/tls.crt", with: extender.certificates.clientCertificate.path)
          .replacing("/etc/dz-scheduler/tls/tls.key", with: extender.certificates.clientKey.path)
        let scheduler = try await SchedulerProcess.start(in: cluster, as: .secondScheduler, file: configuration)
        try await cluster.create(pods: Fleet.pod("web").replicated(7), in: namespace)
        // In-tree packing has its say at this weight, so only that the dearest nodes stay empty is certain.
        let placements = count(try await cluster.waitUntilBound(7, in: namespace))
        #expect(placements["r5-dear"] == nil && placements["g4dn-with-gpu"] == nil, "\(placements)")
        await scheduler.stop()
        await extender.stop()
      }
    }
  }
}
