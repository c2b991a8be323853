/// One Connect unary call, ready to be sent by POST (connectrpc.com/docs/protocol).
///
/// Holds the bearer token: it describes itself without headers, and nobody logs ``headers``.
package struct ConnectRequest: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Control-plane address and path.
  package let url: String
  /// Header names and values, the token among them.
  package let headers: [(name: String, value: String)]
  /// The JSON body.
  package let body: [UInt8]
  /// How long the whole call may take; also stated to the server.
  package let timeoutMilliseconds: UInt64
  /// The largest response body worth reading, after decompression.
  package let maximumResponseBytes: Int

  /// The URL only.
  package var description: String { "POST \(url)" }
  /// The URL only.
  package var debugDescription: String { description }
  /// Nothing: dumps must not show the token either.
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What came back, decompressed.
package struct ConnectResponse: Sendable {
  /// The HTTP status.
  package let status: Int
  /// The whole body.
  package let body: [UInt8]

  /// A response.
  package init(status: Int, body: [UInt8]) {
    self.status = status
    self.body = body
  }
}

/// What a transport throws; other errors count as ``Kind/unreachable``.
package struct ConnectTransportFailure: Error, Sendable {
  /// What kind of failure it was.
  package enum Kind: Sendable {
    /// The call took longer than it may.
    case timedOut
    /// No connection, or it broke.
    case unreachable
    /// The response is larger than the request allows.
    case tooLarge
  }

  /// What kind of failure it was.
  package let kind: Kind
  /// The transport's own words; they must not contain the token.
  package let message: String

  /// A failure.
  package init(kind: Kind, message: String) {
    self.kind = kind
    self.message = message
  }
}

/// The codes of the Connect protocol, and `malformed_response` for a 200 that cannot be read.
package enum ConnectCode: String, CaseIterable, Sendable {
  case canceled
  case unknown
  case invalidArgument = "invalid_argument"
  case deadlineExceeded = "deadline_exceeded"
  case notFound = "not_found"
  case alreadyExists = "already_exists"
  case permissionDenied = "permission_denied"
  case resourceExhausted = "resource_exhausted"
  case failedPrecondition = "failed_precondition"
  case aborted
  case outOfRange = "out_of_range"
  case unimplemented
  case internalError = "internal"
  case unavailable
  case dataLoss = "data_loss"
  case unauthenticated
  case malformedResponse = "malformed_response"

  /// Whether the same call may succeed a moment later.
  package var isRetryable: Bool {
    switch self {
    case .unavailable, .deadlineExceeded, .resourceExhausted, .aborted, .unknown: true
    default: false
    }
  }

  /// Whether another token may help.
  package var concernsToken: Bool { self == .unauthenticated || self == .permissionDenied }

  /// The code of a response without a readable one, by its HTTP status (Connect protocol, "HTTP to Error Code").
  init(httpStatus: Int) {
    switch httpStatus {
    case 400: self = .internalError
    case 401: self = .unauthenticated
    case 403: self = .permissionDenied
    case 404: self = .unimplemented
    case 429, 502, 503, 504: self = .unavailable
    default: self = .unknown
    }
  }

  /// The HTTP status a server answers a code with (Connect protocol, "Error Codes").
  var httpStatus: Int {
    switch self {
    case .canceled: 499
    case .invalidArgument, .failedPrecondition, .outOfRange: 400
    case .deadlineExceeded: 504
    case .notFound: 404
    case .alreadyExists, .aborted: 409
    case .permissionDenied: 403
    case .resourceExhausted: 429
    case .unimplemented: 501
    case .unavailable: 503
    case .unauthenticated: 401
    case .unknown, .internalError, .dataLoss, .malformedResponse: 500
    }
  }
}

/// A call that failed: its code, and the server's or transport's words, cleaned for logs.
package struct ConnectFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The code.
  package let code: ConnectCode
  /// At most 200 characters, without control characters and without the token.
  package let message: String

  /// "unavailable: …".
  package var description: String { message.isEmpty ? code.rawValue : "\(code.rawValue): \(message)" }

  /// A failure whose message is cleaned; `token` is struck out of it.
  init(code: ConnectCode, message: String, token: String = "") {
    self.code = code
    var clean = token.isEmpty ? message : message.replacing(token, with: "[token]")
    clean = String(clean.unicodeScalars.lazy.map { $0.properties.generalCategory == .control ? " " : Character($0) })
    self.message = clean.count > 200 ? String(clean.prefix(200)) + "…" : clean
  }

  /// Reads an error response, whatever it holds.
  init(response: ConnectResponse, token: String) {
    var code = ConnectCode(httpStatus: response.status)
    var message = "HTTP status \(response.status)"
    _ = try? JSONCursor.read(response.body) { (cursor) throws(JSONFault) in
      try cursor.object { (cursor, name) throws(JSONFault) in
        switch name {
        case "code":
          if let text = try cursor.optionalString(), let stated = ConnectCode(rawValue: text) { code = stated }
        case "message":
          if let text = try cursor.optionalString(), !text.isEmpty { message = text }
        default: try cursor.skip()
        }
      }
    }
    self.init(code: code, message: message, token: token)
  }

  /// What a transport's error means.
  init(transport error: any Error, token: String) {
    guard let failure = error as? ConnectTransportFailure else {
      self.init(code: .unavailable, message: "\(error)", token: token)
      return
    }
    let code: ConnectCode =
      switch failure.kind {
      case .timedOut: .deadlineExceeded
      case .unreachable: .unavailable
      case .tooLarge: .malformedResponse
      }
    self.init(code: code, message: failure.message, token: token)
  }
}
