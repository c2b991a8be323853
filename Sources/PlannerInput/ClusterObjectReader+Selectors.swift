internal import ClusterModel
internal import MigrationPlanner
internal import WireFormat

/// Selectors, affinity and tolerations, as `k8s.io/api/core/v1` and `k8s.io/apimachinery/pkg/apis/meta/v1` define them.
extension ClusterObjectReader {
  /// Reads a `metav1.LabelSelector`; `null` gives nil.
  mutating func labelSelector(_ reader: inout JSONReader) throws(WireFormatError) -> LabelSelector? {
    var requirements: [SelectorRequirement] = []
    let isThere = try reader.forEachField { key, reader throws(WireFormatError) in
      switch key {
      case "matchLabels":
        let labels = try decoder.labels(&reader) { _ in true }
        requirements += labels.pairs.map { SelectorRequirement($0.key, .isIn, [$0.value]) }
      case "matchExpressions": requirements += try self.requirements(&reader)
      default: try reader.skipValue()
      }
    }
    return isThere ? LabelSelector(requirements) : nil
  }

  /// Reads an array of `{key, operator, values}`.
  mutating func requirements(_ reader: inout JSONReader) throws(WireFormatError) -> [SelectorRequirement] {
    var requirements: [SelectorRequirement] = []
    try reader.forEachElement { reader throws(WireFormatError) in
      var requirement = SelectorRequirement("", .isIn)
      try reader.forEachField { key, reader throws(WireFormatError) in
        switch key {
        case "key": requirement.key = try decoder.string(&reader)
        case "operator": requirement.comparison = try comparison(&reader)
        case "values": requirement.values = try reader.readStrings()
        default: try reader.skipValue()
        }
      }
      requirements.append(requirement)
    }
    return requirements
  }

  private func comparison(_ reader: inout JSONReader) throws(WireFormatError) -> SelectorOperator {
    let start = reader.byteOffset
    let name = try reader.readString()
    guard let comparison = SelectorOperator(rawValue: name) else {
      throw WireFormatError(
        .invalidValue, at: start,
        "\"\(name.prefix(40))\" is no operator; known are In, NotIn, Exists, DoesNotExist, Gt, Lt")
    }
    return comparison
  }

  /// Reads an array of `v1.NodeSelectorTerm`.
  mutating func nodeSelectorTerms(_ reader: inout JSONReader) throws(WireFormatError) -> [NodeSelectorTerm] {
    var terms: [NodeSelectorTerm] = []
    try reader.forEachElement { reader throws(WireFormatError) in
      var term = NodeSelectorTerm([])
      try reader.forEachField { key, reader throws(WireFormatError) in
        switch key {
        case "matchExpressions": term.labelRequirements = try requirements(&reader)
        case "matchFields": term.fieldRequirements = try requirements(&reader)
        default: try reader.skipValue()
        }
      }
      terms.append(term)
    }
    return terms
  }

  /// Reads a `v1.NodeSelector` that is required; `null` gives nil.
  mutating func requiredNodeSelector(_ reader: inout JSONReader) throws(WireFormatError) -> [NodeSelectorTerm]? {
    var terms: [NodeSelectorTerm]?
    try reader.forEachField { key, reader throws(WireFormatError) in
      if "nodeSelectorTerms" ~= key { terms = try nodeSelectorTerms(&reader) } else { try reader.skipValue() }
    }
    return terms
  }

  /// Reads `v1.Affinity`: what is required of it. What is preferred moves no pod and keeps none.
  mutating func affinity(_ reader: inout JSONReader, into pod: inout PlannerPod) throws(WireFormatError) {
    try reader.forEachField { key, reader throws(WireFormatError) in
      switch key {
      case "nodeAffinity":
        try required(&reader) { reader throws(WireFormatError) in
          pod.nodeAffinity = try requiredNodeSelector(&reader)
        }
      case "podAffinity":
        try required(&reader) { reader throws(WireFormatError) in pod.affinity = try podAffinityTerms(&reader) }
      case "podAntiAffinity":
        try required(&reader) { reader throws(WireFormatError) in pod.antiAffinity = try podAffinityTerms(&reader) }
      default: try reader.skipValue()
      }
    }
  }

  private func required(
    _ reader: inout JSONReader, _ body: (inout JSONReader) throws(WireFormatError) -> Void
  ) throws(WireFormatError) {
    try reader.forEachField { key, reader throws(WireFormatError) in
      if "requiredDuringSchedulingIgnoredDuringExecution" ~= key { try body(&reader) } else { try reader.skipValue() }
    }
  }

  /// Reads an array of `v1.PodAffinityTerm`. Keys of `matchLabelKeys` are part of the selector already: the API server
  /// merges them when the pod is made (KEP-3633). A term without a selector selects no pod.
  private mutating func podAffinityTerms(_ reader: inout JSONReader) throws(WireFormatError) -> [PodAffinityTerm] {
    var terms: [PodAffinityTerm] = []
    try reader.forEachElement { reader throws(WireFormatError) in
      var term = PodAffinityTerm(Self.selectingNothing, topologyKey: "")
      try reader.forEachField { key, reader throws(WireFormatError) in
        switch key {
        case "labelSelector": term.selector = try labelSelector(&reader) ?? Self.selectingNothing
        case "topologyKey": term.topologyKey = try decoder.string(&reader)
        case "namespaces": term.namespaces = try reader.readStrings()
        case "namespaceSelector": term.namespaceSelector = try labelSelector(&reader)
        default: try reader.skipValue()
        }
      }
      terms.append(term)
    }
    return terms
  }

  private static let selectingNothing = LabelSelector([SelectorRequirement("", .isIn)])

  /// Reads `spec.tolerations`. An operator that is not known tolerates nothing.
  mutating func tolerations(_ reader: inout JSONReader) throws(WireFormatError) -> [Toleration] {
    var tolerations: [Toleration] = []
    try reader.forEachElement { reader throws(WireFormatError) in
      var key = ""
      var comparison = ""
      var value = ""
      var effect = ""
      try reader.forEachField { field, reader throws(WireFormatError) in
        switch field {
        case "key": key = try decoder.string(&reader)
        case "operator": comparison = try decoder.string(&reader)
        case "value": value = try decoder.string(&reader)
        case "effect": effect = try decoder.string(&reader)
        default: try reader.skipValue()
        }
      }
      guard comparison.isEmpty || comparison == "Equal" || comparison == "Exists" else { return }
      tolerations.append(
        Toleration(
          key: key, value: comparison == "Exists" ? nil : value,
          effect: effect.isEmpty ? nil : Taint.Effect(rawValue: effect)))
    }
    return tolerations
  }

  /// Reads `spec.topologySpreadConstraints`: those with `DoNotSchedule`. Keys of `matchLabelKeys` take the pod's own
  /// values, as kube-scheduler's PodTopologySpread does; a constraint without a selector counts no pod.
  mutating func spread(
    _ reader: inout JSONReader, labels: Labels
  ) throws(WireFormatError) -> [SpreadConstraint] {
    var constraints: [SpreadConstraint] = []
    try reader.forEachElement { reader throws(WireFormatError) in
      var constraint = SpreadConstraint(LabelSelector(), topologyKey: "")
      var selector: LabelSelector?
      var action = "DoNotSchedule"
      var matchLabelKeys: [String] = []
      try reader.forEachField { key, reader throws(WireFormatError) in
        switch key {
        case "labelSelector": selector = try labelSelector(&reader)
        case "topologyKey": constraint.topologyKey = try decoder.string(&reader)
        case "maxSkew": constraint.maxSkew = max(1, Int(clamping: try reader.readInteger()))
        case "minDomains": constraint.minDomains = max(1, Int(clamping: try reader.readInteger()))
        case "whenUnsatisfiable": action = try decoder.string(&reader)
        case "nodeAffinityPolicy": constraint.honoursNodeAffinity = try decoder.string(&reader) != "Ignore"
        case "nodeTaintsPolicy": constraint.honoursTaints = try decoder.string(&reader) == "Honor"
        case "matchLabelKeys": matchLabelKeys = try reader.readStrings()
        default: try reader.skipValue()
        }
      }
      guard action == "DoNotSchedule", var selector else { return }
      for key in matchLabelKeys {
        if let value = labels[key] { selector.requirements.append(SelectorRequirement(key, .isIn, [value])) }
      }
      constraint.selector = selector
      constraints.append(constraint)
    }
    return constraints
  }
}
