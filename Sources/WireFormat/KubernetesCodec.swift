/// One page of a Kubernetes list, reduced to what a reflector needs.
///
/// See "Retrieving large results sets in chunks" in the Kubernetes API concepts.
package struct ListPage<Object: Sendable>: Sendable {
  /// The objects of this page, in the order in which the API server sent them.
  package let items: [Object]
  /// `metadata.continue`: empty on the last page.
  package let continueToken: String
  /// `metadata.resourceVersion`: where a watch has to start after the last page.
  package let resourceVersion: String

  package init(items: [Object], continueToken: String, resourceVersion: String) {
    self.items = items
    self.continueToken = continueToken
    self.resourceVersion = resourceVersion
  }
}

/// One line of a Kubernetes watch stream.
///
/// `Status` objects sent as `ERROR` events become ``failed(code:reason:message:)``; code 410 means that the watch's
/// resource version is gone and that the kind has to be listed again.
package enum WatchEvent<Object: Sendable>: Sendable {
  case added(Object, resourceVersion: String)
  case modified(Object, resourceVersion: String)
  case deleted(Object, resourceVersion: String)
  case bookmark(resourceVersion: String)
  case failed(code: Int, reason: String, message: String)
}

/// How one kind of Kubernetes object is read from bytes.
///
/// The reflector knows paths and streams, the codec knows fields: that keeps either free of the other. The closures are
/// called on whichever thread reads the stream and must not retain the bytes.
package struct KubernetesCodec<Object: Sendable>: Sendable {
  /// Decodes the complete body of a list response. Throws where the body is not a complete list.
  package var decodePage: @Sendable (RawSpan) throws -> ListPage<Object>
  /// Decodes one line of a watch response, without its newline.
  package var decodeEvent: @Sendable (RawSpan) throws -> WatchEvent<Object>

  package init(
    decodePage: @escaping @Sendable (RawSpan) throws -> ListPage<Object>,
    decodeEvent: @escaping @Sendable (RawSpan) throws -> WatchEvent<Object>
  ) {
    self.decodePage = decodePage
    self.decodeEvent = decodeEvent
  }
}
