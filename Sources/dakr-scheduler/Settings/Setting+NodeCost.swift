/// Where prices come from. The names are those of the chart's `scheduler.nodeCost` values, so that they can be copied.
extension Setting {
  static let priceFile = Setting(
    "nodeCost.priceFile", flag: "price-file", .file,
    "A CSV file of your own prices (docs/prices.md); comes before the built-in catalogue. Read again when it changes.")
  static let priceFileMode = Setting(
    "nodeCost.priceFileMode", flag: "price-file-mode", .choice(["extend", "replace"]), default: "extend",
    "extend: the catalogue's list prices come after the file's; replace: they are not used at all.")
  static let controlPlaneAddress = Setting(
    "nodeCost.controlPlaneAddress", flag: "control-plane-address", .text, default: "https://dakr.devzero.io",
    "The control plane that node prices are fetched from; used only where a token is configured.")
  static let controlPlaneCA = Setting(
    "nodeCost.controlPlaneCA", flag: "control-plane-ca", .file,
    "CA certificates as PEM for the control plane; unset: the system's.")
  static let controlPlaneToken = Setting(
    "nodeCost.controlPlaneToken", .secret,
    "The cluster token. First in order; better a file or Secret, which can be rotated.")
  static let controlPlaneTokenFile = Setting(
    "nodeCost.controlPlaneTokenFile", flag: "control-plane-token-file", .file,
    "A file with the cluster token, such as a mounted Secret; read again when it changes.")
  static let tokenSecretName = Setting(
    "nodeCost.tokenFromSecret.name", .text,
    "A Secret with the cluster token, read and watched through the Kubernetes API, e.g. devzero-zxporter-token.")
  static let tokenSecretNamespace = Setting(
    "nodeCost.tokenFromSecret.namespace", .text,
    "The Secret's namespace; unset: the pod's own.")
  static let tokenSecretKey = Setting(
    "nodeCost.tokenFromSecret.key", .text, default: "CLUSTER_TOKEN",
    "The key in the Secret.")
  static let tokenConfigMapName = Setting(
    "nodeCost.tokenFromConfigMap.name", .text,
    "A ConfigMap with the cluster token, read and watched through the Kubernetes API, e.g. devzero-zxporter-env-config."
  )
  static let tokenConfigMapNamespace = Setting(
    "nodeCost.tokenFromConfigMap.namespace", .text,
    "The ConfigMap's namespace, e.g. devzero-zxporter; unset: the pod's own.")
  static let tokenConfigMapKey = Setting(
    "nodeCost.tokenFromConfigMap.key", .text, default: "CLUSTER_TOKEN",
    "The key in the ConfigMap.")
  static let teamID = Setting(
    "nodeCost.teamID", flag: "control-plane-team-id", .text,
    "The team that the cluster belongs to at the control plane.")
  static let clusterID = Setting(
    "nodeCost.clusterID", flag: "control-plane-cluster-id", .text,
    "The cluster at the control plane; unset: looked up by nodeCost.clusterName.")
  static let clusterName = Setting(
    "nodeCost.clusterName", flag: "control-plane-cluster-name", .text,
    "The cluster's name at the control plane, for looking up its id.")
  static let priceRefresh = Setting(
    "nodeCost.refreshInterval", .duration(milliseconds(100)...seconds(86_400)), default: "1m",
    "How often prices are fetched, in the background.")
  static let maximumPriceAge = Setting(
    "nodeCost.maximumPriceAge", .duration(seconds(1)...seconds(30 * 86_400)), default: "1h",
    "How long the last prices of the control plane stay in use when it does not answer; then the next source is used.")
  static let controlPlaneTimeout = Setting(
    "nodeCost.requestTimeout", .duration(milliseconds(100)...seconds(300)), default: "10s",
    "Time limit of one call to the control plane.")

  static let nodeCosts = [
    priceFile, priceFileMode, controlPlaneAddress, controlPlaneCA, controlPlaneToken, controlPlaneTokenFile,
    tokenSecretName,
    tokenSecretNamespace, tokenSecretKey, tokenConfigMapName, tokenConfigMapNamespace, tokenConfigMapKey, teamID,
    clusterID, clusterName, priceRefresh, maximumPriceAge, controlPlaneTimeout,
  ]
}
