internal import COpenSSL
import Glibc

/// Putting PEM files into a context. All of it works on bytes already read, so that what was fingerprinted is what is
/// used.
extension TLSContext {
  /// Sets chain and key, checks that they belong together, and returns the certificate's expiry.
  static func useCertificate(
    _ context: OpaquePointer, _ material: TLSMaterial, _ configuration: TLSConfiguration
  ) throws(TLSFailure) -> Int64 {
    let file = configuration.certificateFile
    let chain = CertificateList(parsing: material.certificatePEM)
    guard let leaf = unsafe chain.first, unsafe SSL_CTX_use_certificate(context, leaf) == 1 else {
      throw TLSFailure.draining(.certificate, "the TLS certificate \(file) holds no usable PEM certificate")
    }
    for index in 1..<chain.count {
      let intermediate = unsafe chain.handles[index]
      // SAFETY: on success the context owns one reference, which is the one taken here.
      unsafe X509_up_ref(intermediate)
      guard unsafe COpenSSL_CTX_add0_chain_cert(context, intermediate) == 1 else {
        unsafe X509_free(intermediate)
        throw TLSFailure.draining(.certificate, "an intermediate in \(file) is refused")
      }
    }
    try unsafe usePrivateKey(context, material.privateKeyPEM, configuration)
    guard let expiry = unsafe unixSeconds(X509_get0_notAfter(leaf)) else {
      throw TLSFailure(.certificate, "the TLS certificate \(file) has no readable expiry")
    }
    return expiry
  }

  private static func usePrivateKey(
    _ context: OpaquePointer, _ pem: [UInt8], _ configuration: TLSConfiguration
  ) throws(TLSFailure) {
    let file = configuration.privateKeyFile
    guard let source = unsafe BIO_new_mem_buf(pem, Int32(pem.count)) else {
      throw TLSFailure.draining(.library, "out of memory")
    }
    defer { unsafe BIO_free(source) }
    // The callback stands in for OpenSSL's default, which would ask on the terminal.
    guard let key = unsafe PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil) else {
      throw TLSFailure.draining(
        .privateKey, "the TLS private key \(file) holds no usable PEM key (encrypted keys are not supported)")
    }
    defer { unsafe EVP_PKEY_free(key) }
    guard unsafe SSL_CTX_use_PrivateKey(context, key) == 1, unsafe SSL_CTX_check_private_key(context) == 1 else {
      throw TLSFailure.draining(
        .keyMismatch,
        "the TLS private key \(file) does not belong to the certificate \(configuration.certificateFile)")
    }
  }

  /// Verifies clients by the given CAs, and tells clients which these are.
  static func useClientCA(_ context: OpaquePointer, _ pem: [UInt8], _ file: String) throws(TLSFailure) {
    let authorities = CertificateList(parsing: pem)
    guard unsafe authorities.first != nil, let store = unsafe SSL_CTX_get_cert_store(context) else {
      throw TLSFailure.draining(.clientCA, "the client CA \(file) holds no usable PEM certificate")
    }
    for index in 0..<authorities.count {
      let authority = unsafe authorities.handles[index]
      guard unsafe X509_STORE_add_cert(store, authority) == 1, unsafe SSL_CTX_add_client_CA(context, authority) == 1
      else { throw TLSFailure.draining(.clientCA, "a certificate in the client CA \(file) is refused") }
    }
    unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    // Root, two intermediates, leaf.
    unsafe SSL_CTX_set_verify_depth(context, 4)
    ERR_clear_error()
  }

  private static func unixSeconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
    var parts = unsafe tm()
    guard unsafe ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
    return Int64(unsafe timegm(&parts))
  }
}

/// The certificates of a PEM file, in order; owns one reference of each.
@safe
private struct CertificateList: ~Copyable {
  private(set) var handles: [OpaquePointer] = unsafe []

  init(parsing pem: [UInt8]) {
    guard let source = unsafe BIO_new_mem_buf(pem, Int32(pem.count)) else { return }
    defer { unsafe BIO_free(source) }
    while let certificate = unsafe PEM_read_bio_X509(source, nil, { _, _, _, _ in -1 }, nil) {
      unsafe handles.append(certificate)
    }
    // The loop ends by "no start line", which is no error once there was one certificate.
    if unsafe !handles.isEmpty { ERR_clear_error() }
  }

  deinit {
    for index in 0..<count { unsafe X509_free(handles[index]) }
  }

  var count: Int { unsafe handles.count }
  var first: OpaquePointer? { unsafe handles.first }
}
