import NodeCost

/// The least that the nodes can cost at any moment, whatever scheduler and autoscaler do: the linear programme
/// "buy fractions of nodes so that CPU, memory and GPUs suffice for the pods that run", with pods divisible and moved
/// for nothing. No real bill is below it.
package struct LowerBound {
  /// Prices of a milli-CPU, a MiB and a GPU, nanodollars per hour, at which no group of the fleet is worth more than it
  /// costs. By the duality of linear programmes the dearest valuation of a demand is the cost of the cheapest fractional
  /// fleet for it; any valuation of the list gives a bound.
  let valuations: [(cpu: Double, memory: Double, gpu: Double)]

  /// The corners of the polytope of valuations of a fleet: every one lies on three of the planes "group is worth its
  /// price" and "resource is worth nothing".
  package init(fleet: Fleet) {
    var planes: [Plane] = fleet.groups.map { group in
      let offer = group.allocatable
      return Plane(
        cpu: Double(offer.milliCPU), memory: Double(offer.memoryMebibytes), gpu: Double(offer.gpus),
        bound: Double(group.price.nanodollarsPerHour.rawValue))
    }
    let groups = planes
    planes += [
      Plane(cpu: 1, memory: 0, gpu: 0, bound: 0), Plane(cpu: 0, memory: 1, gpu: 0, bound: 0),
      Plane(cpu: 0, memory: 0, gpu: 1, bound: 0),
    ]
    var corners: [(cpu: Double, memory: Double, gpu: Double)] = []
    for first in planes.indices {
      for second in planes.indices.dropFirst(first + 1) {
        for third in planes.indices.dropFirst(second + 1) {
          guard let corner = Plane.corner(planes[first], planes[second], planes[third]) else { continue }
          if Self.isValuation(corner, groups) { corners.append(corner) }
        }
      }
    }
    valuations = corners
  }

  /// Nanodollars per hour.
  package func hourlyCost(of demand: Amounts) -> Double {
    // A millionth less than the optimum, so that no rounding can lift the bound above it.
    valuations.reduce(0) { highest, value in
      max(
        highest,
        value.cpu * Double(demand.milliCPU) + value.memory * Double(demand.memoryMebibytes)
          + value.gpu * Double(demand.gpus))
    } * 0.999_999
  }

  /// The bound of a replay's bill, nanodollars: the cost of the demand of each moment between warm-up and end, summed.
  /// Pods that fit on no group count nothing, as they do in a replay.
  package func bill(of trace: Trace, fleet: Fleet) -> Int64 {
    let from = Replay.billedFrom(trace)
    let end = trace.lastArrivalSeconds
    let departures = trace.placesByDeparture
    var nextDeparture = 0
    var nextArrival = 0
    var demand = Amounts(milliCPU: 0, memoryMebibytes: 0)
    var sum = 0.0
    var now: Int64 = 0
    while true {
      let departure =
        nextDeparture < departures.count ? trace.pods[departures[nextDeparture]].departureSeconds : Int64.max
      let arrival = nextArrival < trace.pods.count ? trace.pods[nextArrival].arrivalSeconds : Int64.max
      let next = min(departure, arrival, end)
      if next > max(now, from) { sum += hourlyCost(of: demand) * Double(next - max(now, from)) / 3600 }
      now = max(next, now)
      guard min(departure, arrival) < end else { return Int64(sum) }
      if departure <= arrival {
        let pod = trace.pods[departures[nextDeparture]]
        if fleet.takes(pod.demand) { demand -= pod.demand }
        nextDeparture += 1
      } else {
        if fleet.takes(trace.pods[nextArrival].demand) { demand += trace.pods[nextArrival].demand }
        nextArrival += 1
      }
    }
  }

  private static func isValuation(
    _ corner: (cpu: Double, memory: Double, gpu: Double), _ groups: [Plane]
  ) -> Bool {
    guard corner.cpu >= 0, corner.memory >= 0, corner.gpu >= 0 else { return false }
    return groups.allSatisfy { group in
      group.cpu * corner.cpu + group.memory * corner.memory + group.gpu * corner.gpu <= group.bound * 1.000_000_1
    }
  }
}

/// One linear equation in the values of CPU, memory and GPU.
private struct Plane {
  let cpu, memory, gpu, bound: Double

  /// Where three planes meet, by Cramer's rule; nil where they do not meet in one point.
  static func corner(_ a: Plane, _ b: Plane, _ c: Plane) -> (cpu: Double, memory: Double, gpu: Double)? {
    func determinant(_ rows: [(Double, Double, Double)]) -> Double {
      let (x, y, z) = (rows[0], rows[1], rows[2])
      return x.0 * (y.1 * z.2 - y.2 * z.1) - x.1 * (y.0 * z.2 - y.2 * z.0) + x.2 * (y.0 * z.1 - y.1 * z.0)
    }
    let planes = [a, b, c]
    let whole = determinant(planes.map { ($0.cpu, $0.memory, $0.gpu) })
    // Parallel planes, up to rounding: relative to the size of the numbers.
    let scale = planes.reduce(1.0) { $0 * max($1.cpu, $1.memory, $1.gpu) }
    guard abs(whole) > scale * 1e-12 else { return nil }
    // A component of minus zero or a rounding error below zero is zero.
    func clean(_ value: Double) -> Double { abs(value) < 1e-9 ? 0 : value }
    return (
      clean(determinant(planes.map { ($0.bound, $0.memory, $0.gpu) }) / whole),
      clean(determinant(planes.map { ($0.cpu, $0.bound, $0.gpu) }) / whole),
      clean(determinant(planes.map { ($0.cpu, $0.memory, $0.bound) }) / whole)
    )
  }
}
