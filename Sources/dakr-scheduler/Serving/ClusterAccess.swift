import KubernetesAPI

/// Which cluster is watched, by the settings; nil for none.
enum ClusterAccess {
  static func configuration(
    _ settings: ResolvedSettings, environment: [String: String]
  ) throws -> ClusterConfiguration? {
    let path = settings.text(.kubeconfig)
    guard path != "none" else { return nil }
    let context = settings.text(.kubeContext)
    switch (settings.choice(.inCluster), path) {
    case ("always", nil):
      guard let configuration = try ClusterConfiguration.inCluster(environment: environment) else {
        throw SettingsFailure(
          problems: ["kubernetes.inCluster is always, but this is no pod: KUBERNETES_SERVICE_HOST is not set"])
      }
      return configuration
    case ("always", _?):
      throw SettingsFailure(problems: ["kubernetes.inCluster: always and kubernetes.kubeconfig exclude each other"])
    case ("never", nil):
      var outside = environment
      outside["KUBERNETES_SERVICE_HOST"] = nil
      return try discover(nil, context, outside)
    default:
      return try discover(path, context, environment)
    }
  }

  private static func discover(
    _ path: String?, _ context: String?, _ environment: [String: String]
  ) throws -> ClusterConfiguration {
    do {
      return try ClusterConfiguration.discover(kubeconfigPath: path, context: context, environment: environment)
    } catch {
      throw SettingsFailure(
        problems: [
          "\(error) (set --kubeconfig FILE, or --kubeconfig none to serve without the Kubernetes API, for which kube-scheduler needs nodeCacheCapable: false)"
        ])
    }
  }
}
