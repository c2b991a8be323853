import Foundation
import TestSupport
import Testing

@testable import Observability

/// Runs Prometheus' own checker over an exposition with every kind of metric and hostile label values.
@Suite struct PromtoolTests {
  @Test func promtoolFindsNothing() async throws {
    let registry = MetricsRegistry()
    ProcessMetrics.register(in: registry)
    let hostile = ["\"", "\\", "\n", "\u{0}", "{}", "# HELP x y", "é🙂", "\u{FEFF}", "a\u{301}", ""]
    let counters = registry.counters("demo_requests_total", help: "Multi\nline \\ help.", labels: ["pod", "verb"])
    let latency = registry.histograms(
      "demo_latency_seconds", help: "Latency.", labels: ["verb"], buckets: .latencyNanoseconds)
    for value in hostile {
      counters.with(value, value).increment()
      latency.with(value).observe(123_456)
    }
    registry.histogram("demo_body_bytes", help: "Bodies.", buckets: .bodyBytes).observe(1 << 40)
    registry.histogram("demo_nodes", help: "Nodes.", buckets: .nodeCount).observe(0)
    registry.gauge("demo_expiry_timestamp_seconds", help: "Expiry.").set(.infinity)
    #expect(try await promtoolCheckMetrics(registry.exposition()) == "")
  }

  @Test func theCheckCanFail() async throws {
    #expect(try await promtoolCheckMetrics(Array("# TYPE x counter\nx{a=\"\u{0}\"} 1\n".utf8)) != "")
  }

  @Test func processMetricsArePlausible() throws {
    let registry = MetricsRegistry()
    ProcessMetrics.register(in: registry)
    let text = String(decoding: registry.exposition(), as: UTF8.self)
    func value(_ name: String) throws -> Double {
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name + " ") })
      return try #require(Double(line.dropFirst(name.count + 1)))
    }
    let now = Date().timeIntervalSince1970
    let start = try value("process_start_time_seconds")
    #expect(start <= now + 2 && start > now - 86_400)
    #expect(try value("process_resident_memory_bytes") > 1_000_000)
    #expect(try value("process_open_fds") >= 3)
    #expect(try value("process_max_fds") >= 64)
    #expect(try value("process_cpu_seconds_total") >= 0)
    #expect(try value("process_threads") >= 1)
  }

  @Test func programNamesWithParenthesesAreRead() {
    let fields = (3...52).map { $0 == 14 ? "250" : "\($0)" }.joined(separator: " ")
    let status = ProcessStatus(stat: "42 (evil) name) " + fields)
    #expect(status?.threads == 20)
    #expect(status?.cpuSeconds == Double(250 + 15) / Double(sysconf(Int32(_SC_CLK_TCK))))
    #expect(ProcessStatus(stat: "42 (x) S 1") == nil)
    #expect(ProcessStatus(stat: "") == nil)
  }

  /// What `promtool check metrics` complains about, "" where it finds nothing.
  private func promtoolCheckMetrics(_ exposition: [UInt8]) async throws -> String {
    let result = try await runProgram(
      try await TestCluster.binary("promtool"), ["check", "metrics"], input: exposition)
    let text = result.standardOutput + result.standardError
    return result.status.isSuccess ? text : "\(result.status): \(text)"
  }
}
