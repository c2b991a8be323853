import ClusterModel
import CurlClient
import KubernetesAPI
import Logging
import Scheduler
import ServiceLifecycle
import Transport
import WireFormat

/// The watches on the Kubernetes API that keep a view up to date, and what is known of them.
struct ClusterWatch: Sendable {
  /// One watch, by the word for its kind in metrics and health checks.
  struct Informer: Sendable {
    let kind: String
    let status: @Sendable () -> ReflectorStatus
    let run: @Sendable () async -> Void
  }

  let informers: [Informer]

  /// - Parameters:
  ///   - token: the object to read the control plane's token from, and where to put it.
  init(
    client: KubernetesClient, keeper: ViewKeeper, token: (source: TokenObject, value: WatchedToken)?
  ) {
    var informers = [Self.nodes(client, keeper), Self.pods(client, keeper)]
    if let token { informers.append(Self.token(client, token.source, token.value)) }
    self.informers = informers
  }

  var services: [any Service] {
    informers.map { informer in BackgroundService("informer of \(informer.kind)") { await informer.run() } }
  }

  /// Nodes and pods must have been read before requests come: without them names cannot be answered well. The token is
  /// not asked for, since prices come from other sources meanwhile.
  static func healthChecks(of informers: [Informer], keeper: ViewKeeper) -> [HealthCheck] {
    informers.filter { $0.kind != tokenKind }.map { informer in
      HealthCheck(name: "informer-\(informer.kind)") {
        let view = keeper.slot.load()
        guard !(informer.kind == "nodes" ? view.areNodesSynced : view.arePodsSynced) else { return nil }
        let status = informer.status()
        if let failure = status.lastFailure { return "\(failure)" }
        return status.isSynced ? "read, about to be used" : "not read yet"
      }
    }
  }

  private static let tokenKind = "token"

  private static func informer<Object>(
    _ kind: String, _ reflector: Reflector<Object>
  ) -> Informer {
    Informer(kind: kind, status: { reflector.status }, run: { await reflector.run() })
  }

  private static func nodes(_ client: KubernetesClient, _ keeper: ViewKeeper) -> Informer {
    let sink = ReflectorSink<Node>(
      replaceAll: { nodes in
        keeper.change {
          $0.cluster.replaceNodes(nodes)
          $0.areNodesSynced = true
        }
        ProcessMemory.used()
      },
      apply: { event in
        switch event {
        case .added(let node, _), .modified(let node, _): keeper.change { $0.cluster.upsert(node) }
        case .deleted(let node, _): keeper.change { $0.cluster.removeNode(named: node.name) }
        case .bookmark, .failed: break
        }
      })
    return informer(
      "nodes", Reflector(.nodes, client: client, codec: .nodes, sink: sink, logger: Logger(label: "kubernetes")))
  }

  /// Pods that have ended take no room, and there may be many: kube-scheduler leaves them out by the same selector.
  private static let livingPods = ObjectSelector(fields: "status.phase!=Succeeded,status.phase!=Failed")

  private static func pods(_ client: KubernetesClient, _ keeper: ViewKeeper) -> Informer {
    let sink = ReflectorSink<Pod>(
      replaceAll: { pods in
        keeper.change {
          $0.cluster.replacePods(pods)
          $0.arePodsSynced = true
        }
        ProcessMemory.used()
      },
      apply: { event in
        switch event {
        case .added(let pod, _), .modified(let pod, _): keeper.change { $0.cluster.upsert(pod) }
        case .deleted(let pod, _): keeper.change { $0.cluster.removePod(uid: pod.uid) }
        case .bookmark, .failed: break
        }
      })
    return informer(
      "pods",
      Reflector(
        .pods, selector: livingPods, client: client, codec: .pods, sink: sink, logger: Logger(label: "kubernetes")))
  }

  private static func token(_ client: KubernetesClient, _ source: TokenObject, _ value: WatchedToken) -> Informer {
    @Sendable func take(_ object: KeyedData) {
      value.set(object.data[source.key].map { String(decoding: $0, as: UTF8.self) })
    }
    let sink = ReflectorSink<KeyedData>(
      replaceAll: { objects in
        if let object = objects.first(where: { $0.name == source.name }) { take(object) } else { value.set(nil) }
      },
      apply: { event in
        switch event {
        case .added(let object, _), .modified(let object, _): take(object)
        case .deleted: value.set(nil)
        case .bookmark, .failed: break
        }
      })
    let namespace = source.namespace ?? client.configuration.namespace ?? "default"
    let path = ResourcePath(resource: source.kind.rawValue, namespace: namespace)
    return informer(
      tokenKind,
      Reflector(
        path, selector: .named(source.name), client: client,
        codec: source.kind == .secrets ? .secrets : .configMaps, sink: sink, logger: Logger(label: "kubernetes")))
  }
}

/// A Secret or ConfigMap that holds the control plane's token.
struct TokenObject: Sendable, Equatable {
  /// The raw value is the resource's name in paths.
  enum Kind: String, Sendable {
    case secrets, configmaps
  }

  var kind: Kind
  var name: String
  /// nil means the pod's own namespace, or the kubeconfig context's.
  var namespace: String?
  var key: String

  /// The object that the settings name: the Secret first. nil where they name none.
  init?(_ settings: ResolvedSettings) {
    if let name = settings.text(.tokenSecretName) {
      kind = .secrets
      self.name = name
      namespace = settings.text(.tokenSecretNamespace)
      key = settings.choice(.tokenSecretKey)
    } else if let name = settings.text(.tokenConfigMapName) {
      kind = .configmaps
      self.name = name
      namespace = settings.text(.tokenConfigMapNamespace)
      key = settings.choice(.tokenConfigMapKey)
    } else {
      return nil
    }
  }
}
