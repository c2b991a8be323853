/// What a pod or a whole set of pods asks for, or what a node offers.
package struct Amounts: Hashable, Sendable {
  /// CPU in thousandths of a core.
  package var milliCPU: Int64
  /// Memory in MiB.
  package var memoryMebibytes: Int64
  /// Whole GPUs of any make.
  package var gpus: Int64

  /// States all three.
  package init(milliCPU: Int64, memoryMebibytes: Int64, gpus: Int64 = 0) {
    self.milliCPU = milliCPU
    self.memoryMebibytes = memoryMebibytes
    self.gpus = gpus
  }

  /// Whether this much fits into `room`.
  func fits(into room: Amounts) -> Bool {
    milliCPU <= room.milliCPU && memoryMebibytes <= room.memoryMebibytes && gpus <= room.gpus
  }

  static func += (left: inout Amounts, right: Amounts) {
    left.milliCPU += right.milliCPU
    left.memoryMebibytes += right.memoryMebibytes
    left.gpus += right.gpus
  }

  static func -= (left: inout Amounts, right: Amounts) {
    left.milliCPU -= right.milliCPU
    left.memoryMebibytes -= right.memoryMebibytes
    left.gpus -= right.gpus
  }
}

/// One pod of a trace.
package struct TracePod: Hashable, Sendable {
  /// When it is created, seconds from the start of the trace.
  package var arrivalSeconds: Int64
  /// How long it runs, at least one second.
  package var lifetimeSeconds: Int64
  /// What it requests; CPU and memory are above zero.
  package var demand: Amounts

  /// A pod.
  package init(arrivalSeconds: Int64, lifetimeSeconds: Int64, demand: Amounts) {
    self.arrivalSeconds = arrivalSeconds
    self.lifetimeSeconds = lifetimeSeconds
    self.demand = demand
  }

  /// The first second in which it no longer runs, had it been placed at once.
  var departureSeconds: Int64 { arrivalSeconds + lifetimeSeconds }
}

/// Pods in the order of their arrival.
package struct Trace: Hashable, Sendable {
  /// The pods; arrivals never fall.
  package let pods: [TracePod]

  /// A trace of pods in any order; those that arrive in the same second stay in their order.
  package init(_ pods: [TracePod]) {
    // `sort` is not promised to be stable, so the place decides between equals.
    self.pods = pods.enumerated().sorted { left, right in
      (left.element.arrivalSeconds, left.offset) < (right.element.arrivalSeconds, right.offset)
    }.map(\.element)
  }

  /// The last arrival: a replay ends there.
  package var lastArrivalSeconds: Int64 { pods.last?.arrivalSeconds ?? 0 }

  /// Whether any pod asks for GPUs.
  package var needsGPUs: Bool { pods.contains { $0.demand.gpus > 0 } }

  /// Every `step`-th pod, from the one at `phase`; `step` is at least 1.
  package func every(_ step: Int, phase: Int) -> Trace {
    guard step > 1 else { return self }
    return Trace(stride(from: phase % step, to: pods.count, by: step).map { pods[$0] })
  }

  /// The same pods with CPU and memory multiplied by `percent ÷ 100`, at least one unit of each.
  package func resized(percent: Int) -> Trace {
    guard percent != 100 else { return self }
    return Trace(
      pods.map { pod in
        var pod = pod
        pod.demand.milliCPU = max(pod.demand.milliCPU * Int64(percent) / 100, 1)
        pod.demand.memoryMebibytes = max(pod.demand.memoryMebibytes * Int64(percent) / 100, 1)
        return pod
      })
  }
}
