import ClusterModel
import KubernetesAPI
import PlannerInput
import Synchronization
import WireFormat

/// Reads a cluster from its API server, one list after another.
///
/// The lists are not of one moment; the planner's answer is checked against fresh objects before anything moves.
struct LiveCluster {
  let client: KubernetesClient

  /// What cannot be read but need not be, in sentences.
  private(set) var notes: [String] = []

  init(client: KubernetesClient) {
    self.client = client
  }

  private struct Kind {
    var path: ResourcePath
    var header: ListHeader
    var selector = ObjectSelector.everything
    /// What a plan lacks without it; nil where there is no plan without it.
    var lack: String?
    /// Where older API servers have it.
    var fallback: ResourcePath?
  }

  private static let kinds = [
    Kind(path: .nodes, header: ListHeader(kind: "NodeList", apiVersion: "v1")),
    // Pods that have ended take no room.
    Kind(
      path: .pods, header: ListHeader(kind: "PodList", apiVersion: "v1"),
      selector: ObjectSelector(fields: "status.phase!=Succeeded,status.phase!=Failed")),
    Kind(
      path: ResourcePath(group: "policy", resource: "poddisruptionbudgets"),
      header: ListHeader(kind: "PodDisruptionBudgetList", apiVersion: "policy/v1"),
      fallback: ResourcePath(group: "policy", version: "v1beta1", resource: "poddisruptionbudgets")),
    Kind(
      path: ResourcePath(resource: "persistentvolumeclaims"),
      header: ListHeader(kind: "PersistentVolumeClaimList", apiVersion: "v1"), lack: "pods with claims stay"),
    Kind(
      path: ResourcePath(resource: "persistentvolumes"),
      header: ListHeader(kind: "PersistentVolumeList", apiVersion: "v1"), lack: "pods with claims stay"),
    Kind(
      path: ResourcePath(group: "storage.k8s.io", resource: "csinodes"),
      header: ListHeader(kind: "CSINodeList", apiVersion: "storage.k8s.io/v1"),
      lack: "limits on attached volumes are not known"),
    Kind(
      path: ResourcePath(resource: "namespaces"), header: ListHeader(kind: "NamespaceList", apiVersion: "v1"),
      lack: "namespace selectors select nothing"),
  ]

  /// Reads everything that planning reads into `input`; `willRead` is told the kind before each list.
  mutating func read(into input: inout ClusterInput, willRead: (String) -> Void) async throws {
    for kind in Self.kinds {
      willRead(kind.path.description)
      do {
        for object in try await objects(of: kind) { input.add(object) }
      } catch let failure as KubernetesFailure {
        guard let lack = kind.lack, failure.reason == .forbidden || failure.reason == .notFound else { throw failure }
        notes.append("\(kind.path) cannot be read, so \(lack): \(failure)")
      }
    }
  }

  private func objects(of kind: Kind) async throws -> [ClusterObject] {
    do {
      return try await list(kind.path, kind)
    } catch let failure as KubernetesFailure {
      guard failure.reason == .notFound, let fallback = kind.fallback else { throw failure }
      return try await list(fallback, kind)
    }
  }

  private func list(_ path: ResourcePath, _ kind: Kind) async throws -> [ClusterObject] {
    let reader = Mutex(ClusterObjectReader())
    return try await client.list(path, selector: kind.selector) { body in
      try reader.withLock { reader in
        try JSONIndex.read(body) { json throws(WireFormatError) in
          try ListDecoding.page(&json) { json throws(WireFormatError) in try reader.object(&json, in: kind.header) }
        }
      }
    }.items
  }
}
