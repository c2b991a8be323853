import Synchronization

/// The type of a metric family, as its `# TYPE` line names it.
package enum MetricType: String, Sendable {
  case counter, gauge, histogram
}

/// What is known about a metric family without looking at its values; `docs/metrics.md` is checked against these.
package struct MetricDescription: Sendable, Equatable {
  package let name: String
  package let help: String
  package let type: MetricType
  package let labels: [String]
}

/// Every series of one metric name: one instrument per distinct set of label values.
///
/// At most `maximumSeries` sets are kept. Values may be chosen by a peer, so a further set does not make a series of
/// its own: it is counted in the series whose label values are all ``overflowLabelValue``. Look a series up once and
/// keep the instrument where the path is hot: the look-up takes a lock, the update does not.
package final class MetricFamily<Series: Instrument>: Sendable {
  private struct State {
    var series: [[String]: Series] = [:]
    var overflow: Series?
  }

  package let description: MetricDescription
  private let maximumSeries: Int
  private let make: @Sendable () -> Series
  private let state = Mutex(State())

  init(_ description: MetricDescription, maximumSeries: Int, make: @escaping @Sendable () -> Series) {
    self.description = description
    self.maximumSeries = maximumSeries
    self.make = make
  }

  /// The series with these label values, in the order of the family's label names.
  package func with(_ values: String...) -> Series {
    series(values)
  }

  /// The series with these label values, in the order of the family's label names.
  ///
  /// A missing value counts as empty and a surplus one is ignored, so that no input can stop the process.
  package func series(_ values: [String]) -> Series {
    var key = values.prefix(description.labels.count).map(ExpositionWriter.sanitised)
    while key.count < description.labels.count { key.append("") }
    return state.withLock { state in
      if let known = state.series[key] { return known }
      guard state.series.count < maximumSeries else {
        let overflow = state.overflow ?? make()
        state.overflow = overflow
        return overflow
      }
      let fresh = make()
      state.series[key] = fresh
      return fresh
    }
  }
}

/// The value of every label of the series that collects what no longer fits a family's bound.
package let overflowLabelValue = "other"

/// What the registry needs of a family.
protocol WritableFamily: Sendable {
  var description: MetricDescription { get }
  func write(to writer: inout ExpositionWriter)
}

extension MetricFamily: WritableFamily {
  func write(to writer: inout ExpositionWriter) {
    let (series, overflow) = state.withLock { ($0.series, $0.overflow) }
    guard !series.isEmpty || overflow != nil else { return }
    writer.family(description.name, help: description.help, type: description.type.rawValue)
    let sorted = series.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    let overflowKey = description.labels.map { _ in overflowLabelValue }
    for (values, instrument) in sorted where overflow == nil || values != overflowKey {
      let labels = ExpositionWriter.labelSet(names: description.labels, values: values)
      instrument.write(name: description.name, labels: labels, to: &writer)
    }
    guard let overflow else { return }
    let labels = ExpositionWriter.labelSet(names: description.labels, values: overflowKey)
    overflow.write(name: description.name, labels: labels, to: &writer)
  }
}

/// A family whose samples are read when it is scraped, such as the price of every node.
///
/// The same bound and clean-up hold as for ``MetricFamily``: samples beyond the bound are left out, and a set of label
/// values that came before is not written twice.
final class CollectedFamily: WritableFamily {
  let description: MetricDescription
  private let maximumSeries: Int
  private let collect: MetricsRegistry.Collector

  init(_ description: MetricDescription, maximumSeries: Int, collect: @escaping MetricsRegistry.Collector) {
    self.description = description
    self.maximumSeries = maximumSeries
    self.collect = collect
  }

  func write(to writer: inout ExpositionWriter) {
    var seen: [[String]: Double] = [:]
    collect { values, value in
      let key = values.map(ExpositionWriter.sanitised)
      guard key.count == description.labels.count, seen.count < maximumSeries else { return }
      seen[key] = value
    }
    guard !seen.isEmpty else { return }
    writer.family(description.name, help: description.help, type: description.type.rawValue)
    for (values, value) in seen.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let labels = ExpositionWriter.labelSet(names: description.labels, values: values)
      writer.sample(description.name, labels: labels, value: value)
    }
  }
}
