/// Watch events: `{"type": …, "object": …}` in either order.
enum WatchDecoding {
  static func event<Object>(
    _ reader: inout JSONReader,
    _ read: (inout JSONReader) throws(WireFormatError) -> (object: Object, resourceVersion: String)
  ) throws(WireFormatError) -> WatchEvent<Object> {
    guard try reader.beginObject() else {
      throw WireFormatError(.wrongType, at: 0, "expected a watch event, found null")
    }
    var type: JSONText?
    var object: JSONReader?
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "type":
        try seen.note(0, key)
        type = try reader.readText()
      case "object":
        try seen.note(1, key)
        // Which kind of object this is depends on the type, which may come later.
        object = reader
        try reader.skipValue()
      default: try reader.skipValue()
      }
    }
    guard let type, var object else {
      throw WireFormatError(.missingField, "the watch event has no type or no object")
    }
    return try event(of: type, &object, read)
  }

  private static func event<Object>(
    of type: JSONText, _ object: inout JSONReader,
    _ read: (inout JSONReader) throws(WireFormatError) -> (object: Object, resourceVersion: String)
  ) throws(WireFormatError) -> WatchEvent<Object> {
    switch type {
    case "ADDED":
      let (value, resourceVersion) = try read(&object)
      return .added(value, resourceVersion: resourceVersion)
    case "MODIFIED":
      let (value, resourceVersion) = try read(&object)
      return .modified(value, resourceVersion: resourceVersion)
    case "DELETED":
      let (value, resourceVersion) = try read(&object)
      return .deleted(value, resourceVersion: resourceVersion)
    case "BOOKMARK":
      return .bookmark(resourceVersion: try bookmark(&object))
    case "ERROR":
      return try status(&object)
    default:
      throw WireFormatError(
        .invalidValue, at: type.quotedRange.lowerBound, "\(object.excerpt(type.quotedRange)) is no type of watch event")
    }
  }

  /// The resource version of a bookmark, whose object has nothing else.
  private static func bookmark(_ reader: inout JSONReader) throws(WireFormatError) -> String {
    var resourceVersion = ""
    let start = reader.byteOffset
    guard try reader.beginObject() else { throw missingVersion(start) }
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      if "metadata" ~= key {
        resourceVersion = try resourceVersionField(&reader)
      } else {
        try reader.skipValue()
      }
    }
    guard !resourceVersion.isEmpty else { throw missingVersion(start) }
    return resourceVersion
  }

  private static func resourceVersionField(_ reader: inout JSONReader) throws(WireFormatError) -> String {
    var resourceVersion = ""
    guard try reader.beginObject() else { return resourceVersion }
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      if "resourceVersion" ~= key {
        resourceVersion = try reader.readString()
      } else {
        try reader.skipValue()
      }
    }
    return resourceVersion
  }

  private static func missingVersion(_ offset: Int) -> WireFormatError {
    WireFormatError(.missingField, at: offset, "the bookmark has no metadata.resourceVersion")
  }

  /// Reads `metav1.Status`.
  private static func status<Object>(_ reader: inout JSONReader) throws(WireFormatError) -> WatchEvent<Object> {
    var code: Int64 = 0
    var reason = ""
    var message = ""
    guard try reader.beginObject() else { return .failed(code: 0, reason: "", message: "") }
    var seen = SeenFields()
    var isFirst = true
    while let key = try reader.nextKey(&isFirst) {
      switch key {
      case "code":
        try seen.note(0, key)
        code = try reader.readInteger()
      case "reason":
        try seen.note(1, key)
        reason = try reader.readString()
      case "message":
        try seen.note(2, key)
        message = try reader.readString()
      default: try reader.skipValue()
      }
    }
    return .failed(code: Int(clamping: code), reason: reason, message: message)
  }
}
