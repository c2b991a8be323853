internal import ClusterModel
internal import MigrationPlanner
internal import WireFormat

/// Pods: the scheduling model's fields by the scheduling model's reader, and then those that only planning reads.
extension ClusterObjectReader {
  mutating func pod(_ reader: inout JSONReader) throws(WireFormatError) -> ReadPod {
    var second = reader
    let start = reader.byteOffset
    var read = ReadPod(pod: PlannerPod(try decoder.pod(&reader).pod))
    guard !read.pod.pod.name.isEmpty else {
      throw WireFormatError(.missingField, at: start, "the pod has no metadata.name")
    }
    // The spec's selectors may refer to the pod's own labels, which need not come before it.
    var spec: JSONReader?
    try second.forEachField { key, reader throws(WireFormatError) in
      switch key {
      case "metadata": try podMetadata(&reader, &read)
      case "spec":
        spec = reader
        try reader.skipValue()
      default: try reader.skipValue()
      }
    }
    if var spec { try podSpec(&spec, &read) }
    return read
  }

  private mutating func podMetadata(_ reader: inout JSONReader, _ read: inout ReadPod) throws(WireFormatError) {
    try reader.forEachField { key, reader throws(WireFormatError) in
      switch key {
      case "labels": read.pod.labels = try decoder.labels(&reader) { _ in true }
      case "annotations": try podAnnotations(&reader, &read)
      case "ownerReferences":
        if let kind = try controllerKind(&reader), read.pod.ownerKind.isEmpty { read.pod.ownerKind = kind }
      default: try reader.skipValue()
      }
    }
  }

  private mutating func podAnnotations(_ reader: inout JSONReader, _ read: inout ReadPod) throws(WireFormatError) {
    let start = reader.byteOffset
    let annotations = try annotations(&reader)
    switch annotations[PlanningName.safeToEvict] {
    case "true": read.pod.safeToEvict = true
    case "false": read.pod.safeToEvict = false
    default: break
    }
    read.pod.doNotDisrupt =
      annotations[PlanningName.doNotDisrupt] == "true" || annotations[PlanningName.doNotEvict] == "true"
    // A static pod has its node for an owner, or in old clusters none.
    if annotations[PlanningName.mirror] != nil { read.pod.ownerKind = "Node" }
    if let text = annotations[PlanningName.downtimeWeight] {
      guard let weight = Double(text), weight >= 0, weight.isFinite else {
        throw Self.badAnnotation(PlanningName.downtimeWeight, text, start, "a number that is not negative, such as 2.5")
      }
      read.pod.downtimeWeight = weight
    }
    if let text = annotations[PlanningName.lastMigration] {
      guard let seconds = Timestamp.unixSeconds(text) else {
        throw Self.badAnnotation(PlanningName.lastMigration, text, start, "a time such as 2026-01-31T12:00:00Z")
      }
      read.lastMigrationUnixSeconds = seconds
    }
  }

  private static func badAnnotation(
    _ name: String, _ text: String, _ offset: Int, _ expected: String
  ) -> WireFormatError {
    WireFormatError(.invalidValue, at: offset, "annotation \(name) is \"\(text.prefix(40))\"; write \(expected)")
  }

  private mutating func controllerKind(_ reader: inout JSONReader) throws(WireFormatError) -> String? {
    var controller: String?
    try reader.forEachElement { reader throws(WireFormatError) in
      var kind = ""
      var isController = false
      try reader.forEachField { key, reader throws(WireFormatError) in
        switch key {
        case "kind": kind = try decoder.string(&reader)
        case "controller": isController = try reader.readBool()
        default: try reader.skipValue()
        }
      }
      if isController { controller = kind }
    }
    return controller
  }

  private mutating func podSpec(_ reader: inout JSONReader, _ read: inout ReadPod) throws(WireFormatError) {
    try reader.forEachField { key, reader throws(WireFormatError) in
      switch key {
      case "nodeSelector": read.pod.nodeSelector = try decoder.labels(&reader) { _ in true }
      case "affinity": try affinity(&reader, into: &read.pod)
      case "tolerations": read.pod.tolerations = try tolerations(&reader)
      case "topologySpreadConstraints": read.pod.spread = try spread(&reader, labels: read.pod.labels)
      case "containers", "initContainers": try hostPorts(&reader, into: &read.pod.hostPorts)
      case "hostNetwork", "hostPID", "hostIPC":
        if try reader.readBool() { read.pod.usesHostNamespaces = true }
      case "volumes": try podVolumes(&reader, into: &read)
      default: try reader.skipValue()
      }
    }
  }

  private mutating func hostPorts(
    _ reader: inout JSONReader, into ports: inout [HostPort]
  ) throws(WireFormatError) {
    try reader.forEachElement { reader throws(WireFormatError) in
      try reader.forEachField { key, reader throws(WireFormatError) in
        guard "ports" ~= key else {
          try reader.skipValue()
          return
        }
        try reader.forEachElement { reader throws(WireFormatError) in
          if let port = try hostPort(&reader) { ports.append(port) }
        }
      }
    }
  }

  private mutating func hostPort(_ reader: inout JSONReader) throws(WireFormatError) -> HostPort? {
    var port: Int64 = 0
    var transport = "TCP"
    var address = ""
    try reader.forEachField { key, reader throws(WireFormatError) in
      switch key {
      case "hostPort": port = try reader.readInteger()
      case "protocol": transport = try decoder.string(&reader)
      case "hostIP": address = try decoder.string(&reader)
      default: try reader.skipValue()
      }
    }
    return port > 0 ? HostPort(Int32(clamping: port), transport: transport, address: address) : nil
  }
}
