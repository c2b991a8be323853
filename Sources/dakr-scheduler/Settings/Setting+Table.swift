/// Every setting of `serve`, in the order of the reference. Limits stand in `Setting+Limits.swift`.
extension Setting {
  static let all: [Setting] =
    listening + certificates + kubernetesAccess + nodeCosts + scheduling + reporting + limits

  /// The variable that names the configuration file; it is no setting because it has to be known before any.
  static let fileVariable = "DAKR_CONFIG"

  // MARK: Listening

  static let httpsAddress = Setting(
    "listen.https", flag: "listen", .address(canBeOff: false), default: "127.0.0.1:8443",
    "Where kube-scheduler reaches the extender by HTTPS. Port 0 lets the system choose.")
  static let metricsAddress = Setting(
    "listen.metrics", flag: "metrics-listen", .address(canBeOff: true), default: "127.0.0.1:8081",
    "Where /metrics, /healthz, /livez, /readyz and /version answer by plain HTTP; they answer on the HTTPS port too.")
  static let portFile = Setting(
    "listen.portFile", flag: "port-file", .file,
    "A file that is written once the listeners are up: {\"https\":port,\"http\":port}.")
  static let eventLoops = Setting(
    "listen.threads", .integer(1...64), default: "2",
    "Threads that serve connections. Two are plenty: kube-scheduler asks about one pod at a time.")
  static let readinessDelay = Setting(
    "shutdown.readinessDelay", .duration(0...seconds(60)), default: "2s",
    "After SIGTERM: how long /readyz says no while requests are still taken, so that Services stop sending new ones.")
  static let gracePeriod = Setting(
    "shutdown.gracePeriod", .duration(seconds(1)...seconds(600)), default: "20s",
    "After that: how long requests in flight may take before their connections are closed.")

  static let listening = [httpsAddress, metricsAddress, portFile, eventLoops, readinessDelay, gracePeriod]

  // MARK: Certificates

  static let tlsCertificate = Setting(
    "tls.certificate", flag: "tls-cert", .file,
    "The server's certificate chain as PEM. Read again when it changes.")
  static let tlsKey = Setting(
    "tls.key", flag: "tls-key", .file,
    "The private key of that certificate as PEM. Read again when it changes.")
  static let clientCA = Setting(
    "tls.clientCA", flag: "client-ca", .file,
    "CA certificates as PEM. With it the verbs and /explain need a client certificate of one of them; health and metrics do not."
  )
  static let allowedClientNames = Setting(
    "tls.allowedClientNames", flag: "allowed-client-name", .list, default: "",
    "Names (common name, DNS name or URI of the client certificate) of which one is needed; empty allows every certificate of tls.clientCA."
  )
  static let reloadInterval = Setting(
    "tls.reloadInterval", .duration(milliseconds(100)...seconds(3_600)), default: "10s",
    "How often certificate files are checked for changes.")

  static let minimumTLSVersion = Setting(
    "tls.minimumVersion", .choice(["1.2", "1.3"]), default: "1.2",
    "The lowest TLS version that is accepted; kube-scheduler speaks both.")

  static let certificates = [
    tlsCertificate, tlsKey, clientCA, allowedClientNames, reloadInterval, minimumTLSVersion,
  ]

  // MARK: Kubernetes API

  static let kubeconfig = Setting(
    "kubernetes.kubeconfig", flag: "kubeconfig", .file,
    "A kubeconfig file for watching nodes and pods, or none to run without the Kubernetes API (then kube-scheduler must be configured with nodeCacheCapable: false). Unset: $KUBECONFIG, else the pod's service account, else ~/.kube/config."
  )
  static let kubeContext = Setting(
    "kubernetes.context", flag: "context", .text,
    "The context of the kubeconfig; unset: its current-context.")
  static let inCluster = Setting(
    "kubernetes.inCluster", flag: "in-cluster", .choice(["auto", "always", "never"]), default: "auto",
    "Whether to use the pod's service account where kubernetes.kubeconfig is not set: auto does so unless $KUBECONFIG is set."
  )

  static let kubernetesAccess = [kubeconfig, kubeContext, inCluster]

  // MARK: Scheduling

  static let schedulerNames = Setting(
    "scheduling.schedulerNames", flag: "scheduler-name", .list, default: "dz-scheduler",
    "Values of spec.schedulerName that the rules and scores apply to; other pods pass through untouched.")
  static let checkpointRuntimeClasses = Setting(
    "scheduling.checkpointRuntimeClasses", flag: "checkpoint-runtime-class", .list, default: "checkpoint",
    "Runtime classes whose pods are live-migratable without a label of their own.")
  static let strategy = Setting(
    "scheduling.strategy", flag: "strategy", .choice(["marginal", "unit", "share", "node"]), default: "marginal",
    "What a pod costs on a node: marginal = price times what the pod takes of the node and adds to its scarcer resource, dearer the emptier the node is; unit = price per allocatable vCPU (per GPU for GPU pods); share = price times the pod's dominant share; node = price of the whole node."
  )
  static let costWeight = Setting(
    "scheduling.weights.cost", flag: "weight-cost", .integer(0...100), default: "1",
    "Weight of the price in the score.")
  static let targetAllocatedWeight = Setting(
    "scheduling.weights.targetAllocated", flag: "weight-target-allocated", .integer(0...100), default: "0",
    "Weight of the preference for nodes that the pod fills up to scheduling.targetAllocatedPercent; 0 turns it off.")
  static let limitOverProvisionWeight = Setting(
    "scheduling.weights.limitOverProvision", flag: "weight-limit-over-provision", .integer(0...100), default: "0",
    "Weight of the penalty for nodes whose summed limits exceed scheduling.limitOverProvisionPercent; 0 turns it off.")
  static let targetAllocatedPercent = Setting(
    "scheduling.targetAllocatedPercent", flag: "target-allocated-percent", .integer(1...100), default: "80",
    "Share of a node's allocatable resources, in percent, up to which filling it is good.")
  static let limitOverProvisionPercent = Setting(
    "scheduling.limitOverProvisionPercent", flag: "limit-over-provision-percent", .integer(1...10_000), default: "180",
    "Sum of the limits on a node, in percent of its allocatable resources, above which it is penalised.")
  static let snapshotInterval = Setting(
    "scheduling.snapshotInterval", .duration(milliseconds(1)...seconds(60)), default: "50ms",
    "Least time between two snapshots of the cluster that requests are answered from.")
  static let explainedDecisions = Setting(
    "scheduling.explainedDecisions", .integer(0...100_000), default: "600",
    "How many recent decisions are kept for explain; 0 keeps none.")
  static let explainedBytes = Setting(
    "scheduling.explainedBytes", .bytes(0...1 << 30), default: "16MiB",
    "Memory that kept decisions may take; the oldest go first.")

  static let scheduling = [
    schedulerNames, checkpointRuntimeClasses, strategy, costWeight, targetAllocatedWeight, limitOverProvisionWeight,
    targetAllocatedPercent, limitOverProvisionPercent, snapshotInterval, explainedDecisions,
    explainedBytes,
  ]

  // MARK: Reporting

  static let logFormat = Setting(
    "log.format", flag: "log-format", .choice(["text", "json"]), default: "text",
    "One line per record on standard error: text for people, json for log pipelines.")
  static let logLevel = Setting(
    "log.level", flag: "log-level", .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
    default: "info",
    "Least level that is logged. debug has a line for each decision, info none per request.")
  static let nodePriceMetric = Setting(
    "metrics.nodePrices", flag: "node-price-metric", .boolean, default: "true",
    "Whether /metrics has the price of every node (one series per node).")

  static let reporting = [logFormat, logLevel, nodePriceMetric]

  // MARK: Units

  static func milliseconds(_ count: Int) -> Int { count * 1_000_000 }
  static func seconds(_ count: Int) -> Int { count * 1_000_000_000 }
}
