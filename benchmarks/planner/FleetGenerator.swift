/// Makes fleets of the size that the targets are stated for.
struct FleetGenerator {
  /// Sizes of Azure's VMs (flavour letter, vCPU, GiB), of which pods take a tenth.
  private static let flavours: [Character: (vCPU: Int64, quarterGiB: Int64)] = [
    "a": (1, 3), "b": (1, 7), "c": (1, 8), "d": (16, 448), "e": (2, 56), "f": (2, 64), "g": (2, 14), "h": (2, 16),
    "i": (4, 112), "j": (4, 128), "k": (4, 28), "l": (4, 32), "m": (8, 56), "n": (8, 64), "o": (8, 224),
    "p": (8, 256),
  ]

  /// Allocatable and price of nodes, with a comparable cloud's list prices: families for compute, general use, memory.
  private static let types: [(milliCPU: Int64, memoryMiB: Int64, pods: Int64, dollars: Double)] = [
    (7580, 14637, 58, 0.34), (7580, 29874, 58, 0.384), (7580, 60348, 58, 0.504), (15260, 29874, 110, 0.68),
    (15260, 60348, 110, 0.768), (15260, 121296, 110, 1.008), (30620, 60348, 110, 1.36), (30620, 121296, 110, 1.536),
    (30620, 243193, 110, 2.016),
  ]

  /// Runs of equal VMs in the order of their arrival.
  let runs: [(flavour: Character, count: Int)]
  private var random: Generator

  init(arrivals: String, seed: UInt64) {
    runs = arrivals.split(whereSeparator: \.isWhitespace).compactMap { token in
      guard let flavour = token.first, let count = Int(token.dropFirst()) else { return nil }
      return (flavour, count)
    }
    random = Generator(state: seed)
  }

  /// Fills `nodeCount` nodes the way kube-scheduler's LeastAllocated does and then removes 45 % of the pods.
  mutating func fleet(name: String, nodeCount: Int) -> Instance {
    var instance = Instance(name: name)
    for _ in 0..<nodeCount {
      let type = Self.types[random.below(Self.types.count)]
      let dollars = type.dollars * (random.below(100) < 30 ? 0.4 : 1)
      instance.nodes.append(
        Instance.Node(
          milliCPU: type.milliCPU, memoryMiB: type.memoryMiB, gpuMilli: 0, maxPods: type.pods,
          nanodollarsPerHour: Int64((dollars * 1e9).rounded()), isCheckpointCapable: true, nodeClass: 0))
    }
    fill(&instance)
    instance.pods.removeAll { _ in random.below(100) < 45 }
    return instance
  }

  private mutating func fill(_ instance: inout Instance) {
    var cpu = instance.nodes.map(\.milliCPU)
    var memory = instance.nodes.map(\.memoryMiB)
    var slots = instance.nodes.map(\.maxPods)
    let sample = max(instance.nodes.count / 10, min(100, instance.nodes.count))
    var start = 0
    var misses = 0
    var run = random.below(runs.count)
    var group = 0
    while misses < 60 {
      let (flavour, count) = runs[run % runs.count]
      run += 1
      group += 1
      guard let size = Self.flavours[flavour] else { continue }
      let wantCPU = size.vCPU * 100
      let wantMemory = size.quarterGiB * 128 / 5
      for _ in 0..<min(count, 50) {
        var best = -1
        var bestScore = -1.0
        var seen = 0
        var offset = 0
        while seen < sample && offset < instance.nodes.count {
          let node = (start + offset) % instance.nodes.count
          offset += 1
          if cpu[node] < wantCPU || memory[node] < wantMemory || slots[node] < 1 { continue }
          seen += 1
          let score =
            Double(cpu[node] - wantCPU) / Double(instance.nodes[node].milliCPU)
            + Double(memory[node] - wantMemory) / Double(instance.nodes[node].memoryMiB)
          if score > bestScore {
            bestScore = score
            best = node
          }
        }
        start = (start + offset) % instance.nodes.count
        if best < 0 {
          misses += 1
          break
        }
        cpu[best] -= wantCPU
        memory[best] -= wantMemory
        slots[best] -= 1
        instance.pods.append(
          Instance.Pod(
            milliCPU: wantCPU, memoryMiB: wantMemory, gpuMilli: 0, isMovable: true, group: group, podsPerNode: -1,
            node: best, classMask: 1))
      }
    }
  }

  /// Makes a fleet like real clusters: a third of the pods cannot move, 70 % of the nodes can checkpoint, three node
  /// pools that some workloads insist on, anti-affinity, spread over zones and disruption budgets.
  mutating func realistic(name: String, nodeCount: Int) -> Instance {
    var instance = fleet(name: name, nodeCount: nodeCount)
    instance.zones = 3
    for node in instance.nodes.indices {
      instance.nodes[node].isCheckpointCapable = random.below(100) < 70
      instance.nodes[node].nodeClass = random.below(3)
    }
    let groups = (instance.pods.map(\.group).max() ?? 0) + 1
    // What cannot move gathers on some nodes, as stateful pools do: two pods of three on half of them.
    let isStateful = instance.nodes.indices.map { _ in random.below(2) == 0 }
    var rule = [Int](repeating: 0, count: groups)
    for group in 0..<groups {
      rule[group] = random.below(10)
      if random.below(20) == 0 { instance.budgets[group] = random.below(4) }
    }
    for pod in instance.pods.indices {
      let group = instance.pods[pod].group
      instance.pods[pod].isMovable = !isStateful[instance.pods[pod].node] || random.below(3) == 0
      switch rule[group] {
      case 0: instance.pods[pod].antiAffinityKey = "kubernetes.io/hostname"
      case 1: instance.pods[pod].spreadKey = "topology.kubernetes.io/zone"
      default: break
      }
      instance.pods[pod].classMask =
        rule[group] == 2 ? 1 << UInt64(instance.nodes[instance.pods[pod].node].nodeClass) : 7
    }
    return instance
  }
}

/// SplitMix64, so that instances are the same everywhere.
struct Generator {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    return Int(mixed.multipliedFullWidth(by: UInt64(bound)).high)
  }
}
