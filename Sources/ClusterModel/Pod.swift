/// What one container asks for and is held to.
package struct ContainerResources: Hashable, Sendable {
  package var requests: ResourceAmounts
  package var limits: ResourceAmounts
  /// An init container with `restartPolicy: Always`, which goes on running beside the pod's containers.
  package var isSidecar: Bool

  package init(requests: ResourceAmounts = .zero, limits: ResourceAmounts = .zero, isSidecar: Bool = false) {
    self.requests = requests
    self.limits = limits
    self.isSidecar = isSidecar
  }
}

/// What a pod takes of a node, counted as kube-scheduler counts it.
///
/// Source: `k8s.io/component-helpers/resource/helpers.go` (`PodRequests`, `PodLimits`).
package struct PodDemand: Hashable, Sendable {
  /// Requests, overhead included; `pods` is 1.
  package var requests: ResourceAmounts
  /// Limits, overhead included where a limit is set; what has no limit counts with its request.
  package var limits: ResourceAmounts

  package init(requests: ResourceAmounts, limits: ResourceAmounts = .zero) {
    self.requests = requests
    self.requests.pods = 1
    self.limits = limits
    self.limits.formMaximum(requests)
    self.limits.pods = 1
  }

  /// Sums up a pod.
  ///
  /// - Parameters:
  ///   - containers: the app containers.
  ///   - initContainers: the init containers in the order in which they run.
  ///   - overhead: `spec.overhead`, which the runtime class adds.
  ///   - podLevel: `spec.resources`, which replaces the sum for the resources that it names (KEP-2837).
  package init(
    containers: [ContainerResources], initContainers: [ContainerResources] = [], overhead: ResourceAmounts = .zero,
    podLevel: ContainerResources? = nil
  ) {
    var requests = Self.total(containers, initContainers, \.requests)
    var limits = Self.total(
      containers.map(Self.limitsOrRequests), initContainers.map(Self.limitsOrRequests), \.limits)
    if let podLevel {
      requests.override(with: podLevel.requests)
      limits.override(with: Self.limitsOrRequests(podLevel).limits)
    }
    requests.add(overhead)
    limits.add(overhead)
    self.init(requests: requests, limits: limits)
  }

  private static func limitsOrRequests(_ container: ContainerResources) -> ContainerResources {
    var container = container
    container.limits.formMaximum(container.requests)
    return container
  }

  private static func total(
    _ containers: [ContainerResources], _ initContainers: [ContainerResources],
    _ amounts: KeyPath<ContainerResources, ResourceAmounts>
  ) -> ResourceAmounts {
    var running = ResourceAmounts.zero
    for container in containers { running.add(container[keyPath: amounts]) }
    var sidecars = ResourceAmounts.zero
    var starting = ResourceAmounts.zero
    for container in initContainers {
      var step = sidecars
      step.add(container[keyPath: amounts])
      if container.isSidecar {
        running.add(container[keyPath: amounts])
        sidecars = step
      }
      starting.formMaximum(step)
    }
    running.formMaximum(starting)
    return running
  }
}

extension ResourceAmounts {
  /// Replaces the amounts of the resources that `other` names (is not 0 for); pod-level resources may name CPU, memory
  /// and huge pages only.
  fileprivate mutating func override(with other: ResourceAmounts) {
    if other.milliCPU != 0 { milliCPU = other.milliCPU }
    if other.memoryBytes != 0 { memoryBytes = other.memoryBytes }
    for amount in other.extended { self[extended: amount.name] = amount.count }
  }
}

/// A Kubernetes pod, reduced to what scheduling reads.
package struct Pod: Hashable, Sendable {
  /// `status.phase`.
  package enum Phase: String, Hashable, Sendable {
    case pending = "Pending"
    case running = "Running"
    case succeeded = "Succeeded"
    case failed = "Failed"
    case unknown = "Unknown"
  }

  package var namespace: String
  package var name: String
  package var uid: String
  /// `spec.nodeName`; empty until the pod is bound.
  package var nodeName: String
  /// `spec.schedulerName`.
  package var schedulerName: String
  /// `spec.runtimeClassName`; empty where there is none.
  package var runtimeClassName: String
  package var phase: Phase
  /// Whether `metadata.deletionTimestamp` is set.
  package var isTerminating: Bool
  /// The value of `dakr.devzero.io/live-migration`: the annotation's, else the label's; nil where there is neither.
  package var liveMigrationValue: String?
  /// UID of the controlling owner; empty where there is none.
  package var controllerUID: String
  package var demand: PodDemand

  package init(
    namespace: String, name: String, uid: String, nodeName: String = "",
    schedulerName: String = WellKnownName.schedulerName, runtimeClassName: String = "", phase: Phase = .pending,
    isTerminating: Bool = false, liveMigrationValue: String? = nil, controllerUID: String = "",
    demand: PodDemand = PodDemand(requests: .zero)
  ) {
    self.namespace = namespace
    self.name = name
    self.uid = uid
    self.nodeName = nodeName
    self.schedulerName = schedulerName
    self.runtimeClassName = runtimeClassName
    self.phase = phase
    self.isTerminating = isTerminating
    self.liveMigrationValue = liveMigrationValue
    self.controllerUID = controllerUID
    self.demand = demand
  }

  /// Whether the pod takes room on its node: bound and not run to its end.
  package var occupiesNode: Bool { !nodeName.isEmpty && phase != .succeeded && phase != .failed }

  /// Whether the pod may be moved while it runs, and so has to stay on checkpoint-capable nodes.
  ///
  /// `"true"` opts in and `"false"` opts out whatever the runtime class; without either the runtime class decides.
  package func isLiveMigratable(runtimeClasses: [String]) -> Bool {
    switch liveMigrationValue {
    case "true": true
    case "false": false
    default: !runtimeClassName.isEmpty && runtimeClasses.contains(runtimeClassName)
    }
  }
}
