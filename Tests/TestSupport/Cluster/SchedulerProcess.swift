package import Foundation

/// The part of a KubeSchedulerConfiguration that names an extender.
package struct ExtenderStanza: Sendable {
  /// Scheme, host, port and path before the verb.
  package var urlPrefix: String
  package var preemptVerb: String?
  /// 1.20's plugins give a node up to some 600 points; a weight of 10 gives the extender up to 1,000 and thereby the say.
  package var weight = 10
  package var nodeCacheCapable = true
  package var ignorable = false
  /// A Go duration. Longer than the default 5 s, because test machines are slow.
  package var httpTimeout = "30s"
  package var certificateAuthority: URL?
  package var clientCertificate: URL?
  package var clientKey: URL?

  package init(urlPrefix: String) { self.urlPrefix = urlPrefix }

  var json: JSON {
    var stanza: JSON = [
      "urlPrefix": "\(urlPrefix)", "filterVerb": "filter", "prioritizeVerb": "prioritize", "weight": .integer(weight),
      "enableHTTPS": .bool(urlPrefix.hasPrefix("https")), "nodeCacheCapable": .bool(nodeCacheCapable),
      "ignorable": .bool(ignorable), "httpTimeout": "\(httpTimeout)",
    ]
    if let preemptVerb { stanza["preemptVerb"] = .string(preemptVerb) }
    var tls: JSON = [:]
    if let certificateAuthority { tls["caFile"] = .string(certificateAuthority.path) }
    if let clientCertificate { tls["certFile"] = .string(clientCertificate.path) }
    if let clientKey { tls["keyFile"] = .string(clientKey.path) }
    if tls != [:] { stanza["tlsConfig"] = tls }
    return stanza
  }
}

/// A real kube-scheduler with a configuration of the test's.
package final class SchedulerProcess: Sendable {
  package let process: ChildProcess
  /// Where it serves its metrics, over plain HTTP.
  package let metricsAddress: String
  private let folder: TemporaryFolder

  private init(process: ChildProcess, metricsAddress: String, folder: TemporaryFolder) {
    self.process = process
    self.metricsAddress = metricsAddress
    self.folder = folder
  }

  /// Starts kube-scheduler and waits until it is healthy.
  /// - Parameters:
  ///   - names: one profile per scheduler name. Each packs nodes, as the product's manifests do.
  ///   - http2: whether it may speak HTTP/2 to the extender.
  package static func start(
    in cluster: TestCluster, names: [String], extenders: [ExtenderStanza], http2: Bool = true
  ) async throws -> SchedulerProcess {
    let folder = try TemporaryFolder("scheduler")
    let port = try freePort()
    let configuration = configuration(
      names: names, extenders: extenders, kubeconfig: try cluster.kubeconfig(for: .scheduler, in: folder), port: port)
    return try await launch(configuration: configuration.text, port: port, http2: http2, folder: folder)
  }

  /// Starts kube-scheduler with a configuration file as it is installed in a cluster: an access to the API and addresses for
  /// metrics are added, everything else stays.
  package static func start(
    in cluster: TestCluster, as user: ClusterUser, file: String
  ) async throws -> SchedulerProcess {
    let folder = try TemporaryFolder("scheduler")
    let port = try freePort()
    let added = """
      clientConnection: {kubeconfig: "\(try cluster.kubeconfig(for: user, in: folder).path)"}
      healthzBindAddress: 127.0.0.1:\(port)
      metricsBindAddress: 127.0.0.1:\(port)

      """
    return try await launch(configuration: added + file, port: port, http2: true, folder: folder)
  }

  private static func launch(
    configuration: String, port: Int, http2: Bool, folder: TemporaryFolder
  ) async throws -> SchedulerProcess {
    let file = try folder.write("config.yaml", configuration)
    let process = try ChildProcess.start(
      try await TestCluster.binary("kube-scheduler"), ["--config", file.path, "--secure-port", "0", "--v", "2"],
      environment: http2 ? [:] : ["DISABLE_HTTP2": "true"], log: folder.file("scheduler.log"))
    let scheduler = SchedulerProcess(
      process: process, metricsAddress: "http://127.0.0.1:\(port)/metrics", folder: folder)
    do {
      try await eventually("kube-scheduler is healthy") {
        if let status = process.exitStatus { throw WaitingIsPointless("kube-scheduler ended with \(status)") }
        return try await runProgram("curl", ["--silent", "--fail", "http://127.0.0.1:\(port)/healthz"]).status.isSuccess
      }
    } catch {
      throw ProcessFailure("\(error); its log ends with: \(process.output.suffix(3000))")
    }
    return scheduler
  }

  private static func configuration(
    names: [String], extenders: [ExtenderStanza], kubeconfig: URL, port: Int
  ) -> JSON {
    let plugins: JSON = [
      "score": [
        "disabled": [["name": "NodeResourcesLeastAllocated"]],
        "enabled": [["name": "NodeResourcesMostAllocated", "weight": 1]],
      ]
    ]
    return [
      "apiVersion": "kubescheduler.config.k8s.io/v1beta1", "kind": "KubeSchedulerConfiguration",
      // Far above the default of 50 a second, which would hide what the extender costs.
      "clientConnection": ["kubeconfig": "\(kubeconfig.path)", "qps": 5000, "burst": 5000],
      "leaderElection": ["leaderElect": false],
      "healthzBindAddress": "127.0.0.1:\(port)", "metricsBindAddress": "127.0.0.1:\(port)",
      // As the product's manifests have it: by default only a sample of the nodes would be considered.
      "percentageOfNodesToScore": 100,
      "podInitialBackoffSeconds": 1, "podMaxBackoffSeconds": 2,
      "profiles": .array(names.map { ["schedulerName": "\($0)", "plugins": plugins] }),
      "extenders": .array(extenders.map(\.json)),
    ]
  }

  package func metrics() async throws -> MetricsText {
    let result = try await runProgramSuccessfully("curl", ["--silent", "--fail", metricsAddress])
    return MetricsText(result.standardOutput)
  }

  /// How many scheduling attempts ended so: `scheduled`, `unschedulable` or `error`.
  package func attempts(_ result: String) async throws -> Double {
    try await metrics().sum("scheduler_schedule_attempts_total", ["result": result])
  }

  package func stop() async { await process.terminate(grace: .seconds(3)) }
}
