extension ClusterConfiguration {
  /// Where the kubelet mounts a pod's service account.
  package static let serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

  /// Finds the cluster in controller-runtime's order (pkg/client/config/config.go): the given kubeconfig, `KUBECONFIG`,
  /// the service account of the pod, `~/.kube/config`.
  ///
  /// - Parameters:
  ///   - kubeconfigPath: A file that must exist, or nil.
  ///   - context: The context to use instead of `current-context`; with it the service account is passed over.
  ///   - environment: The process's environment.
  package static func discover(
    kubeconfigPath: String? = nil, context: String? = nil, environment: [String: String],
    serviceAccountDirectory: String = serviceAccountDirectory
  ) throws(KubernetesFailure) -> ClusterConfiguration {
    if let kubeconfigPath {
      return try Kubeconfig.load(paths: [kubeconfigPath], mustExist: true).resolve(context: context)
    }
    if let paths = Kubeconfig.pathsOfEnvironment(environment) {
      return try Kubeconfig.load(paths: paths, mustExist: false).resolve(context: context)
    }
    if context == nil, let configuration = try inCluster(environment: environment, directory: serviceAccountDirectory) {
      return configuration
    }
    guard let home = environment["HOME"], !home.isEmpty,
      BoundedFile.exists(BoundedFile.resolve(".kube/config", from: home))
    else {
      throw KubernetesFailure(
        .configuration, operation: "find the cluster",
        detail: "not in a pod, KUBECONFIG is not set and ~/.kube/config does not exist; name a kubeconfig file")
    }
    return try Kubeconfig.load(paths: [BoundedFile.resolve(".kube/config", from: home)], mustExist: true)
      .resolve(context: context)
  }

  /// The service account of the pod that we run in, or nil outside one; see "Accessing the API from within a Pod".
  package static func inCluster(
    environment: [String: String], directory: String = serviceAccountDirectory
  ) throws(KubernetesFailure) -> ClusterConfiguration? {
    guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
      let port = environment["KUBERNETES_SERVICE_PORT"], !port.isEmpty
    else { return nil }
    let tokenPath = BoundedFile.resolve("token", from: directory)
    guard BoundedFile.exists(tokenPath) else {
      throw KubernetesFailure(
        .configuration, operation: "use the pod's service account",
        detail: "\(tokenPath) does not exist; set automountServiceAccountToken, or name a kubeconfig file")
    }
    let namespace = try? BoundedFile.readTrimmedText(BoundedFile.resolve("namespace", from: directory))
    return try ClusterConfiguration(
      server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)",
      certificateAuthority: .file(BoundedFile.resolve("ca.crt", from: directory)),
      authentication: .tokenFile(tokenPath, fallback: nil), namespace: namespace,
      origin: "the pod's service account"
    ).validated()
  }
}
