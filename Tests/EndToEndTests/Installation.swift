import Foundation
import TestSupport

/// The test cluster with `manifests/base` applied as the README says, so that the product runs with exactly the rights that
/// its manifests give it.
enum Installation {
  private static let applying = Task {
    let cluster = try await TestCluster.shared()
    let folder = try TemporaryFolder("overlay")
    try folder.write("kustomization.yaml", overlay)
    let rendered = try await cluster.kubectl(["kustomize", folder.url.path]).standardOutputBytes
    let applied = try await cluster.kubectl(["apply", "--validate=false", "-f", "-"], input: rendered)
    try await cluster.api.send(
      APICall(
        "POST", "/apis/node.k8s.io/v1/runtimeclasses",
        body: ["metadata": ["name": "checkpoint"], "handler": "checkpoint"]))
    return (cluster, applied.standardOutput)
  }

  /// The cluster, installed by the first caller.
  static func cluster() async throws -> TestCluster { try await applying.value.0 }

  /// What `kubectl apply` said.
  static func applied() async throws -> String { try await applying.value.1 }

  /// An overlay as a user writes one, for the Kubernetes release of the test cluster. Kustomize takes only relative paths;
  /// at the root, `..` is the root again.
  private static let overlay = """
    resources: [\(relative("manifests/base"))]
    components: [\(relative("manifests/components/kubernetes-1.20"))]
    """

  private static func relative(_ path: String) -> String {
    String(repeating: "../", count: 30) + RepositoryLayout.root.appendingPathComponent(path).path.dropFirst()
  }
}
