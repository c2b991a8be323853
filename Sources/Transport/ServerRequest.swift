package import NIOCore

/// The HTTP version that a request came by.
package enum HTTPProtocol: String, Sendable, CaseIterable {
  /// HTTP/1.0 or HTTP/1.1.
  case http1
  /// HTTP/2.
  case http2
}

/// What is known of a request when its headers are complete and its body is not yet read.
package struct ServerRequestHead: Sendable {
  /// The method as sent, in upper case by convention ("POST").
  package let method: String
  /// The request target's path, as sent: percent-encoding kept, without query. Begins with "/", or is "*".
  package let path: String
  /// What follows the first "?" of the target, or nil where there is none.
  package let query: String?
  /// The `Content-Type` field, as sent.
  package let contentType: String?
  /// The `Accept` field, as sent.
  package let accept: String?
  /// The `Content-Encoding` field, as sent. The transport decodes none.
  package let contentEncoding: String?
  /// The `Authorization` field, as sent: a secret, never to be logged.
  package let authorization: String?
  /// The declared body length, where the peer declared one.
  package let contentLength: Int?
  /// How the request came.
  package let httpVersion: HTTPProtocol
  /// The verified client certificate's names; nil where none was presented or no client CA is configured.
  package let peer: PeerIdentity?
  /// Whether the connection is TLS.
  package let isSecure: Bool
  /// The peer's address as "ip:port"; nil where the socket is already gone.
  package let remoteAddress: String?

  /// Composes a head; tests of responders need no connection for it.
  package init(
    method: String, path: String, query: String? = nil, contentType: String? = nil, accept: String? = nil,
    contentEncoding: String? = nil, authorization: String? = nil, contentLength: Int? = nil,
    httpVersion: HTTPProtocol = .http1,
    peer: PeerIdentity? = nil, isSecure: Bool = false, remoteAddress: String? = nil
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.contentType = contentType
    self.accept = accept
    self.contentEncoding = contentEncoding
    self.authorization = authorization
    self.contentLength = contentLength
    self.httpVersion = httpVersion
    self.peer = peer
    self.isSecure = isSecure
    self.remoteAddress = remoteAddress
  }
}

/// One complete request.
package struct ServerRequest: Sendable {
  /// Bytes of storage that lie behind `body`'s readable bytes and may be read (their values are undefined), so that a
  /// parser that reads in blocks (simdjson) can work on the buffer in place: `body.writableBytes` is at least this for
  /// every body that is not empty.
  package static let bodyPaddingBytes = 64

  /// Method, path, fields and peer.
  package let head: ServerRequestHead
  /// The whole body; empty where there was none. The storage lives as long as any slice of it, and stays charged to
  /// `Limits.maxBufferedBytes` until the response is written.
  package let body: ByteBuffer
  /// The time by which a response is of use: the end of the headers plus `Limits.requestTimeout`.
  package let deadline: NIODeadline

  /// Composes a request; tests of responders need no connection for it.
  package init(head: ServerRequestHead, body: ByteBuffer, deadline: NIODeadline = .distantFuture) {
    self.head = head
    self.body = body
    self.deadline = deadline
  }

  /// `head.method`
  package var method: String { head.method }
  /// `head.path`
  package var path: String { head.path }
  /// `head.query`
  package var query: String? { head.query }
  /// `head.contentType`
  package var contentType: String? { head.contentType }
  /// `head.accept`
  package var accept: String? { head.accept }
  /// `head.contentEncoding`
  package var contentEncoding: String? { head.contentEncoding }
  /// `head.httpVersion`
  package var httpVersion: HTTPProtocol { head.httpVersion }
  /// `head.peer`
  package var peer: PeerIdentity? { head.peer }
  /// `head.isSecure`
  package var isSecure: Bool { head.isSecure }
  /// `head.remoteAddress`
  package var remoteAddress: String? { head.remoteAddress }
}
