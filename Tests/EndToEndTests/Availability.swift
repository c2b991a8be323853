import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// Proof 4: renewed certificates and lost replicas cost no scheduling attempt.
  @Suite struct Availability {
    /// Settings under which certificates are looked at often and connections live shortly, so that many handshakes fall into
    /// a short test.
    private static let restless = ["DAKR_TLS_RELOAD_INTERVAL": "200ms", "DAKR_LIMITS_CONNECTION_AGE": "1s"]
    private static let fleet = (0..<20).map { number in
      TestNode.aws("m5-\(number)", "m5.4xlarge", cpu: "15890m", memory: "57Gi")
    }

    private static var smallPod: TestPod {
      var pod = Fleet.pod("load")
      pod.requests = ["cpu": "100m", "memory": "64Mi"]
      return pod
    }

    @Test(.tags(.long)) func outlastsRenewedCertificates() async throws {
      try await Stage.with(Self.fleet, Stage.Setting(environment: Self.restless)) { stage in
        var serials = [try await Self.serial(of: stage.extender)]
        // The load is made in portions, so that pods are being placed before, while and after each renewal.
        for round in 0..<3 {
          async let load: Void = Self.create(40, round: round, in: stage.namespace, of: stage.cluster)
          try await stage.extender.certificates.renew()
          try await load
          let old = serials[round]
          serials.append(
            try await eventually("the renewed certificate is served") {
              let serial = try await Self.serial(of: stage.extender)
              return serial == old ? nil : serial
            })
          _ = try await stage.waitUntilBound(40 * (round + 1))
        }
        #expect(Set(serials).count == 4)
        #expect(try await stage.scheduler.attempts("error") == 0)
        #expect(try await stage.scheduler.attempts("scheduled") == 120)
        let metrics = try await stage.extender.metrics()
        #expect(metrics.sum("dakr_scheduler_certificate_reloads_total", ["result": "ok"]) >= 3)
        #expect(metrics.sum("dakr_scheduler_tls_handshakes_total", ["result": "ok"]) > 1)
        #expect(await stage.extender.stop() == .exited(0))
      }
    }

    @Test(.tags(.long)) func outlastsAReplicaThatIsStopped() async throws {
      let cluster = try await Installation.cluster()
      try await cluster.withFleet(Self.fleet) { namespace in
        let (replicas, service) = try await Self.startReplicas(watching: cluster)
        let scheduler = try await SchedulerProcess.start(
          in: cluster, names: ["dz-scheduler"], extenders: [replicas[0].stanza(port: service.port)])
        async let load: Void = Self.create(200, round: 0, in: namespace, of: cluster)
        _ = try await cluster.waitUntilBound(20, in: namespace)
        // The Service's endpoints follow readiness; kube-proxy sends new connections to what is left.
        async let stopped = replicas[0].stop()
        try await eventually("the stopping replica says that it is not ready") {
          try await !replicas[0].health("/readyz")
        }
        service.setBackends([replicas[1].httpsPort])
        try await load
        _ = try await cluster.waitUntilBound(200, in: namespace)
        #expect(await stopped == .exited(0))
        #expect(try await scheduler.attempts("error") == 0)
        #expect(try await scheduler.attempts("scheduled") == 200)
        await scheduler.stop()
        await replicas[1].stop()
        service.stop()
      }
    }

    @Test(.tags(.long)) func outlastsAReplicaThatIsKilled() async throws {
      let cluster = try await Installation.cluster()
      try await cluster.withFleet(Self.fleet) { namespace in
        let (replicas, service) = try await Self.startReplicas(watching: cluster)
        let scheduler = try await SchedulerProcess.start(
          in: cluster, names: ["dz-scheduler"], extenders: [replicas[0].stanza(port: service.port)])
        async let load: Void = Self.create(200, round: 0, in: namespace, of: cluster)
        _ = try await cluster.waitUntilBound(20, in: namespace)
        replicas[0].process.signal(SIGKILL)
        try await load
        #expect(try await cluster.waitUntilBound(200, in: namespace).count == 200)
        // A call that the dead process had already read is lost with it; kube-scheduler tries that pod again.
        #expect(try await scheduler.attempts("error") <= 1)
        #expect(try await replicas[1].metrics().sum("dakr_scheduler_requests_total", ["operation": "filter"]) > 0)
        await scheduler.stop()
        await replicas[1].stop()
        service.stop()
      }
    }

    /// Two replicas with the same certificates, as the Deployment runs them, behind one port.
    private static func startReplicas(watching cluster: TestCluster) async throws -> ([Extender], ServiceProxy) {
      let first = try await Extender.start(watching: cluster)
      let second = try await Extender.start(watching: cluster, certificates: first.certificates)
      return ([first, second], try ServiceProxy(backends: [first.httpsPort, second.httpsPort]))
    }

    private static func create(
      _ number: Int, round: Int, in namespace: String, of cluster: TestCluster
    ) async throws {
      var pod = smallPod
      pod.name += "-\(round)"
      let pods = pod.replicated(number)
      for start in stride(from: 0, to: number, by: 10) {
        try await cluster.create(pods: Array(pods[start..<min(start + 10, number)]), in: namespace)
      }
    }

    /// The serial number of the certificate that the extender serves to a new connection.
    private static func serial(of extender: Extender) async throws -> String {
      let shown = try await runProgram(
        "openssl", ["s_client", "-connect", "127.0.0.1:\(extender.httpsPort)", "-servername", "localhost"],
        input: [])
      return try await runProgramSuccessfully(
        "openssl", ["x509", "-noout", "-serial"], input: shown.standardOutputBytes
      ).standardOutput
    }
  }
}
