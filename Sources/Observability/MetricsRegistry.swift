import Synchronization

/// All metric families of the process.
///
/// Register once at start, scrape from any thread. Names, label names and bucket bounds are written in the program;
/// a malformed or doubly registered name therefore stops the process at start, with the name in the message.
package final class MetricsRegistry: Sendable {
  /// Called at each scrape with a function that takes one sample: label values in order, and the value.
  package typealias Collector = @Sendable (_ emit: (_ labelValues: [String], _ value: Double) -> Void) -> Void

  /// How many sets of label values a family keeps unless told otherwise.
  package static let defaultMaximumSeries = 200

  private let families = Mutex<[any WritableFamily]>([])

  package init() {}

  /// A counter without labels. Its name ends in `_total`.
  package func counter(_ name: String, help: String) -> Counter {
    counters(name, help: help, labels: []).series([])
  }

  /// A gauge without labels.
  package func gauge(_ name: String, help: String) -> Gauge {
    gauges(name, help: help, labels: []).series([])
  }

  /// A histogram without labels.
  package func histogram(_ name: String, help: String, buckets: HistogramBuckets) -> Histogram {
    histograms(name, help: help, labels: [], buckets: buckets).series([])
  }

  /// Counters told apart by labels.
  package func counters(
    _ name: String, help: String, labels: [String], maximumSeries: Int = defaultMaximumSeries
  ) -> MetricFamily<Counter> {
    precondition(name.hasSuffix("_total"), "the counter \(name) must end in _total")
    let description = MetricDescription(name: name, help: help, type: .counter, labels: labels)
    return add(MetricFamily(description, maximumSeries: maximumSeries) { Counter() })
  }

  /// Gauges told apart by labels.
  package func gauges(
    _ name: String, help: String, labels: [String], maximumSeries: Int = defaultMaximumSeries
  ) -> MetricFamily<Gauge> {
    let description = MetricDescription(name: name, help: help, type: .gauge, labels: labels)
    return add(MetricFamily(description, maximumSeries: maximumSeries) { Gauge() })
  }

  /// Histograms told apart by labels.
  package func histograms(
    _ name: String, help: String, labels: [String], buckets: HistogramBuckets,
    maximumSeries: Int = defaultMaximumSeries
  ) -> MetricFamily<Histogram> {
    let description = MetricDescription(name: name, help: help, type: .histogram, labels: labels)
    return add(MetricFamily(description, maximumSeries: maximumSeries) { Histogram(buckets) })
  }

  /// A counter or gauge family that is read when it is scraped; a histogram cannot be collected this way.
  package func collected(
    _ type: MetricType, _ name: String, help: String, labels: [String] = [],
    maximumSeries: Int = defaultMaximumSeries, _ collect: @escaping Collector
  ) {
    precondition(type != .histogram, "\(name): a histogram cannot be collected")
    let description = MetricDescription(name: name, help: help, type: type, labels: labels)
    _ = add(CollectedFamily(description, maximumSeries: maximumSeries, collect: collect))
  }

  /// Every family, sorted by name.
  package var descriptions: [MetricDescription] {
    families.withLock { $0.map(\.description) }.sorted { $0.name < $1.name }
  }

  /// The whole registry in the text exposition format 0.0.4, families sorted by name.
  package func exposition() -> [UInt8] {
    let sorted = families.withLock { $0 }.sorted { $0.description.name < $1.description.name }
    var writer = ExpositionWriter()
    for family in sorted { family.write(to: &writer) }
    return writer.bytes
  }

  private func add<Family: WritableFamily>(_ family: Family) -> Family {
    let description = family.description
    precondition(Self.isName(description.name), "\(description.name) is not a metric name")
    precondition(description.labels.allSatisfy(Self.isName), "a label of \(description.name) is not a label name")
    families.withLock { families in
      let isKnown = families.contains { $0.description.name == description.name }
      precondition(!isKnown, "the metric \(description.name) is registered twice")
      families.append(family)
    }
    return family
  }

  /// `[a-z_][a-z0-9_]*`, the part of Prometheus' grammar that its conventions recommend.
  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, first == UInt8(ascii: "_") || (97...122).contains(first) else { return false }
    return name.utf8.allSatisfy { $0 == UInt8(ascii: "_") || (97...122).contains($0) || (48...57).contains($0) }
  }
}
