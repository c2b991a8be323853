import Foundation
import TestSupport
import Testing

@testable import dakr_scheduler

/// The server as a process, asked by curl.
@Suite struct ServeTests {
  private struct Score: Decodable, Equatable {
    let Host: String
    let Score: Int
  }

  private func scores(_ body: String) throws -> [String: Int] {
    let list = try JSONDecoder().decode([Score].self, from: Data(body.utf8))
    return Dictionary(uniqueKeysWithValues: list.map { ($0.Host, $0.Score) })
  }

  @Test func thePrintedCurlLineWorksAsPrinted() async throws {
    let server = try await RunningServer.start()
    let line = try await eventually("the next steps are printed") {
      server.process.output.split(separator: "\n").first { $0.contains("curl --cacert") }.map(String.init)
    }
    let answer = try await runProgramSuccessfully("sh", ["-c", line + " --silent --show-error --fail"])
    let scores = try scores(answer.standardOutput)
    #expect(scores == ["on-demand": 5, "spot": 10, "google": 5, "own": 10])

    let explain = try #require(
      server.process.output.split(separator: "\n").first { $0.contains("dakr-scheduler explain ") })
    let explained = try await runProgramSuccessfully("sh", ["-c", String(explain)])
    #expect(explained.standardOutput.contains("annotation") && explained.standardOutput.contains("0.192"))
    await server.process.terminate()
  }

  @Test func theTrialsSchedulerConfigurationIsWhatKubeSchedulerReads() async throws {
    let server = try await RunningServer.start()
    let yaml = try await eventually("the configuration is written") {
      try? String(contentsOf: server.folder.file("trial/kube-scheduler.yaml"), encoding: .utf8)
    }
    #expect(yaml.contains("urlPrefix: \(server.address)\n"))
    #expect(yaml.contains("caFile: \(server.folder.path("trial/certs/ca.crt"))"))
    #expect(yaml.contains("nodeCacheCapable: false"))
    await server.process.terminate()
  }

  @Test(arguments: ["--http1.1", "--http2"])
  func answersVerbsUnderAnyPrefix(version: String) async throws {
    let server = try await RunningServer.start()
    for path in ["/prioritize", "/v1/prioritize", "//prioritize"] {
      let answer = try await server.post(path, [version, "--path-as-is"])
      #expect(answer.status == 200 && answer.body.hasPrefix("[{\"Host\":"), "\(path): \(answer)")
    }
    let filtered = try await server.post("/filter", [version])
    #expect(filtered.status == 200 && filtered.body.contains("\"items\":["))
    #expect(try await server.post("/bind", [version]).status == 404)
    #expect(try await server.curl("/filter", [version]).status == 405)
    let wrongType = try await server.curl("/filter", [version, "--data-binary", "{}"])
    #expect(wrongType.status == 415)
    await server.process.terminate()
  }

  @Test func verbsNeedAClientCertificateAndHealthDoesNot() async throws {
    let server = try await RunningServer.start()
    #expect(try await server.post("/filter", withClient: false).status == 401)
    #expect(try await server.curl("/explain?pod=default/trial", withClient: false).status == 401)
    for path in ["/healthz", "/livez", "/readyz", "/version", "/metrics"] {
      #expect(try await server.curl(path, withClient: false).status == 200, "\(path)")
      #expect(try await server.curl(path, isSecure: false).status == 200, "\(path)")
    }
    for path in ["/explain", "/prices", "/filter"] {
      #expect(try await server.curl(path, isSecure: false).status == 404, "\(path)")
    }
    await server.process.terminate()
  }

  @Test func namesOfClientCertificatesAreChecked() async throws {
    let server = try await RunningServer.start(["--allowed-client-name", "somebody-else"])
    #expect(try await server.post("/filter").status == 403)
    await server.process.terminate()
    let other = try await RunningServer.start(["--allowed-client-name", "kube-scheduler"])
    #expect(try await other.post("/filter").status == 200)
    await other.process.terminate()
  }

  @Test func badArgumentsAreAnsweredAndCounted() async throws {
    let server = try await RunningServer.start()
    let json = ["--header", "Content-Type: application/json", "--data-binary"]
    let broken = try await server.curl("/filter", json + ["{\"Pod\":"])
    #expect(broken.status == 200 && broken.body.contains("\"Error\":\"dakr-scheduler cannot read"))
    #expect(try await server.curl("/prioritize", json + ["[]"]).status == 400)
    let metrics = try await server.metrics()
    #expect(metrics.sum("dakr_scheduler_invalid_requests_total") == 2)
    #expect(metrics.sum("dakr_scheduler_decisions_total", ["verb": "filter", "result": "error"]) == 1)
    await server.process.terminate()
  }

  @Test func metricsPassPromtoolAndCount() async throws {
    let server = try await RunningServer.start()
    _ = try await server.post("/prioritize")
    _ = try await server.post("/filter")
    let page = try await server.curl("/metrics", isSecure: false).body
    let found = try await runProgram(
      try await TestCluster.binary("promtool"), ["check", "metrics"], input: Array((page + "\n").utf8))
    #expect(found.status.isSuccess && found.standardError + found.standardOutput == "")
    let metrics = MetricsText(page)
    #expect(metrics.sum("dakr_scheduler_requests_total", ["operation": "prioritize", "status": "200"]) == 1)
    #expect(metrics.sum("dakr_scheduler_nodes_examined_total", ["verb": "filter"]) == 4)
    #expect(metrics.sum("dakr_scheduler_scores_total") == 4)
    #expect(metrics.sum("dakr_scheduler_nodes_scored_total", ["source": "annotation"]) == 1)
    #expect(metrics.sum("dakr_scheduler_tls_handshakes_total", ["result": "ok"]) == 2)
    #expect(metrics.sum("dakr_scheduler_certificate_expiry_timestamp_seconds") > Date().timeIntervalSince1970)
    await server.process.terminate()
  }

  @Test func infoHasNoLineForARequestAndDebugHasOneForADecision() async throws {
    let quiet = try await RunningServer.start()
    let before = quiet.log.split(separator: "\n").count
    for _ in 0..<3 { _ = try await quiet.post("/prioritize") }
    #expect(quiet.log.split(separator: "\n").count == before)
    await quiet.process.terminate()
    let talkative = try await RunningServer.start(["--log-level", "debug"])
    for _ in 0..<3 { _ = try await talkative.post("/prioritize") }
    let lines = talkative.log.split(separator: "\n").filter { $0.contains("\"message\":\"decided\"") }
    #expect(lines.count == 3)
    for line in talkative.log.split(separator: "\n") {
      #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    }
    await talkative.process.terminate()
  }

  @Test func stopsInOrderAndEndsWithZero() async throws {
    let server = try await RunningServer.start(environment: ["DAKR_SHUTDOWN_READINESS_DELAY": "2s"])
    #expect(try await server.curl("/readyz", isSecure: false).status == 200)
    server.process.signal(SIGTERM)
    try await eventually("readiness says no while requests are still answered", timeout: .seconds(2)) {
      let ready = try await server.curl("/readyz", isSecure: false)
      return ready.status == 503 && ready.body.contains("[-]shutdown failed")
    }
    #expect(try await server.post("/prioritize").status == 200)
    #expect(await server.process.waitForExit(timeout: .seconds(30)) == .exited(0))
  }

  @Test func prioritizeMovesWithTheReferenceControlPlane() async throws {
    let folder = try TemporaryFolder("control-plane")
    let prices = try folder.write("nodes.csv", "node,usd_per_hour\non-demand,0.01\nspot,1\ngoogle,1\nown,1\n")
    let token = try folder.write("token", "first-token\n")
    let ports = folder.file("ports.json")
    let plane = try ChildProcess.start(
      try RepositoryLayout.product("dakr-scheduler"),
      ["control-plane", "--listen", "127.0.0.1:0", "--price-file", prices.path, "--token-file", token.path]
        + ["--port-file", ports.path], log: folder.file("log"))
    let port = try await eventually("the control plane has written its port") {
      try? JSONDecoder().decode([String: Int].self, from: Data(contentsOf: ports))["http"]
    }
    let server = try await RunningServer.start(
      ["--control-plane-address", "http://127.0.0.1:\(port)", "--control-plane-token-file", token.path]
        + ["--control-plane-cluster-id", "reference"], environment: ["DAKR_NODE_COST_REFRESH_INTERVAL": "200ms"])
    func expectBest(_ name: String, _ what: String) async throws {
      try await eventually(what) { try scores(try await server.post("/prioritize").body)[name] == 10 }
    }
    // The annotation of "own" ($0.096) wins over the control plane; the others cost what the control plane says.
    try await expectBest("on-demand", "the control plane's price counts")
    try folder.write("nodes.csv", "node,usd_per_hour\nspot,0.01\non-demand,1\ngoogle,1\nown,1\n")
    try await expectBest("spot", "a changed price counts")
    let report = try await server.curl("/prices").body
    let sources = try JSONDecoder().decode(PriceReport.self, from: Data(report.utf8)).sources
    #expect(sources.first { $0.source == "control-plane" }?.prices == 4)
    #expect((sources.first { $0.source == "control-plane" }?.ageSeconds ?? 100) < 60)

    await plane.terminate()
    try await eventually("failing refreshes are counted") {
      try await server.metrics().sum("dakr_scheduler_control_plane_refreshes_total", ["result": "failed"]) > 0
    }
    #expect(try scores(try await server.post("/prioritize").body)["spot"] == 10)
    #expect(!(server.log + server.process.output + plane.output).contains("first-token"))
    await server.process.terminate()
  }

  @Test func aChangedPriceFileCounts() async throws {
    let folder = try TemporaryFolder("prices")
    let file = try folder.write("p.csv", "instance_type,usd_per_hour\nn2-standard-4,0.001\n")
    let server = try await RunningServer.start(["--price-file", file.path])
    #expect(try scores(try await server.post("/prioritize").body)["google"] == 10)
    try folder.write("p.csv", "nonsense\n")
    try await eventually("the broken file is reported") { server.log.contains("stays in use") }
    #expect(try scores(try await server.post("/prioritize").body)["google"] == 10)
    try folder.write("p.csv", "instance_type,usd_per_hour\nn2-standard-4,10\n")
    try await eventually("the new price counts") {
      try scores(try await server.post("/prioritize").body)["google"] == 0
    }
    await server.process.terminate()
  }
}
