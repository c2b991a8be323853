import NodeCost
import Observability

/// Writes the part of `docs/metrics.md` that follows from the registry.
enum MetricsReference {
  static let begin = "<!-- begin: metrics; written by `dakr-scheduler reference metrics` -->"
  static let end = "<!-- end: metrics -->"

  /// The table, markers included.
  static func markdown() -> String {
    let registry = MetricsRegistry()
    let keeper = ViewKeeper(book: PriceBook(), interval: .zero)
    _ = ServerMetrics(in: registry, keeper: keeper, refresher: nil, informers: [], nodePriceSeries: 1)
    var text = begin + "\n\n| metric | type | labels | meaning |\n|---|---|---|---|\n"
    for metric in registry.descriptions {
      let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
      text += "| `\(metric.name)` | \(metric.type.rawValue) | \(labels) | \(metric.help) |\n"
    }
    return text + "\n" + end + "\n"
  }
}
