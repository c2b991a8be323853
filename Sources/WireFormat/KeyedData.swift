/// A Secret or ConfigMap, with its values as bytes.
///
/// Neither its description nor its reflection shows a value, so that one may be interpolated into a log line by mistake.
package struct KeyedData: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  package var namespace: String
  package var name: String
  /// Values by key, decoded from base64 where Kubernetes stores them so.
  package var data: [String: [UInt8]]

  package init(namespace: String, name: String, data: [String: [UInt8]]) {
    self.namespace = namespace
    self.name = name
    self.data = data
  }

  package var description: String { "\(namespace)/\(name) with \(data.count) keys" }

  package var customMirror: Mirror { Mirror(self, children: ["object": description]) }
}
