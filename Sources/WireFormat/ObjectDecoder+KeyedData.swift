/// How values of a map of data stand in JSON.
enum DataEncoding {
  case plain
  case base64
}

extension ObjectDecoder {
  /// Reads a `v1.Secret` (values of `data` in base64) or a `v1.ConfigMap` (`data` plain, `binaryData` in base64).
  mutating func keyedData(
    _ reader: inout JSONReader, encoding: DataEncoding
  ) throws(WireFormatError) -> (object: KeyedData, resourceVersion: String) {
    var object = KeyedData(namespace: "", name: "", data: [:])
    var resourceVersion = ""
    let start = reader.byteOffset
    guard try reader.beginObject() else {
      throw WireFormatError(.wrongType, at: start, "expected a Secret or ConfigMap, found null")
    }
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "metadata":
        try seen.note(0, key)
        resourceVersion = try keyedMetadata(&reader, &object)
      case "data":
        try seen.note(1, key)
        try values(&reader, encoding, into: &object.data)
      case "binaryData" where encoding == .plain:
        try seen.note(2, key)
        try values(&reader, .base64, into: &object.data)
      default: try reader.skipValue()
      }
    }
    guard !object.name.isEmpty else {
      throw WireFormatError(.missingField, at: start, "the object has no metadata.name")
    }
    return (object, resourceVersion)
  }

  private mutating func keyedMetadata(
    _ reader: inout JSONReader, _ object: inout KeyedData
  ) throws(WireFormatError) -> String {
    var resourceVersion = ""
    guard try reader.beginObject() else { return resourceVersion }
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "name":
        try seen.note(0, key)
        object.name = try string(&reader)
      case "namespace":
        try seen.note(1, key)
        object.namespace = try string(&reader)
      case "resourceVersion":
        try seen.note(2, key)
        resourceVersion = try string(&reader)
      default: try reader.skipValue()
      }
    }
    return resourceVersion
  }

  /// Values are not held to the length of names: an object may have 1 MiB of them.
  private func values(
    _ reader: inout JSONReader, _ encoding: DataEncoding, into data: inout [String: [UInt8]]
  ) throws(WireFormatError) {
    guard try reader.beginObject() else { return }
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      let name = try reader.string(of: key)
      guard let value = try reader.readText() else { continue }
      let bytes = try value.unescaped()
      switch encoding {
      case .plain: data[name] = bytes
      case .base64:
        guard let decoded = Base64.decode(bytes.span) else {
          throw WireFormatError(.invalidValue, at: value.range.lowerBound, "the value is not base64")
        }
        data[name] = decoded
      }
    }
  }
}
