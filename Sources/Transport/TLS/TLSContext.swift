internal import COpenSSL
import Glibc

/// A configured `SSL_CTX`: made once from one set of files, never changed afterwards, shared by the connections that
/// were accepted while it was current. Any thread; making one takes about 0.5 ms.
@safe
final class TLSContext: @unchecked Sendable {
  // Unchecked: `SSL_CTX` is reference-counted atomically and only read after `init`.
  let handle: OpaquePointer
  /// The end of the server certificate's validity, in seconds since 1970.
  let expiryUnixSeconds: Int64
  /// Whether clients are asked for a certificate.
  let asksForClientCertificate: Bool

  init(_ material: TLSMaterial, _ configuration: TLSConfiguration) throws(TLSFailure) {
    ERR_clear_error()
    guard let context = unsafe SSL_CTX_new(TLS_server_method()) else {
      throw TLSFailure.draining(.library, "cannot create a TLS context")
    }
    do {
      try unsafe Self.setParameters(context, configuration)
      expiryUnixSeconds = try unsafe Self.useCertificate(context, material, configuration)
      if let clientCA = material.clientCAPEM, let file = configuration.clientCAFile {
        try unsafe Self.useClientCA(context, clientCA, file)
      }
    } catch {
      unsafe SSL_CTX_free(context)
      throw error
    }
    asksForClientCertificate = material.clientCAPEM != nil
    unsafe handle = context
  }

  deinit {
    unsafe SSL_CTX_free(handle)
  }

  /// Suites of TLS 1.2 that HTTP/2 allows (RFC 9113 §9.2.2) and that are not broken; Mozilla's "intermediate" list
  /// without DHE.
  private static let tls12Suites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    + "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
  private static let tls13Suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
  private static let groups = "X25519:P-256:P-384"

  private static func setParameters(
    _ context: OpaquePointer, _ configuration: TLSConfiguration
  ) throws(TLSFailure) {
    let version = configuration.minimumVersion == .tls13 ? TLS1_3_VERSION : TLS1_2_VERSION
    var succeeded = unsafe COpenSSL_CTX_set_min_proto_version(context, version) == 1
    // Resumption is off in all its forms: a resumed session skips the verification of the client's certificate, so
    // that taking a CA away would not bite, and kube-scheduler keeps its connection anyway.
    unsafe SSL_CTX_set_options(
      context,
      COpenSSL_OP_NO_RENEGOTIATION | COpenSSL_OP_NO_COMPRESSION | COpenSSL_OP_CIPHER_SERVER_PREFERENCE
        | COpenSSL_OP_NO_TICKET)
    succeeded = unsafe SSL_CTX_set_num_tickets(context, 0) == 1 && succeeded
    _ = unsafe COpenSSL_CTX_disable_session_cache(context)
    succeeded = unsafe SSL_CTX_set_cipher_list(context, tls12Suites) == 1 && succeeded
    succeeded = unsafe SSL_CTX_set_ciphersuites(context, tls13Suites) == 1 && succeeded
    succeeded = unsafe COpenSSL_CTX_set1_groups_list(context, groups) == 1 && succeeded
    _ = unsafe COpenSSL_CTX_set_mode(context, Int(SSL_MODE_AUTO_RETRY))
    guard succeeded else { throw TLSFailure.draining(.library, "libssl refuses our TLS parameters") }
    unsafe SSL_CTX_set_alpn_select_cb(context, selectProtocol, nil)
    // One identity: whatever name the client asks for is acknowledged, and verified by the client.
    _ = unsafe COpenSSL_CTX_set_servername_callback(context) { _, _, _ in SSL_TLSEXT_ERR_OK }
  }

  /// ALPN by our preference, `h2` before `http/1.1`. A client that offers neither is refused (RFC 7301 §3.2). Runs
  /// inside the handshake; the chosen bytes point into the client's own list, which lives until then.
  private static let selectProtocol:
    @convention(c) (
      OpaquePointer?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, UnsafeMutablePointer<UInt8>?,
      UnsafePointer<UInt8>?, UInt32, UnsafeMutableRawPointer?
    ) -> Int32 = { _, output, outputCount, offered, offeredCount, _ in
      guard let output = unsafe output, let outputCount = unsafe outputCount, let offered = unsafe offered else {
        return SSL_TLSEXT_ERR_ALERT_FATAL
      }
      // SAFETY: libssl lends `offeredCount` bytes at `offered` for the time of this call.
      let list = unsafe UnsafeBufferPointer(start: offered, count: Int(offeredCount))
      guard let range = unsafe ApplicationProtocol.select(from: list) else { return SSL_TLSEXT_ERR_ALERT_FATAL }
      unsafe output.pointee = offered + range.lowerBound
      unsafe outputCount.pointee = UInt8(range.count)
      return SSL_TLSEXT_ERR_OK
    }
}
