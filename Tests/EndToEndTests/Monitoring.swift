import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// The metrics, as Prometheus itself sees them.
  @Suite struct Monitoring {
    private struct Answer: Decodable {
      struct Data: Decodable { let result: [Series] }
      struct Series: Decodable { let metric: [String: String] }
      let data: Data
    }

    @Test func areScrapedByPrometheusOverHTTPSWithoutAClientCertificate() async throws {
      try await Stage.with(Fleet.mixed) { stage in
        try await stage.create([Fleet.pod("web")])
        _ = try await stage.waitUntilBound(1)
        let folder = try TemporaryFolder("prometheus")
        let (prometheus, address) = try await Self.startPrometheus(scraping: stage.extender, in: folder)
        let target = try await eventually("the target is up") {
          try await Self.query("up{job=\"dakr-scheduler\"} == 1", address).first
        }
        #expect(target.metric["instance"] == "127.0.0.1:\(stage.extender.httpsPort)")
        for expression in [
          "dakr_scheduler_requests_total{operation=\"filter\",status=\"200\"} > 0",
          "dakr_scheduler_decisions_total{verb=\"prioritize\",result=\"ok\"} > 0",
          "histogram_quantile(0.99, sum by (le) (dakr_scheduler_request_duration_seconds_bucket))",
          "dakr_scheduler_node_price_dollars_per_hour{node=\"c6a-cheapest\",source=\"catalogue\"} == 0.306",
          "dakr_scheduler_nodes_by_price_source{source=\"catalogue\"} == 6",
          "dakr_scheduler_certificate_expiry_timestamp_seconds - time() > 0",
          "dakr_scheduler_tls_handshakes_total{result=\"ok\"} > 0", "dakr_scheduler_snapshot_age_seconds >= 0",
          "process_resident_memory_bytes > 0", "dakr_scheduler_build_info",
        ] {
          #expect(try await !Self.query(expression, address).isEmpty, "\(expression)")
        }
        await prometheus.terminate()
      }
    }

    @Test func passPrometheusOwnLinter() async throws {
      try await Stage.with(Fleet.mixed) { stage in
        try await stage.create([Fleet.pod("web")])
        _ = try await stage.waitUntilBound(1)
        let page = try await stage.extender.metricsPage()
        let found = try await runProgram(
          try await TestCluster.binary("promtool"), ["check", "metrics"], input: Array(page.utf8))
        #expect(found.status.isSuccess)
        #expect(found.standardError + found.standardOutput == "")
      }
    }

    /// The alerts parse, and ask for nothing that the extender does not export.
    @Test func alertsAreAboutMetricsThatExist() async throws {
      let file = RepositoryLayout.root.appendingPathComponent("manifests/components/prometheus-operator/alerts.yaml")
      let text = try String(contentsOf: file, encoding: .utf8)
      // Prometheus' own format is what stands below `spec`.
      let start = try #require(text.range(of: "\nspec:\n"))
      let rules = text[start.upperBound...].split(separator: "\n").map { $0.dropFirst(2) }.joined(separator: "\n")
      let folder = try TemporaryFolder("rules")
      let checked = try await runProgram(
        try await TestCluster.binary("promtool"), ["check", "rules", try folder.write("rules.yml", rules + "\n").path])
      #expect(checked.status.isSuccess, "\(checked.standardError)\(checked.standardOutput)")

      let extender = try await Extender.start(watching: try await Installation.cluster())
      let exported = Set(
        try await extender.metricsPage().split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
          .map { String($0.split(separator: " ")[2]) })
      let expressions = rules.split(separator: "\n").filter { !$0.contains("description:") }.joined(separator: "\n")
      for match in expressions.matches(of: /dakr_scheduler_[a-z_]+/) {
        let name = String(match.output).replacing("_bucket", with: "")
        #expect(exported.contains(name) || name.contains("control_plane"), "\(name)")
      }
      await extender.stop()
    }

    private static func startPrometheus(
      scraping extender: Extender, in folder: TemporaryFolder
    ) async throws -> (ChildProcess, String) {
      let configuration: JSON = [
        "global": ["scrape_interval": "1s"],
        "scrape_configs": [
          [
            "job_name": "dakr-scheduler", "scheme": "https",
            "tls_config": ["ca_file": "\(extender.certificates.certificateAuthority.path)"],
            "static_configs": [["targets": ["127.0.0.1:\(extender.httpsPort)"]]],
          ]
        ],
      ]
      let file = try folder.write("prometheus.yml", configuration.text)
      let address = "127.0.0.1:\(try freePort())"
      let process = try ChildProcess.start(
        try await TestCluster.binary("prometheus"),
        ["--config.file", file.path, "--storage.tsdb.path", folder.file("data").path, "--web.listen-address", address],
        log: folder.file("prometheus.log"))
      return (process, "http://\(address)")
    }

    private static func query(_ expression: String, _ address: String) async throws -> [Answer.Series] {
      let answer = try await runProgramSuccessfully(
        "curl",
        ["--silent", "--show-error", "--fail", "--get", "--data-urlencode", "query=\(expression)"]
          + ["\(address)/api/v1/query"])
      return try JSONDecoder().decode(Answer.self, from: Data(answer.standardOutputBytes)).data.result
    }
  }
}
