internal import ClusterModel
internal import MigrationPlanner
internal import WireFormat

/// Volumes, claims and attach limits.
extension ClusterObjectReader {
  /// Reads `spec.volumes`. What lives on the node keeps the pod there: a `hostPath`, an inline CSI volume. An `emptyDir`
  /// travels with the pod, and configuration is made anew on the target. Claims are looked up later.
  mutating func podVolumes(_ reader: inout JSONReader, into read: inout ReadPod) throws(WireFormatError) {
    let podName = read.pod.pod.name
    try reader.forEachElement { reader throws(WireFormatError) in
      var name = ""
      var isEphemeral = false
      try reader.forEachField { key, reader throws(WireFormatError) in
        switch key {
        case "name": name = try decoder.string(&reader)
        case "hostPath", "csi":
          if try reader.forEachField({ _, reader throws(WireFormatError) in try reader.skipValue() }) {
            read.pod.volumes.append(PodVolume(isLocalToNode: true))
          }
        case "persistentVolumeClaim":
          try reader.forEachField { key, reader throws(WireFormatError) in
            if "claimName" ~= key { read.claims.append(try reader.readString()) } else { try reader.skipValue() }
          }
        case "ephemeral":
          isEphemeral = try reader.forEachField { _, reader throws(WireFormatError) in try reader.skipValue() }
        default: try reader.skipValue()
        }
      }
      // A generic ephemeral volume's claim is named after pod and volume (`pkg/controller/volume/ephemeral`).
      if isEphemeral { read.claims.append("\(podName)-\(name)") }
    }
  }

  mutating func claim(_ reader: inout JSONReader) throws(WireFormatError) -> ReadClaim {
    var claim = ReadClaim()
    try reader.forEachField { key, reader throws(WireFormatError) in
      switch key {
      case "metadata":
        let metadata = try metadata(&reader)
        claim.namespace = metadata.namespace
        claim.name = metadata.name
      case "spec":
        try reader.forEachField { key, reader throws(WireFormatError) in
          if "volumeName" ~= key { claim.volumeName = try decoder.string(&reader) } else { try reader.skipValue() }
        }
      default: try reader.skipValue()
      }
    }
    return claim
  }

  mutating func volume(_ reader: inout JSONReader) throws(WireFormatError) -> ReadVolume {
    var read = ReadVolume()
    var labels = Labels()
    try reader.forEachField { key, reader throws(WireFormatError) in
      switch key {
      case "metadata":
        let metadata = try metadata(&reader)
        read.name = metadata.name
        labels = metadata.labels
      case "spec": try volumeSpec(&reader, into: &read.volume)
      default: try reader.skipValue()
      }
    }
    if read.volume.nodeAffinity == nil { read.volume.nodeAffinity = Self.zoneTerms(labels) }
    return read
  }

  private mutating func volumeSpec(
    _ reader: inout JSONReader, into volume: inout PodVolume
  ) throws(WireFormatError) {
    try reader.forEachField { key, reader throws(WireFormatError) in
      switch key {
      case "accessModes":
        let modes = try reader.readStrings()
        volume.isSingleNode = !modes.isEmpty && modes.allSatisfy { $0 == "ReadWriteOnce" || $0 == "ReadWriteOncePod" }
      case "nodeAffinity":
        try reader.forEachField { key, reader throws(WireFormatError) in
          if "required" ~= key {
            volume.nodeAffinity = try requiredNodeSelector(&reader)
          } else {
            try reader.skipValue()
          }
        }
      case "local", "hostPath":
        if try reader.forEachField({ _, reader throws(WireFormatError) in try reader.skipValue() }) {
          volume.isLocalToNode = true
        }
      case "csi":
        try reader.forEachField { key, reader throws(WireFormatError) in
          if "driver" ~= key { volume.attachDriver = try decoder.string(&reader) } else { try reader.skipValue() }
        }
      default: try reader.skipValue()
      }
    }
  }

  /// What the zone and region labels of a volume say about nodes, as kube-scheduler's VolumeZone plugin reads them: sets
  /// are written `a__b`.
  private static func zoneTerms(_ labels: Labels) -> [NodeSelectorTerm]? {
    let keys = [
      "topology.kubernetes.io/zone", "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/zone",
      "failure-domain.beta.kubernetes.io/region",
    ]
    let requirements = keys.compactMap { key in
      labels[key].map { SelectorRequirement(key, .isIn, $0.components(separatedBy: "__")) }
    }
    return requirements.isEmpty ? nil : [NodeSelectorTerm(requirements)]
  }

  /// Reads a `storage.k8s.io` CSINode.
  mutating func attachLimits(_ reader: inout JSONReader) throws(WireFormatError) -> ClusterObject {
    var node = ""
    var limits: [String: Int64] = [:]
    try reader.forEachField { key, reader throws(WireFormatError) in
      switch key {
      case "metadata": node = try metadata(&reader).name
      case "spec":
        try reader.forEachField { key, reader throws(WireFormatError) in
          guard "drivers" ~= key else {
            try reader.skipValue()
            return
          }
          try reader.forEachElement { reader throws(WireFormatError) in
            let (driver, count) = try attachLimit(&reader)
            if let count { limits[driver] = count }
          }
        }
      default: try reader.skipValue()
      }
    }
    return .attachLimits(node: node, limits: limits)
  }

  private mutating func attachLimit(
    _ reader: inout JSONReader
  ) throws(WireFormatError) -> (driver: String, count: Int64?) {
    var driver = ""
    var count: Int64?
    try reader.forEachField { key, reader throws(WireFormatError) in
      switch key {
      case "name": driver = try decoder.string(&reader)
      case "allocatable":
        try reader.forEachField { key, reader throws(WireFormatError) in
          if "count" ~= key { count = try reader.readInteger() } else { try reader.skipValue() }
        }
      default: try reader.skipValue()
      }
    }
    return (driver, count)
  }
}

extension String {
  /// The parts between occurrences of a separator that is not empty.
  fileprivate func components(separatedBy separator: String) -> [String] {
    split(separator: separator, omittingEmptySubsequences: true).map(String.init)
  }
}
