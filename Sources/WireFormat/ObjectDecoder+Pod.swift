package import ClusterModel

/// A pod as it was read, with its resource version.
package struct DecodedPod {
  package var pod: Pod
  var resourceVersion = ""
}

/// What of a pod's metadata decides whether it may be moved alive.
private struct LiveMigrationMarks {
  var label: String?
  var annotation: String?
}

/// What a pod's spec says about resources, before it is summed up.
private struct PodResources {
  var containers: [ContainerResources] = []
  var initContainers: [ContainerResources] = []
  var overhead = ResourceAmounts.zero
  var podLevel: ContainerResources?
  /// How many containers and amounts may still follow.
  var containerBudget = WireLimits.maximumContainers
  var amountBudget = WireLimits.maximumContainers * 4

  var demand: PodDemand {
    PodDemand(containers: containers, initContainers: initContainers, overhead: overhead, podLevel: podLevel)
  }
}

extension ObjectDecoder {
  /// Reads a `v1.Pod`.
  package mutating func pod(_ reader: inout JSONReader) throws(WireFormatError) -> DecodedPod {
    var decoded = DecodedPod(pod: Pod(namespace: "", name: "", uid: "", schedulerName: "", phase: .unknown))
    let start = reader.byteOffset
    guard try reader.beginObject() else {
      throw WireFormatError(.wrongType, at: start, "expected a pod, found null")
    }
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "metadata":
        try seen.note(0, key)
        try podMetadata(&reader, &decoded)
      case "spec":
        try seen.note(1, key)
        try podSpec(&reader, &decoded.pod)
      case "status":
        try seen.note(2, key)
        try podStatus(&reader, &decoded.pod)
      default: try reader.skipValue()
      }
    }
    return decoded
  }

  private mutating func podMetadata(
    _ reader: inout JSONReader, _ decoded: inout DecodedPod
  ) throws(WireFormatError) {
    guard try reader.beginObject() else { return }
    var marks = LiveMigrationMarks()
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "name":
        try seen.note(0, key)
        decoded.pod.name = try uniqueString(&reader)
      case "namespace":
        try seen.note(1, key)
        decoded.pod.namespace = try string(&reader)
      case "uid":
        try seen.note(2, key)
        decoded.pod.uid = try uniqueString(&reader)
      case "resourceVersion":
        try seen.note(3, key)
        decoded.resourceVersion = try uniqueString(&reader)
      case "labels":
        try seen.note(4, key)
        marks.label = try liveMigrationMark(&reader)
      case "annotations":
        try seen.note(5, key)
        marks.annotation = try liveMigrationMark(&reader)
      case "ownerReferences":
        try seen.note(6, key)
        decoded.pod.controllerUID = try controllerUID(&reader)
      case "deletionTimestamp":
        try seen.note(7, key)
        decoded.pod.isTerminating = try reader.readText() != nil
      default: try reader.skipValue()
      }
    }
    decoded.pod.liveMigrationValue = marks.annotation ?? marks.label
  }

  private mutating func liveMigrationMark(_ reader: inout JSONReader) throws(WireFormatError) -> String? {
    try labels(&reader) { $0.equals(WellKnownName.liveMigration) }[WellKnownName.liveMigration]
  }

  /// The UID of the owner that controls the object, or the empty string.
  private mutating func controllerUID(_ reader: inout JSONReader) throws(WireFormatError) -> String {
    var controllerUID = ""
    guard try reader.beginArray() else { return controllerUID }
    var isFirstOwner = true
    while try reader.nextElement(&isFirstOwner) {
      guard try reader.beginObject() else { continue }
      var uid: JSONText?
      var isController = false
      var isFirst = true
      while let key = try reader.nextKey(&isFirst) {
        switch key {
        case "uid": uid = try reader.readText()
        case "controller": isController = try reader.readBool()
        default: try reader.skipValue()
        }
      }
      // Nearly as many as pods, and not kept with them: to share it would keep it.
      if isController, let uid { controllerUID = try reader.string(of: uid) }
    }
    return controllerUID
  }

  private mutating func podSpec(_ reader: inout JSONReader, _ pod: inout Pod) throws(WireFormatError) {
    guard try reader.beginObject() else { return }
    var resources = PodResources()
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "nodeName":
        try seen.note(0, key)
        pod.nodeName = try string(&reader)
      case "schedulerName":
        try seen.note(1, key)
        pod.schedulerName = try string(&reader)
      case "runtimeClassName":
        try seen.note(2, key)
        pod.runtimeClassName = try string(&reader)
      case "containers":
        try seen.note(3, key)
        resources.containers = try containers(&reader, &resources)
      case "initContainers":
        try seen.note(4, key)
        resources.initContainers = try containers(&reader, &resources)
      case "overhead":
        try seen.note(5, key)
        resources.overhead = try self.resources(&reader, budget: &resources.amountBudget)
      case "resources":
        try seen.note(6, key)
        resources.podLevel = try resourceRequirements(&reader, &resources)
      default: try reader.skipValue()
      }
    }
    pod.demand = resources.demand
  }

  private mutating func containers(
    _ reader: inout JSONReader, _ resources: inout PodResources
  ) throws(WireFormatError) -> [ContainerResources] {
    var containers: [ContainerResources] = []
    guard try reader.beginArray() else { return containers }
    var isFirstContainer = true
    while try reader.nextElement(&isFirstContainer) {
      resources.containerBudget -= 1
      guard resources.containerBudget >= 0 else {
        throw WireFormatError(
          .tooLarge, at: reader.byteOffset, "the pod has more than \(WireLimits.maximumContainers) containers")
      }
      containers.append(try container(&reader, &resources))
    }
    return containers
  }

  private mutating func container(
    _ reader: inout JSONReader, _ resources: inout PodResources
  ) throws(WireFormatError) -> ContainerResources {
    var container = ContainerResources()
    var isSidecar = false
    guard try reader.beginObject() else { return container }
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "resources":
        try seen.note(0, key)
        container = try resourceRequirements(&reader, &resources) ?? ContainerResources()
      case "restartPolicy":
        try seen.note(1, key)
        if let policy = try reader.readText() { isSidecar = policy.equals("Always") }
      default: try reader.skipValue()
      }
    }
    container.isSidecar = isSidecar
    return container
  }

  /// Reads `v1.ResourceRequirements`; `null` gives nil.
  private mutating func resourceRequirements(
    _ reader: inout JSONReader, _ resources: inout PodResources
  ) throws(WireFormatError) -> ContainerResources? {
    guard try reader.beginObject() else { return nil }
    var container = ContainerResources()
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "requests":
        try seen.note(0, key)
        container.requests = try self.resources(&reader, budget: &resources.amountBudget)
      case "limits":
        try seen.note(1, key)
        container.limits = try self.resources(&reader, budget: &resources.amountBudget)
      default: try reader.skipValue()
      }
    }
    return container
  }

  private mutating func podStatus(_ reader: inout JSONReader, _ pod: inout Pod) throws(WireFormatError) {
    guard try reader.beginObject() else { return }
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "phase":
        try seen.note(0, key)
        pod.phase = Pod.Phase(rawValue: try string(&reader)) ?? .unknown
      default: try reader.skipValue()
      }
    }
  }
}
