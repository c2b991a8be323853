/// Why bytes could not be read, and where.
///
/// The text never holds more of the input than a short escaped excerpt, and none at all of confidential objects, so it
/// may be logged and sent back to whoever sent the bytes.
package struct WireFormatError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong; the raw values are a bounded set of label values for metrics.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Nothing but white space.
    case empty
    /// The bytes are not UTF-8.
    case invalidUTF8 = "invalid_utf8"
    /// The bytes are not JSON.
    case syntax
    /// The bytes end before the value does.
    case truncated
    /// Nesting beyond ``WireLimits/maximumDepth``.
    case tooDeep = "too_deep"
    /// More bytes, or more of something counted, than ``WireLimits`` allows.
    case tooLarge = "too_large"
    /// A value of another type than the field has.
    case wrongType = "wrong_type"
    /// A field without which the value makes no sense.
    case missingField = "missing_field"
    /// A field that stands twice in one object.
    case duplicateField = "duplicate_field"
    /// A value of the right type that the field cannot have.
    case invalidValue = "invalid_value"
    /// The machine has no memory for the index of the bytes.
    case outOfMemory = "out_of_memory"
  }

  package var kind: Kind
  /// Offset of the byte at which reading stopped, where one can be named.
  package var byteOffset: Int?
  /// Which value was read, such as `Pod.spec.containers[2].name`; empty at the outermost level.
  package var path: String
  /// What is wrong, as the end of a sentence.
  package var detail: String

  package init(_ kind: Kind, at byteOffset: Int? = nil, path: String = "", _ detail: String) {
    self.kind = kind
    self.byteOffset = byteOffset
    self.path = path
    self.detail = detail
  }

  package var description: String {
    var text = path.isEmpty ? "" : "\(path): "
    text += detail
    if let byteOffset { text += " (at byte \(byteOffset))" }
    return text
  }
}

/// Bounds on what is read from a peer, so that no input costs more than a multiple of its own size.
package enum WireLimits {
  /// Objects and arrays open at once. Kubernetes' deepest objects, the `managedFields` of pods, reach about 15; Go's decoder
  /// stops at 10,000.
  package static let maximumDepth = 128
  /// Nodes in one request. Kubernetes supports 5,000 nodes, managed offers up to 65,000; kube-scheduler sends at most 781
  /// full nodes with default settings.
  package static let maximumNodes = 100_000
  /// Victims in one preempt request, over all nodes.
  package static let maximumVictims = 200_000
  /// Containers, init containers included, in one pod.
  package static let maximumContainers = 1_024
  /// Amounts of resources in one list of resources.
  package static let maximumResources = 512
  /// Labels or annotations that are kept of one object. Annotations may add up to 256 KiB (`TotalAnnotationSizeLimitB`).
  package static let maximumLabels = 4_096
  /// Bytes of a name or another short string that is kept. Kubernetes' own bound for names is 253, for labels 63 and 317.
  package static let maximumStringBytes = 4_096
  /// Texts longer than this are indexed one at a time, since an index can take four times the memory of its text.
  package static let largeTextBytes = 8 << 20
  /// Parsers that are kept for the next text.
  package static let keptParsers = 4
  /// A parser is kept where its texts were not longer than this: 13 MB is what a default kube-scheduler sends at most.
  package static let keptParserBytes = 16 << 20
  /// A parser is kept where no text had more tokens than this, at 4 bytes of memory each: address space that no token was
  /// written to costs nothing.
  package static let keptParserTokens = 2 << 20
  /// The most tokens of a large text whose parser is kept for a moment (`JSONIndex.keepLargeIndex`): three times those of
  /// 5,000 full nodes. A text that is all brackets is not worth 256 MB.
  package static let keptLargeTokens = 16 << 20
  /// Bytes of the input that an error may show.
  package static let excerptBytes = 40
}
