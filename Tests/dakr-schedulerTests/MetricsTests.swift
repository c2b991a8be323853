import Foundation
import NodeCost
import Observability
import TestSupport
import Testing

@testable import dakr_scheduler

@Suite struct MetricsReferenceTests {
  @Test func theReferenceListsEveryMetric() throws {
    let documentation = try String(
      contentsOf: RepositoryLayout.root.appendingPathComponent("docs/metrics.md"), encoding: .utf8)
    #expect(
      documentation.contains(MetricsReference.markdown()),
      "docs/metrics.md is behind the registry; put the output of `dakr-scheduler reference metrics` into it")
  }

  @Test func namesHaveOurPrefixAndHelpIsASentence() {
    let registry = MetricsRegistry()
    let keeper = ViewKeeper(book: PriceBook(), interval: .zero)
    _ = ServerMetrics(in: registry, keeper: keeper, refresher: nil, informers: [], nodePriceSeries: 10)
    for metric in registry.descriptions {
      #expect(metric.name.hasPrefix(metricPrefix) || metric.name.hasPrefix("process_"), "\(metric.name)")
      #expect(metric.help.hasSuffix(".") && !metric.help.contains("\n"), "\(metric.name)")
    }
  }

  @Test func theSetOfMetricsDoesNotDependOnPrices() {
    let with = MetricsRegistry()
    let keeper = ViewKeeper(book: PriceBook(), interval: .zero)
    _ = ServerMetrics(in: with, keeper: keeper, refresher: nil, informers: [], nodePriceSeries: 10)
    let without = MetricsRegistry()
    _ = ServerMetrics(in: without, keeper: keeper, refresher: nil, informers: [], nodePriceSeries: 0)
    let left = with.descriptions.map(\.name).filter { !without.descriptions.map(\.name).contains($0) }
    #expect(left == ["dakr_scheduler_node_price_dollars_per_hour"])
  }
}
