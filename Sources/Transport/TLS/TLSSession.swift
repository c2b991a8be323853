internal import COpenSSL
import NIOCore

/// One connection's `SSL`, as a transformer of bytes: no socket, no clock. Owned by one `TLSHandler`, one thread.
@safe
struct TLSSession: ~Copyable {
  enum Progress {
    case complete
    case wantsInput
    /// Nothing but flushing what is in `bio.outbound` (the alert) may follow.
    case failed(TLSFailure)
  }

  enum ReadOutcome {
    case bytes
    case wantsInput
    /// The peer said it sends no more (close_notify).
    case closed
    /// See `Progress.failed`.
    case failed(TLSFailure)
  }

  /// The plaintext limit of a TLS record (RFC 8446 §5.1).
  static let maxRecordBytes = 16 << 10

  private let handle: OpaquePointer
  let bio: ByteBufferBIO

  init(_ context: TLSContext) throws(TLSFailure) {
    ERR_clear_error()
    let transport = ByteBufferBIO()
    guard let ssl = unsafe SSL_new(context.handle) else {
      throw TLSFailure.draining(.library, "cannot create a TLS session")
    }
    guard let bio = unsafe transport.makeHandle() else {
      unsafe SSL_free(ssl)
      throw TLSFailure.draining(.library, "cannot create a TLS transport")
    }
    // One reference serves both directions (SSL_set_bio(3)), and SSL_free gives it back.
    unsafe SSL_set_bio(ssl, bio, bio)
    unsafe SSL_set_accept_state(ssl)
    unsafe handle = ssl
    self.bio = transport
  }

  deinit {
    unsafe SSL_free(handle)
  }

  func shakeHands() -> Progress {
    Self.clearErrors()
    let result = unsafe SSL_do_handshake(handle)
    if result == 1 { return .complete }
    switch unsafe SSL_get_error(handle, result) {
    case SSL_ERROR_WANT_READ: return .wantsInput
    default: return .failed(TLSFailure.draining(.peer, "TLS handshake"))
    }
  }

  /// Gives the record buffers back to malloc where no record is in progress; the next one takes new ones.
  func releaseBuffers() { _ = unsafe SSL_free_buffers(handle) }

  /// libssl's answers are told apart by what stands in the thread's error queue, which is nearly always empty: looking
  /// costs a tenth of clearing.
  private static func clearErrors() {
    if ERR_peek_error() != 0 { ERR_clear_error() }
  }

  /// Decrypts at most one record to the end of `plaintext`.
  func read(into plaintext: inout ByteBuffer) -> ReadOutcome {
    var count = 0
    var outcome = ReadOutcome.wantsInput
    unsafe plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.maxRecordBytes) { space in
      outcome = unsafe read(into: space, count: &count)
      return count
    }
    return outcome
  }

  /// Decrypts at most one record, and of it no more than there is room for; the rest comes with the next call.
  func read(into space: UnsafeMutableRawBufferPointer, count: inout Int) -> ReadOutcome {
    Self.clearErrors()
    let result = unsafe SSL_read_ex(handle, space.baseAddress, space.count, &count)
    if result == 1 { return .bytes }
    switch unsafe SSL_get_error(handle, result) {
    case SSL_ERROR_WANT_READ: return .wantsInput
    case SSL_ERROR_ZERO_RETURN: return .closed
    default: return .failed(TLSFailure.draining(.peer, "TLS record"))
    }
  }

  /// Encrypts all of `plaintext` to `bio.outbound`, in records of `maxRecordBytes`. The transport takes everything, so
  /// there is no partial success.
  func write(_ plaintext: UnsafeRawBufferPointer) throws(TLSFailure) {
    guard plaintext.count > 0 else { return }
    Self.clearErrors()
    var written = 0
    guard unsafe SSL_write_ex(handle, plaintext.baseAddress, plaintext.count, &written) == 1 else {
      throw TLSFailure.draining(.peer, "TLS write")
    }
  }

  /// Says that we send no more. Only while nothing has failed (SSL_shutdown(3)).
  func sendCloseNotify() {
    Self.clearErrors()
    _ = unsafe SSL_shutdown(handle)
    Self.clearErrors()
  }

  /// What ALPN chose; HTTP/1.1 for a client that offered nothing.
  var negotiated: HTTPProtocol {
    var name: UnsafePointer<UInt8>? = nil
    var count: UInt32 = 0
    unsafe SSL_get0_alpn_selected(handle, &name, &count)
    // "h2" is the only one of two bytes that `ApplicationProtocol` chooses.
    return count == 2 ? .http2 : .http1
  }

  /// "TLSv1.2" or "TLSv1.3".
  var version: String { unsafe String(cString: SSL_get_version(handle)) }

  /// The names of the peer's certificate; nil where it presented none. Throws where it is not verified or its names are
  /// forged.
  func peerIdentity() throws(TLSFailure) -> PeerIdentity? {
    guard let certificate = unsafe SSL_get1_peer_certificate(handle) else { return nil }
    defer { unsafe X509_free(certificate) }
    guard unsafe SSL_get_verify_result(handle) == Int(X509_V_OK) else {
      throw TLSFailure(.peer, "the client certificate does not verify")
    }
    guard let identity = unsafe PeerCertificate.identity(of: certificate) else {
      throw TLSFailure(.peer, "the client certificate's names cannot be trusted")
    }
    return identity
  }
}
