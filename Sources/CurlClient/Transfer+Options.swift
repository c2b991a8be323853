internal import CCurl
private import Glibc

/// One request's options, each failing with its own name.
extension Transfer {
  /// Above this many bytes of content HTTP/1.1 is used; see ``HTTPRequest/body``.
  private static let maximumHTTP2BodyBytes = 64 << 10

  func configure(url: String) throws(CurlFailure) {
    do throws(OptionRefused) {
      try setCallbacks()
      try setGeneralOptions(url: url)
      try setMethodAndBody()
      try setConnectionOptions()
      try setTLSOptions()
    } catch {
      throw CurlFailure(
        kind: .invalidRequest, libraryCode: error.code.rawValue, operation: request.description,
        detail: "libcurl refuses \(error.option): \(easy.message(for: error.code))")
    }
  }

  private func setGeneralOptions(url: String) throws(OptionRefused) {
    try easy.set(CURLOPT_URL, "URL", url)
    try easy.set(CURLOPT_PROTOCOLS_STR, "PROTOCOLS_STR", request.allowsPlaintext ? "https,http" : "https")
    // Signals would be raised on a thread that handles none.
    try easy.set(CURLOPT_NOSIGNAL, "NOSIGNAL", 1)
    try easy.set(CURLOPT_FOLLOWLOCATION, "FOLLOWLOCATION", 0)
    // The empty string, unlike none, keeps libcurl from reading HTTPS_PROXY and its kin.
    try easy.set(CURLOPT_PROXY, "PROXY", "")
    try easy.set(CURLOPT_NETRC, "NETRC", Int(CURL_NETRC_IGNORED.rawValue))
    try easy.set(CURLOPT_PATH_AS_IS, "PATH_AS_IS", 1)
    try easy.set(CURLOPT_HTTP09_ALLOWED, "HTTP09_ALLOWED", 0)
    try easy.set(CURLOPT_TIMEOUT_MS, "TIMEOUT_MS", request.timeoutMilliseconds)
    try easy.set(CURLOPT_CONNECTTIMEOUT_MS, "CONNECTTIMEOUT_MS", request.connectTimeoutMilliseconds)
    if request.acceptsGzip { try easy.set(CURLOPT_ACCEPT_ENCODING, "ACCEPT_ENCODING", "gzip") }
    try easy.attachLists()
    try easy.setPrivate(id)
  }

  private func setMethodAndBody() throws(OptionRefused) {
    switch request.method {
    case "HEAD":
      try easy.set(CURLOPT_NOBODY, "NOBODY", 1)
    case "GET" where request.body.isEmpty:
      try easy.set(CURLOPT_HTTPGET, "HTTPGET", 1)
    case "POST", "PUT", "PATCH":
      try easy.setBody(request.body)
      try easy.set(CURLOPT_CUSTOMREQUEST, "CUSTOMREQUEST", request.method)
    default:
      if !request.body.isEmpty { try easy.setBody(request.body) }
      try easy.set(CURLOPT_CUSTOMREQUEST, "CUSTOMREQUEST", request.method)
    }
  }

  private func setConnectionOptions() throws(OptionRefused) {
    try easy.set(CURLOPT_HTTP_VERSION, "HTTP_VERSION", libraryVersion)
    // Wait for a connection that is being made rather than open a second one, where both could be multiplexed. In clear
    // text libcurl would wait for the first response before it knew, which a slow request delays without need.
    if MultiHandle.isMultiplexing, request.version == .automatic, !isStream, request.url.hasPrefix("https:") {
      try easy.set(CURLOPT_PIPEWAIT, "PIPEWAIT", 1)
    }
    if isStream {
      try easy.set(CURLOPT_FRESH_CONNECT, "FRESH_CONNECT", 1)
      try easy.set(CURLOPT_FORBID_REUSE, "FORBID_REUSE", 1)
    }
    try easy.set(CURLOPT_BUFFERSIZE, "BUFFERSIZE", 64 << 10)
    try easy.set(CURLOPT_TCP_KEEPALIVE, "TCP_KEEPALIVE", 1)
    try easy.set(CURLOPT_TCP_KEEPIDLE, "TCP_KEEPIDLE", 30)
    try easy.set(CURLOPT_TCP_KEEPINTVL, "TCP_KEEPINTVL", 10)
    // So that a changed address or an API server's rolling restart is noticed, connections do not live for ever.
    try easy.set(CURLOPT_MAXLIFETIME_CONN, "MAXLIFETIME_CONN", 600)
  }

  private var libraryVersion: Int {
    switch request.version {
    case .http1: Int(CURL_HTTP_VERSION_1_1)
    case _ where request.body.count > Self.maximumHTTP2BodyBytes: Int(CURL_HTTP_VERSION_1_1)
    case .automatic: Int(CURL_HTTP_VERSION_2TLS)
    case .http2PriorKnowledge: Int(CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE)
    }
  }

  private func setTLSOptions() throws(OptionRefused) {
    let verifies = !request.tls.skipsVerification
    try easy.set(CURLOPT_SSL_VERIFYPEER, "SSL_VERIFYPEER", verifies ? 1 : 0)
    try easy.set(CURLOPT_SSL_VERIFYHOST, "SSL_VERIFYHOST", verifies ? 2 : 0)
    try easy.set(CURLOPT_SSLVERSION, "SSLVERSION", Int(CURL_SSLVERSION_TLSv1_2))
    // libcurl 7.87 and later would go on using a CA file for 24 hours after it changed.
    try easy.set(CURLOPT_CA_CACHE_TIMEOUT, "CA_CACHE_TIMEOUT", 0)
    if let authority = request.tls.certificateAuthorityPEM {
      try easy.set(CURLOPT_CAINFO_BLOB, "CAINFO_BLOB", copying: authority)
    }
    if let certificate = request.tls.clientCertificatePEM, let key = request.tls.clientKeyPEM {
      try easy.set(CURLOPT_SSLCERT_BLOB, "SSLCERT_BLOB", copying: certificate)
      try easy.set(CURLOPT_SSLCERTTYPE, "SSLCERTTYPE", "PEM")
      try easy.set(CURLOPT_SSLKEY_BLOB, "SSLKEY_BLOB", copying: key)
      try easy.set(CURLOPT_SSLKEYTYPE, "SSLKEYTYPE", "PEM")
    }
  }

  private func setCallbacks() throws(OptionRefused) {
    // SAFETY: libcurl calls back only within functions of the engine's thread, while the engine's table holds `self`;
    // the pointers that it passes are live for `size * count` bytes during the call.
    try unsafe easy.setCallbacks(
      target: Unmanaged.passUnretained(self).toOpaque(),
      write: { bytes, size, count, target in
        guard let bytes = unsafe bytes, let target = unsafe target else { return size * count }
        let chunk = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
        let transfer = unsafe Unmanaged<Transfer>.fromOpaque(target).takeUnretainedValue()
        let span = unsafe chunk.bindMemory(to: UInt8.self).span
        return transfer.receiveBody(span) ? size * count : refusal(of: size * count)
      },
      header: { bytes, size, count, target in
        guard let bytes = unsafe bytes, let target = unsafe target else { return size * count }
        let line = unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: size * count))
        let transfer = unsafe Unmanaged<Transfer>.fromOpaque(target).takeUnretainedValue()
        return transfer.receiveHeader(line) ? size * count : refusal(of: size * count)
      },
      socket: { _, socket, _ in
        // client-go's stand-in is an HTTP/2 ping after 30 s; unacknowledged data for as long ends the connection here.
        var milliseconds: CInt = 30_000
        _ = unsafe setsockopt(
          socket, CInt(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, socklen_t(MemoryLayout<CInt>.size))
        return CInt(CURL_SOCKOPT_OK)
      })
  }
}

/// What a write callback returns to end the transfer: any number but the one that it was given
/// (CURLOPT_WRITEFUNCTION(3)). Chunks are at most 16 KiB, so it is not CURL_WRITEFUNC_PAUSE either.
private func refusal(of count: Int) -> Int { count == 0 ? 1 : 0 }
