/// How a request's URL, `Host` header and server name become what libcurl takes.
///
/// libcurl sends and verifies the host of the URL. For `tls-server-name` the URL therefore gets that name,
/// CURLOPT_CONNECT_TO leads to the real address, and the `Host` header keeps the original authority.
struct ConnectTarget {
  var url: String
  var headerLines: [String]
  /// CURLOPT_CONNECT_TO entries: `HOST:PORT:CONNECT-TO-HOST:CONNECT-TO-PORT`, empty fields match anything.
  var connectTo: [String] = []

  init(_ request: HTTPRequest) throws(CurlFailure) {
    url = request.url
    // "Name;" is libcurl's way to send a field without value, "Name:" its way to send none (CURLOPT_HTTPHEADER(3)).
    headerLines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    // libcurl would wait a second for "100 Continue" before a large body.
    headerLines.append("Expect:")
    let names = Set(request.headers.map { $0.name.lowercased() })
    if !request.body.isEmpty || request.method == "POST", !names.contains("content-type") {
      // Otherwise libcurl claims that the content is a form.
      headerLines.append("Content-Type:")
    }
    guard let serverName = request.tls.serverName else { return }
    guard let parts = URLParts(request.url) else { throw request.invalid("the URL cannot be taken apart") }
    guard parts.scheme == "https", parts.host != serverName else { return }
    url = "https://\(serverName):\(parts.port)\(parts.rest)"
    connectTo = ["::\(parts.bracketedHost):\(parts.port)"]
    if !names.contains("host") { headerLines.append("Host: \(parts.authority)") }
  }
}
