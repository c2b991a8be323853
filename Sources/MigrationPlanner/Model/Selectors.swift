package import ClusterModel

/// How a key of a label selector or of a node selector term is compared.
///
/// Source: `LabelSelectorOperator` and `NodeSelectorOperator` in `k8s.io/api`; `Gt` and `Lt` exist for nodes only.
package enum SelectorOperator: String, Hashable, Sendable {
  case isIn = "In"
  case notIn = "NotIn"
  case exists = "Exists"
  case doesNotExist = "DoesNotExist"
  case greaterThan = "Gt"
  case lessThan = "Lt"
}

/// One line of a selector.
package struct SelectorRequirement: Hashable, Sendable {
  package var key: String
  package var comparison: SelectorOperator
  package var values: [String]

  package init(_ key: String, _ comparison: SelectorOperator, _ values: [String] = []) {
    self.key = key
    self.comparison = comparison
    self.values = values
  }

  /// Whether labels satisfy the requirement.
  ///
  /// As in `k8s.io/apimachinery/pkg/labels`: `NotIn` holds where the key is absent, `Gt` and `Lt` compare integers and
  /// fail on anything else.
  package func matches(_ labels: Labels) -> Bool { matches(labels[key]) }

  func matches(_ value: String?) -> Bool {
    switch comparison {
    case .isIn: value.map(values.contains) ?? false
    case .notIn: value.map { !values.contains($0) } ?? true
    case .exists: value != nil
    case .doesNotExist: value == nil
    case .greaterThan: Self.compare(value, values, >)
    case .lessThan: Self.compare(value, values, <)
    }
  }

  private static func compare(_ value: String?, _ bounds: [String], _ holds: (Int64, Int64) -> Bool) -> Bool {
    guard let value, let left = Int64(value), bounds.count == 1, let right = Int64(bounds[0]) else { return false }
    return holds(left, right)
  }
}

/// A label selector; empty selects everything (`nil` selectors, which select nothing, are left out by the reader).
package struct LabelSelector: Hashable, Sendable {
  /// All of which have to hold; `matchLabels` entries are `In` with one value.
  package var requirements: [SelectorRequirement]

  package init(_ requirements: [SelectorRequirement] = []) {
    self.requirements = requirements
  }

  /// Selects objects that carry all of these labels.
  package init(matching labels: Labels) {
    requirements = labels.pairs.map { SelectorRequirement($0.key, .isIn, [$0.value]) }
  }

  package func matches(_ labels: Labels) -> Bool { requirements.allSatisfy { $0.matches(labels) } }
}

/// One of the alternatives of a node affinity: all its requirements have to hold.
package struct NodeSelectorTerm: Hashable, Sendable {
  package var labelRequirements: [SelectorRequirement]
  /// Requirements on fields; `metadata.name` is the only field that Kubernetes knows here.
  package var fieldRequirements: [SelectorRequirement]

  package init(_ labelRequirements: [SelectorRequirement], fields: [SelectorRequirement] = []) {
    self.labelRequirements = labelRequirements
    fieldRequirements = fields
  }

  /// Whether the node is selected. A term without requirements selects nothing, as in `nodeaffinity.go`.
  package func matches(_ node: Node) -> Bool {
    if labelRequirements.isEmpty && fieldRequirements.isEmpty { return false }
    return labelRequirements.allSatisfy { $0.matches(node.labels) }
      && fieldRequirements.allSatisfy { $0.key == "metadata.name" && $0.matches(node.name) }
  }
}

/// What lets a pod onto tainted nodes.
package struct Toleration: Hashable, Sendable {
  /// Empty tolerates every key (with `toleratesAnyValue`).
  package var key: String
  /// Whether the operator is `Exists`.
  package var toleratesAnyValue: Bool
  package var value: String
  /// nil tolerates every effect.
  package var effect: Taint.Effect?

  package init(key: String = "", value: String? = nil, effect: Taint.Effect? = nil) {
    self.key = key
    toleratesAnyValue = value == nil
    self.value = value ?? ""
    self.effect = effect
  }

  /// Whether the taint is tolerated (`ToleratesTaint` in `k8s.io/api/core/v1/toleration.go`).
  package func tolerates(_ taint: Taint) -> Bool {
    if let effect, effect != taint.effect { return false }
    if key.isEmpty { return toleratesAnyValue }
    return key == taint.key && (toleratesAnyValue || value == taint.value)
  }
}
