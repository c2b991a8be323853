import COpenSSL

/// An ECDSA key on P-256. Owns its `EVP_PKEY`; used by one thread at a time.
@safe final class PrivateKey {
  let handle: OpaquePointer

  private init(owning handle: OpaquePointer) {
    unsafe self.handle = handle
  }

  deinit { unsafe EVP_PKEY_free(handle) }

  /// Makes a new key.
  static func generate() throws(CertificateFailure) -> PrivateKey {
    ERR_clear_error()
    guard let context = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil) else { throw .library("making a key") }
    defer { unsafe EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    // SAFETY: the context lives until the end of this function, and `key` is set where keygen answers 1.
    guard unsafe EVP_PKEY_keygen_init(context) == 1,
      unsafe EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1,
      unsafe EVP_PKEY_keygen(context, &key) == 1, let key = unsafe key
    else { throw .library("making a key on P-256") }
    return unsafe PrivateKey(owning: key)
  }

  /// Reads an unencrypted PEM key.
  init(pem: [UInt8]) throws(CertificateFailure) {
    let bio = try MemoryBIO(pem)
    guard let handle = unsafe PEM_read_bio_PrivateKey(bio.handle, nil, nil, nil) else {
      throw .library("reading a private key")
    }
    unsafe self.handle = handle
  }

  /// The key as PKCS #8 PEM, unencrypted.
  func pem() throws(CertificateFailure) -> [UInt8] {
    let bio = try MemoryBIO()
    guard unsafe PEM_write_bio_PrivateKey(bio.handle, handle, nil, nil, 0, nil, nil) == 1 else {
      throw .library("writing a private key")
    }
    return bio.contents()
  }
}

/// A growing memory buffer of libcrypto's. Owns its `BIO`.
@safe final class MemoryBIO {
  let handle: OpaquePointer

  init(_ bytes: [UInt8] = []) throws(CertificateFailure) {
    ERR_clear_error()
    guard let handle = unsafe BIO_new(BIO_s_mem()) else { throw .library("making a buffer") }
    unsafe self.handle = handle
    guard !bytes.isEmpty else { return }
    let count = Int32(clamping: bytes.count)
    // SAFETY: the bytes are valid during the closure; BIO_write copies them.
    let written = unsafe bytes.withUnsafeBytes { unsafe BIO_write(handle, $0.baseAddress, count) }
    guard written == count else { throw .library("filling a buffer") }
  }

  deinit { unsafe BIO_free(handle) }

  /// Takes everything out.
  func contents() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: unsafe BIO_ctrl_pending(handle))
    // SAFETY: BIO_read writes at most the given count into the array's storage.
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe BIO_read(handle, $0.baseAddress, Int32(clamping: $0.count))
    }
    return Array(bytes.prefix(max(0, Int(count))))
  }
}
