import Synchronization

/// One time series: what a hot path holds on to and updates.
///
/// Updates are single relaxed atomic operations: no lock, no allocation, any thread. A scrape that runs beside an
/// update sees the value before or after it, never a torn one.
package protocol Instrument: AnyObject, Sendable {
  /// Appends this series' sample lines; `labels` is the rendered label set without braces, possibly empty.
  func write(name: String, labels: String, to writer: inout ExpositionWriter)
}

/// A whole number that only grows, such as a number of requests. Wraps at 2^64.
package final class Counter: Instrument {
  private let value = Atomic<UInt64>(0)

  package init() {}

  /// Adds `amount` (default 1).
  package func increment(by amount: UInt64 = 1) {
    value.wrappingAdd(amount, ordering: .relaxed)
  }

  /// The sum of all increments so far.
  package var current: UInt64 { value.load(ordering: .relaxed) }

  package func write(name: String, labels: String, to writer: inout ExpositionWriter) {
    writer.sample(name, labels: labels, integer: current)
  }
}

/// A number that goes up and down, such as an age in seconds or the number of open connections.
package final class Gauge: Instrument {
  private let bits = Atomic<UInt64>(0)

  package init() {}

  /// Replaces the value.
  package func set(_ value: Double) {
    bits.store(value.bitPattern, ordering: .relaxed)
  }

  /// Adds `amount`, which may be negative.
  package func add(_ amount: Double) {
    var seen = bits.load(ordering: .relaxed)
    while true {
      let sum = (Double(bitPattern: seen) + amount).bitPattern
      let attempt = bits.weakCompareExchange(expected: seen, desired: sum, ordering: .relaxed)
      guard !attempt.exchanged else { return }
      seen = attempt.original
    }
  }

  /// The value last set, plus everything added since.
  package var current: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  package func write(name: String, labels: String, to writer: inout ExpositionWriter) {
    writer.sample(name, labels: labels, value: current)
  }
}

/// Fixed upper bounds of a histogram, in whole units of the observed quantity, and how they are shown.
///
/// Observing in integers (nanoseconds, bytes, points) keeps the update one atomic addition; the division into the base
/// unit that Prometheus wants happens at the scrape.
package struct HistogramBuckets: Sendable {
  /// Most bounds a histogram may have; the +Inf bucket comes on top.
  package static let maximumBounds = 24

  /// Inclusive upper bounds, ascending.
  package let bounds: [UInt64]
  /// How many observed units make one exported unit, e.g. 1e9 for nanoseconds shown as seconds.
  package let unitsPerExportedUnit: Double

  /// `bounds` must be ascending and at most ``maximumBounds`` long: they are written in the program, not received.
  package init(bounds: [UInt64], unitsPerExportedUnit: Double = 1) {
    precondition(!bounds.isEmpty && bounds.count <= Self.maximumBounds, "1 to 24 bucket bounds are needed")
    precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bucket bounds must ascend")
    self.bounds = bounds
    self.unitsPerExportedUnit = unitsPerExportedUnit
  }

  /// Latencies from 50 µs to 10 s, observed in nanoseconds and exported in seconds: fine where a verb normally ends
  /// (well below a millisecond), and with a bound at kube-scheduler's default call timeout of 5 s.
  package static let latencyNanoseconds = HistogramBuckets(
    bounds: [
      50_000, 100_000, 200_000, 400_000, 800_000, 1_500_000, 3_000_000, 6_000_000, 12_500_000, 25_000_000, 50_000_000,
      100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ],
    unitsPerExportedUnit: 1e9)

  /// Body sizes from 1 KiB to 64 MiB in powers of four: names of a small cluster up to 781 full nodes.
  package static let bodyBytes = HistogramBuckets(
    bounds: [
      1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 26,
    ])

  /// Numbers of nodes in one call.
  package static let nodeCount = HistogramBuckets(bounds: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000])
}

/// The distribution of a quantity over fixed buckets.
package final class Histogram: Instrument {
  private let buckets: HistogramBuckets
  private let counts: InlineArray<25, Atomic<UInt64>> = InlineArray { _ in Atomic<UInt64>(0) }
  private let sum = Atomic<UInt64>(0)

  package init(_ buckets: HistogramBuckets) {
    self.buckets = buckets
  }

  /// Counts one observation, in the whole units of ``HistogramBuckets/bounds``.
  package func observe(_ value: UInt64) {
    var index = 0
    while index < buckets.bounds.count, value > buckets.bounds[index] { index += 1 }
    counts[index].wrappingAdd(1, ordering: .relaxed)
    sum.wrappingAdd(value, ordering: .relaxed)
  }

  /// The number of observations so far.
  package var observationCount: UInt64 {
    var total: UInt64 = 0
    for index in 0...buckets.bounds.count { total &+= counts[index].load(ordering: .relaxed) }
    return total
  }

  package func write(name: String, labels: String, to writer: inout ExpositionWriter) {
    let separator = labels.isEmpty ? "" : ","
    var cumulative: UInt64 = 0
    for (index, bound) in buckets.bounds.enumerated() {
      cumulative &+= counts[index].load(ordering: .relaxed)
      let limit = ExpositionWriter.text(of: Double(bound) / buckets.unitsPerExportedUnit)
      writer.sample(name + "_bucket", labels: "\(labels)\(separator)le=\"\(limit)\"", integer: cumulative)
    }
    cumulative &+= counts[buckets.bounds.count].load(ordering: .relaxed)
    writer.sample(name + "_bucket", labels: "\(labels)\(separator)le=\"+Inf\"", integer: cumulative)
    let total = Double(sum.load(ordering: .relaxed)) / buckets.unitsPerExportedUnit
    writer.sample(name + "_sum", labels: labels, value: total)
    // The count is the +Inf bucket as just written, so that the two agree in every scrape.
    writer.sample(name + "_count", labels: labels, integer: cumulative)
  }
}
