package import ClusterModel
internal import Synchronization

extension KubernetesCodec where Object == Node {
  /// Reads `v1.NodeList` and watch events of nodes. Equal strings of one codec's objects are stored once.
  package static var nodes: KubernetesCodec<Node> {
    .make(decoder: .forCache) { decoder, reader throws(WireFormatError) in
      let decoded = try decoder.node(&reader)
      return (decoded.node, decoded.resourceVersion)
    }
  }
}

extension KubernetesCodec where Object == Pod {
  /// Reads `v1.PodList` and watch events of pods. Equal strings of one codec's objects are stored once.
  package static var pods: KubernetesCodec<Pod> {
    .make(decoder: .forCache) { decoder, reader throws(WireFormatError) in
      let start = reader.byteOffset
      let decoded = try decoder.pod(&reader)
      guard !decoded.pod.uid.isEmpty else {
        throw WireFormatError(.missingField, at: start, "the pod has no metadata.uid")
      }
      return (decoded.pod, decoded.resourceVersion)
    }
  }
}

extension KubernetesCodec where Object == KeyedData {
  /// Reads `v1.SecretList` and watch events of Secrets. No error shows any of the input.
  package static var secrets: KubernetesCodec<KeyedData> {
    .make(decoder: .forCache, isConfidential: true) { decoder, reader throws(WireFormatError) in
      try decoder.keyedData(&reader, encoding: .base64)
    }
  }

  /// Reads `v1.ConfigMapList` and watch events of ConfigMaps. Their values may be tokens too: no error shows any input.
  package static var configMaps: KubernetesCodec<KeyedData> {
    .make(decoder: .forCache, isConfidential: true) { decoder, reader throws(WireFormatError) in
      try decoder.keyedData(&reader, encoding: .plain)
    }
  }
}

extension KubernetesCodec {
  /// How one object, with its resource version, is read.
  fileprivate typealias ReadObject =
    @Sendable (inout ObjectDecoder, inout JSONReader) throws(WireFormatError) -> (
      object: Object, resourceVersion: String
    )

  fileprivate static func make(
    decoder: ObjectDecoder, isConfidential: Bool = false, _ read: @escaping ReadObject
  ) -> KubernetesCodec {
    let shared = SharedDecoder(decoder)
    return KubernetesCodec(
      decodePage: { body in
        try shared.use { decoder throws(WireFormatError) in
          try JSONIndex.read(body, isConfidential: isConfidential, isRare: true) { reader throws(WireFormatError) in
            try ListDecoding.page(&reader) { reader throws(WireFormatError) in try read(&decoder, &reader).object }
          }
        }
      },
      decodeEvent: { line in
        try shared.use { decoder throws(WireFormatError) in
          try JSONIndex.read(line, isConfidential: isConfidential) { reader throws(WireFormatError) in
            try WatchDecoding.event(&reader) { reader throws(WireFormatError) in try read(&decoder, &reader) }
          }
        }
      })
  }
}

/// A decoder that whichever thread reads a stream may use.
private final class SharedDecoder: Sendable {
  private let decoder: Mutex<ObjectDecoder>

  init(_ decoder: ObjectDecoder) {
    self.decoder = Mutex(decoder)
  }

  func use<Value: Sendable>(
    _ body: (inout ObjectDecoder) throws(WireFormatError) -> Value
  ) throws(WireFormatError) -> Value {
    try decoder.withLock { decoder throws(WireFormatError) in try body(&decoder) }
  }
}

/// Lists: `metadata.resourceVersion`, `metadata.continue` and `items`.
package enum ListDecoding {
  /// Reads a page of a list, each item by `object`.
  package static func page<Object>(
    _ reader: inout JSONReader, _ object: (inout JSONReader) throws(WireFormatError) -> Object
  ) throws(WireFormatError) -> ListPage<Object> {
    guard try reader.beginObject() else { throw WireFormatError(.wrongType, at: 0, "expected a list, found null") }
    var items: [Object]?
    var metadata: (resourceVersion: String, continueToken: String)?
    var kind = ""
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "kind":
        try seen.note(0, key)
        kind = try reader.readString()
        guard kind != "Status" else {
          throw WireFormatError(.wrongType, at: 0, "expected a list, found a Status")
        }
      case "metadata":
        try seen.note(1, key)
        metadata = try listMetadata(&reader)
      case "items":
        try seen.note(2, key)
        items = try list(&reader, object)
      default: try reader.skipValue()
      }
    }
    guard let items, let metadata, !metadata.resourceVersion.isEmpty else {
      throw WireFormatError(.missingField, "the list has no items or no metadata.resourceVersion")
    }
    return ListPage(items: items, continueToken: metadata.continueToken, resourceVersion: metadata.resourceVersion)
  }

  private static func list<Object>(
    _ reader: inout JSONReader, _ object: (inout JSONReader) throws(WireFormatError) -> Object
  ) throws(WireFormatError) -> [Object] {
    var items: [Object] = []
    guard try reader.beginArray() else { return items }
    var isFirst = true
    while try reader.nextElement(&isFirst) { items.append(try object(&reader)) }
    return items
  }

  private static func listMetadata(
    _ reader: inout JSONReader
  ) throws(WireFormatError) -> (resourceVersion: String, continueToken: String) {
    var metadata = (resourceVersion: "", continueToken: "")
    guard try reader.beginObject() else { return metadata }
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "resourceVersion":
        try seen.note(0, key)
        metadata.resourceVersion = try reader.readString()
      case "continue":
        try seen.note(1, key)
        metadata.continueToken = try reader.readString()
      default: try reader.skipValue()
      }
    }
    return metadata
  }
}
