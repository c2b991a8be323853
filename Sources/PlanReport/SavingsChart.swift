/// The bill over the time that the plan takes, as a picture that needs no script.
struct SavingsChart {
  let timeline: PlanTimeline

  private static let width = 900.0
  private static let height = 220.0
  private static let left = 90.0
  private static let bottom = 30.0

  var html: String {
    guard timeline.points.count > 1, let first = timeline.points.first, let last = timeline.points.last else {
      return ""
    }
    let top = Double(first.nanodollarsPerHour)
    let low = min(Double(timeline.lowerBound), Double(last.nanodollarsPerHour))
    let span = max(top - low, 1)
    let duration = max(timeline.seconds, 1)
    func x(_ seconds: Double) -> Int { Int((Self.left + seconds / duration * (Self.width - Self.left - 10)).rounded()) }
    func y(_ bill: Double) -> Int { Int((10 + (top - bill) / span * (Self.height - Self.bottom - 20)).rounded()) }
    // A bill falls when a wave ends, not gradually.
    var path = "M\(x(0)) \(y(top))"
    for point in timeline.points.dropFirst() { path += "H\(x(point.seconds))V\(y(Double(point.nanodollarsPerHour)))" }
    let bound = y(Double(timeline.lowerBound))
    let end = Int(Self.width) - 10
    return """
      <section aria-labelledby="savings-title">
      <h2 id="savings-title">Savings over time</h2>
      <svg viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" role="img" aria-label="The bill after each wave, and the lower bound">
      <path class="bound" d="M\(x(0)) \(bound)H\(end)"/>
      <path class="bill" d="\(path)"/>
      <text x="\(Int(Self.left) - 8)" y="\(y(top) + 5)" class="end">$\(Dollars.perHour(first.nanodollarsPerHour))/h</text>
      <text x="\(Int(Self.left) - 8)" y="\(y(Double(last.nanodollarsPerHour)) + 5)" class="end">$\(Dollars.perHour(last.nanodollarsPerHour))/h</text>
      <text x="\(x(0))" y="\(Int(Self.height) - 6)">now</text>
      <text x="\(end)" y="\(Int(Self.height) - 6)" class="end">\(PlanTimeline.text(timeline.seconds)), \(last.moves) moves</text>
      <text x="\(end)" y="\(max(bound - 6, 12))" class="end">lower bound $\(Dollars.perHour(timeline.lowerBound))/h</text>
      </svg>
      <p class="legend">Waves one after another, each as long as its slowest move; every stop on the way is a valid cluster.</p>
      \(HTMLText.table("The bill after each wave", ["Wave", "Moves so far", "After", "Bill $/h"], numbers: [0, 1, 2, 3], rows))
      </section>
      """
  }

  /// At most thirty rows, evenly over the plan.
  private var rows: [[String]] {
    let points = timeline.points
    let step = max(1, (points.count + 29) / 30)
    return points.indices.filter { $0 % step == 0 || $0 == points.count - 1 }.map { index in
      let point = points[index]
      return [
        String(point.wave), String(point.moves), PlanTimeline.text(point.seconds),
        Dollars.perHour(point.nanodollarsPerHour),
      ]
    }
  }
}
