/// What the transport itself answers, without asking the responder. Constant texts: they may end in a Kubernetes event,
/// where equal texts are grouped.
enum TransportResponse {
  static let badRequest = ServerResponse.text(400, "malformed HTTP request\n")
  static let requestTimeout = ServerResponse.text(408, "the request did not arrive in time\n")
  static let bodyTooLarge = ServerResponse.text(413, "the request body is larger than this server accepts\n")
  static let headersTooLarge = ServerResponse.text(431, "the request headers are larger than this server accepts\n")
  static let notImplemented = ServerResponse.text(501, "method or transfer coding not implemented\n")
  static let overloaded = ServerResponse.text(503, "too many request bytes in progress; try again\n")
}
