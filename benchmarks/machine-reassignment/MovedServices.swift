/// How many processes of each service are away from home, and the most that any service has.
struct MovedServices {
  /// The most over all services.
  private(set) var most = 0
  private var counts: [Int]
  /// How many services have each count; long enough for any count that occurs.
  private var histogram: [Int]

  init(serviceCount: Int) {
    counts = [Int](repeating: 0, count: serviceCount)
    histogram = [serviceCount, 0, 0]
  }

  /// The most after `service` has `step` (-1, 0 or 1) more away, and `other` `otherStep` more.
  func most(after service: Int, _ step: Int, _ other: Int, _ otherStep: Int) -> Int {
    if service == other { return most(after: service, step + otherStep) }
    if otherStep == 0 { return most(after: service, step) }
    if step == 0 { return most(after: other, otherStep) }
    let count = counts[service] + step
    let otherCount = counts[other] + otherStep
    if max(count, otherCount) >= most { return max(count, otherCount) }
    let left = (counts[service] == most ? 1 : 0) + (counts[other] == most ? 1 : 0)
    // Those that fell from the top are one below it now.
    return histogram[most] > left ? most : most - 1
  }

  private func most(after service: Int, _ step: Int) -> Int {
    let count = counts[service] + step
    if count >= most { return count }
    if counts[service] < most || histogram[most] > 1 { return most }
    // It was alone at the top; with two fewer, another may be the first now.
    return count == most - 2 && histogram[most - 1] > 0 ? most - 1 : count
  }

  /// Counts `step` (-1 or 1) more processes of the service as away.
  mutating func count(_ service: Int, by step: Int) {
    histogram[counts[service]] -= 1
    counts[service] += step
    if counts[service] + 2 >= histogram.count { histogram.append(0) }
    histogram[counts[service]] += 1
    most = max(most, counts[service])
    while most > 0 && histogram[most] == 0 { most -= 1 }
  }
}
