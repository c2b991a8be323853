import Testing

@testable import Observability

@Suite struct MetricsTests {
  private func text(_ registry: MetricsRegistry) -> String {
    String(decoding: registry.exposition(), as: UTF8.self)
  }

  @Test func writesCountersGaugesAndHistograms() {
    let registry = MetricsRegistry()
    let requests = registry.counters("demo_requests_total", help: "Requests.", labels: ["verb", "result"])
    requests.with("filter", "ok").increment()
    requests.with("filter", "ok").increment(by: 2)
    requests.with("bind", "error").increment()
    registry.gauge("demo_age_seconds", help: "Age.").set(1.5)
    let latency = registry.histogram(
      "demo_latency_seconds", help: "Latency.",
      buckets: HistogramBuckets(bounds: [1_000_000, 2_000_000], unitsPerExportedUnit: 1e9))
    latency.observe(1_000_000)
    latency.observe(1_000_001)
    latency.observe(9_000_000)
    #expect(
      text(registry) == """
        # HELP demo_age_seconds Age.
        # TYPE demo_age_seconds gauge
        demo_age_seconds 1.5
        # HELP demo_latency_seconds Latency.
        # TYPE demo_latency_seconds histogram
        demo_latency_seconds_bucket{le="0.001"} 1
        demo_latency_seconds_bucket{le="0.002"} 2
        demo_latency_seconds_bucket{le="+Inf"} 3
        demo_latency_seconds_sum 0.011000001
        demo_latency_seconds_count 3
        # HELP demo_requests_total Requests.
        # TYPE demo_requests_total counter
        demo_requests_total{verb="bind",result="error"} 1
        demo_requests_total{verb="filter",result="ok"} 3

        """)
  }

  @Test func boundsTheNumberOfSeries() {
    let registry = MetricsRegistry()
    let family = registry.counters("demo_total", help: "Demo.", labels: ["name"], maximumSeries: 3)
    for index in 0..<1_000 { family.with("peer-\(index)").increment() }
    let lines = text(registry).split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.count == 4)
    #expect(lines.contains("demo_total{name=\"other\"} 997"))
  }

  @Test func aRealSeriesNamedLikeTheOverflowIsNotWrittenTwice() {
    let registry = MetricsRegistry()
    let family = registry.counters("demo_total", help: "Demo.", labels: ["name"], maximumSeries: 1)
    family.with("other").increment()
    family.with("more").increment()
    let lines = text(registry).split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.count == 1)
  }

  @Test func boundsAndDeduplicatesCollectedSamples() {
    let registry = MetricsRegistry()
    registry.collected(.gauge, "demo_price", help: "Demo.", labels: ["node"], maximumSeries: 2) { emit in
      emit(["b\u{1}"], 1)
      emit(["b\u{2}"], 2)
      emit(["a"], 3)
      emit(["c"], 4)
      emit(["too", "many"], 5)
    }
    #expect(
      text(registry).split(separator: "\n").filter { !$0.hasPrefix("#") } == [
        "demo_price{node=\"a\"} 3", "demo_price{node=\"b\u{FFFD}\"} 2",
      ])
  }

  @Test(arguments: [
    ("plain", "plain"), ("a\"b\\c\nd", "a\\\"b\\\\c\\nd"), ("\u{0}\r\u{7F}\u{85}", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
    ("é🙂", "é🙂"), ("", ""),
  ])
  func escapesLabelValues(value: String, shown: String) {
    let registry = MetricsRegistry()
    registry.counters("demo_total", help: "Demo.", labels: ["v"]).with(value).increment()
    #expect(text(registry).hasSuffix("demo_total{v=\"\(shown)\"} 1\n"))
  }

  @Test func cutsLongLabelValues() {
    let registry = MetricsRegistry()
    let long = String(repeating: "é", count: 10_000_000)
    registry.counters("demo_total", help: "Demo.", labels: ["v"]).with(long).increment()
    #expect(registry.exposition().count < 1_000)
  }

  @Test(arguments: [
    (0.0, "0"), (-0.25, "-0.25"), (1e20, "1e+20"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
    (1_234_567_890_123, "1234567890123"), (5e-05, "5e-05"),
  ])
  func writesNumbersAsTheFormatWants(value: Double, shown: String) {
    #expect(ExpositionWriter.text(of: value) == shown)
  }

  @Test func countsCorrectlyFromManyThreads() async {
    let registry = MetricsRegistry()
    let family = registry.counters("demo_total", help: "Demo.", labels: ["n"])
    let histogram = registry.histogram("demo_seconds", help: "Demo.", buckets: .latencyNanoseconds)
    let gauge = registry.gauge("demo_level", help: "Demo.")
    await withTaskGroup { group in
      for worker in 0..<8 {
        group.addTask {
          for round in 0..<10_000 {
            family.with("\(round % 4)").increment()
            histogram.observe(UInt64(worker * round))
            gauge.add(1)
          }
        }
      }
    }
    #expect((0..<4).map { family.with("\($0)").current }.reduce(0, +) == 80_000)
    #expect(histogram.observationCount == 80_000)
    #expect(gauge.current == 80_000)
  }

  @Test func wrongNumbersOfLabelValuesDoNoHarm() {
    let registry = MetricsRegistry()
    let family = registry.counters("demo_total", help: "Demo.", labels: ["a", "b"])
    family.with("x").increment()
    family.with("x", "y", "z").increment()
    #expect(text(registry).contains("demo_total{a=\"x\",b=\"\"} 1"))
    #expect(text(registry).contains("demo_total{a=\"x\",b=\"y\"} 1"))
  }
}
