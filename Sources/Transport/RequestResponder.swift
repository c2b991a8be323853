/// Answers requests. The transport knows nothing of what they mean.
package protocol RequestResponder: Sendable {
  /// Decides on a request by its headers alone: a response (404, 405, 401, 403, 415, ...) ends the request before its
  /// body is read, nil lets it go on to `respond(to:)`. Called on the connection's event loop; must not block.
  func admit(_ head: ServerRequestHead) -> ServerResponse?

  /// Answers a complete request. Called on the connection's event loop for bodies up to `Limits.offloadBodyBytes`,
  /// where it should take well below a millisecond, and on a thread pool for larger ones.
  func respond(to request: ServerRequest) -> ServerResponse
}

extension RequestResponder {
  /// Lets every request go on.
  package func admit(_ head: ServerRequestHead) -> ServerResponse? { nil }
}
