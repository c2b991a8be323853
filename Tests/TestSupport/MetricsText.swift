/// Samples in Prometheus' text format, as far as tests ask: no escapes in label values, no timestamps.
package struct MetricsText: Sendable {
  package struct Sample: Sendable {
    package let name: String
    package let labels: [String: String]
    package let value: Double
  }

  package let samples: [Sample]

  package init(_ text: String) {
    samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap(Self.sample)
  }

  /// The sum of all samples of that name whose labels include the given ones; 0 where there is none.
  package func sum(_ name: String, _ labels: [String: String] = [:]) -> Double {
    matching(name, labels).reduce(0) { $0 + $1.value }
  }

  package func matching(_ name: String, _ labels: [String: String] = [:]) -> [Sample] {
    samples.filter { sample in
      sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
    }
  }

  private static func sample(_ line: Substring) -> Sample? {
    guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else { return nil }
    let series = line[..<space]
    guard let brace = series.firstIndex(of: "{"), series.last == "}" else {
      return Sample(name: String(series), labels: [:], value: value)
    }
    var labels: [String: String] = [:]
    for pair in series[series.index(after: brace)...].dropLast().split(separator: "\",") {
      let parts = pair.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { continue }
      labels[String(parts[0])] = parts[1].filter { $0 != "\"" }
    }
    return Sample(name: String(series[..<brace]), labels: labels, value: value)
  }
}
