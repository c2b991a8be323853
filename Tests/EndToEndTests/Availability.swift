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
        var created = 0
        for round in 0..<3 {
          var handshakesBefore: Double?
          try await stage.extender.certificates.renew()
          // Pods come without a pause until kube-scheduler has met the new certificate.
          try await eventually("kube-scheduler has connected anew") {
            try await Self.create(20, named: "load-\(round)-\(created)", in: stage.namespace, of: stage.cluster)
            created += 20
            let serial = try await Self.serial(of: stage.extender)
            guard serial != serials[round] else { return false }
            let handshakes = try await Self.handshakes(of: stage.extender)
            guard let handshakesBefore else {
              serials.append(serial)
              handshakesBefore = handshakes
              return false
            }
            return handshakes > handshakesBefore
          }
        }
        _ = try await stage.waitUntilBound(created)
        #expect(Set(serials).count == 4)
        #expect(try await stage.scheduler.attempts("error") == 0)
        #expect(try await stage.scheduler.attempts("scheduled") == Double(created))
        let metrics = try await stage.extender.metrics()
        #expect(metrics.sum("dakr_scheduler_certificate_reloads_total", ["result": "ok"]) >= 3)
        #expect(metrics.sum("dakr_scheduler_decisions_total", ["result": "error"]) == 0)
        #expect(await stage.extender.stop() == .exited(0))
      }
    }

    @Test(.tags(.long)) func outlastsAReplicaThatIsStopped() async throws {
      let cluster = try await Installation.cluster()
      try await cluster.withFleet(Self.fleet) { namespace in
        let (replicas, service) = try await Self.startReplicas(watching: cluster)
        let scheduler = try await SchedulerProcess.start(
          in: cluster, names: ["dz-scheduler"], extenders: [replicas[0].stanza(port: service.port)])
        async let load: Void = Self.create(200, named: "load", in: namespace, of: cluster)
        try await Self.expectWorkLeft(after: 20, in: namespace, of: cluster)
        // The Service's endpoints follow readiness; kube-proxy sends new connections to what is left.
        async let stopped = replicas[0].stop()
        try await eventually("the stopping replica says that it is not ready") {
          try await !replicas[0].health("/readyz")
        }
        service.setBackends([replicas[1].httpsPort])
        try await load
        _ = try await cluster.waitUntilBound(200, in: namespace)
        #expect(try await replicas[1].metrics().sum("dakr_scheduler_requests_total", ["operation": "filter"]) > 0)
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
        async let load: Void = Self.create(200, named: "load", in: namespace, of: cluster)
        try await Self.expectWorkLeft(after: 20, in: namespace, of: cluster)
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

    /// Waits until some pods are placed, and makes sure that what follows happens while others are not.
    private static func expectWorkLeft(
      after placed: Int, in namespace: String, of cluster: TestCluster
    ) async throws {
      #expect(try await cluster.waitUntilBound(placed, in: namespace).count < 150)
    }

    /// Two replicas with the same certificates, as the Deployment runs them, behind one port.
    private static func startReplicas(watching cluster: TestCluster) async throws -> ([Extender], ServiceProxy) {
      let first = try await Extender.start(watching: cluster)
      let second = try await Extender.start(watching: cluster, certificates: first.certificates)
      return ([first, second], try ServiceProxy(backends: [first.httpsPort, second.httpsPort]))
    }

    /// Makes pods in portions of ten, so that they come over some time.
    private static func create(
      _ number: Int, named name: String, in namespace: String, of cluster: TestCluster
    ) async throws {
      var pod = smallPod
      pod.name = name
      let pods = pod.replicated(number)
      for start in stride(from: 0, to: number, by: 10) {
        try await cluster.create(pods: Array(pods[start..<min(start + 10, number)]), in: namespace)
      }
    }

    /// Connections that kube-scheduler has made: nobody else asks for HTTP/2 in these tests.
    private static func handshakes(of extender: Extender) async throws -> Double {
      try await extender.metrics().sum("dakr_scheduler_tls_handshakes_total", ["result": "ok", "protocol": "h2"])
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
