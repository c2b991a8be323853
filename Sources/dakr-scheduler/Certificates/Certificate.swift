import COpenSSL
import Glibc

/// What a certificate is for: decides its extensions (RFC 5280 §4.2).
enum CertificateUse: Sendable {
  case authority
  case server(names: [SubjectName])
  case client
}

/// A name that a server certificate is valid for.
enum SubjectName: Sendable, Equatable {
  case dns(String)
  case ip(String)

  /// Reads a host name or an IP address; nil for anything else, so that no text can add extensions of its own.
  init?(_ text: String) {
    var storage = in6_addr()
    // SAFETY: inet_pton writes at most the size of an IPv6 address into `storage`.
    if unsafe inet_pton(AF_INET, text, &storage) == 1 || inet_pton(AF_INET6, text, &storage) == 1 {
      self = .ip(text)
      return
    }
    let name = text.hasPrefix("*.") ? text.dropFirst(2) : text[...]
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    let isHostName = labels.allSatisfy { label in
      (1...63).contains(label.utf8.count)
        && label.utf8.allSatisfy { (97...122).contains($0 | 0x20) || (48...57).contains($0) || $0 == 45 }
    }
    guard !labels.isEmpty, isHostName, text.utf8.count <= 253 else { return nil }
    self = .dns(text)
  }

  /// The notation of OpenSSL's `subjectAltName`.
  var extensionText: String {
    switch self {
    case .dns(let name): "DNS:\(name)"
    case .ip(let address): "IP:\(address)"
    }
  }
}

/// An X.509 version 3 certificate. Owns its `X509`; used by one thread at a time.
@safe final class Certificate {
  let handle: OpaquePointer

  /// Issues a certificate for `key`, signed by `issuer`, or by `key` itself where that is nil.
  ///
  /// Valid from an hour ago, so that clocks may differ a little, for `validDays` days from now.
  init(
    commonName: String, use: CertificateUse, key: PrivateKey, issuer: (certificate: Certificate, key: PrivateKey)?,
    validDays: Int
  ) throws(CertificateFailure) {
    ERR_clear_error()
    guard let handle = unsafe X509_new() else { throw .library("making a certificate") }
    unsafe self.handle = handle
    let operation = "making the certificate of \(commonName)"
    // SAFETY: everything below lives at least as long as this initialiser; X509_* setters copy what they are given.
    unsafe X509_set_version(handle, 2)
    try setSerialNumber()
    guard unsafe X509_time_adj_ex(X509_getm_notBefore(handle), 0, -3_600, nil) != nil,
      unsafe X509_time_adj_ex(X509_getm_notAfter(handle), Int32(clamping: validDays), 0, nil) != nil,
      unsafe X509_set_pubkey(handle, key.handle) == 1
    else { throw .library(operation) }
    let name = Array(commonName.utf8)
    guard let subject = unsafe X509_get_subject_name(handle),
      unsafe X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_FLAG, name, Int32(clamping: name.count), -1, 0) == 1
    else { throw .library(operation) }
    let issuerName = unsafe X509_get_subject_name(issuer?.certificate.handle ?? handle)
    guard unsafe X509_set_issuer_name(handle, issuerName) == 1 else { throw .library(operation) }
    for (identifier, value) in Self.extensions(for: use) {
      try add(identifier, value, issuer: issuer?.certificate)
    }
    guard unsafe X509_sign(handle, (issuer?.key ?? key).handle, EVP_sha256()) > 0 else { throw .library(operation) }
  }

  /// Reads the first certificate of a PEM file.
  init(pem: [UInt8]) throws(CertificateFailure) {
    let bio = try MemoryBIO(pem)
    guard let handle = unsafe PEM_read_bio_X509(bio.handle, nil, nil, nil) else {
      throw .library("reading a certificate")
    }
    unsafe self.handle = handle
  }

  deinit { unsafe X509_free(handle) }

  func pem() throws(CertificateFailure) -> [UInt8] {
    let bio = try MemoryBIO()
    guard unsafe PEM_write_bio_X509(bio.handle, handle) == 1 else { throw .library("writing a certificate") }
    return bio.contents()
  }

  /// Whether `key` is the certificate's key.
  func belongs(to key: PrivateKey) -> Bool { unsafe X509_check_private_key(handle, key.handle) == 1 }

  /// Whether less than `days` of its validity are left.
  func expires(withinDays days: Int) -> Bool {
    var moment = time(nil) + days * 86_400
    // SAFETY: the pointers are to the certificate, which lives, and to a local variable.
    return unsafe X509_cmp_time(X509_get0_notAfter(handle), &moment) <= 0
  }

  /// Extension and value in the notation of x509v3_config(5).
  private static func extensions(for use: CertificateUse) -> [(Int32, String)] {
    switch use {
    case .authority:
      [
        (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"), (NID_key_usage, "critical,keyCertSign,cRLSign"),
        (NID_subject_key_identifier, "hash"),
      ]
    case .server(let names):
      [
        (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
        (NID_ext_key_usage, "serverAuth"), (NID_subject_key_identifier, "hash"),
        (NID_authority_key_identifier, "keyid:always"),
        (NID_subject_alt_name, names.map(\.extensionText).joined(separator: ",")),
      ]
    case .client:
      [
        (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
        (NID_ext_key_usage, "clientAuth"), (NID_subject_key_identifier, "hash"),
        (NID_authority_key_identifier, "keyid:always"),
      ]
    }
  }

  /// 127 random bits: positive, and at most 20 octets (RFC 5280 §4.1.2.2).
  private func setSerialNumber() throws(CertificateFailure) {
    guard let number = unsafe BN_new() else { throw .library("making a serial number") }
    defer { unsafe BN_free(number) }
    guard unsafe BN_rand(number, 127, 0, 0) == 1,
      unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(handle)) != nil
    else { throw .library("making a serial number") }
  }

  private func add(_ identifier: Int32, _ value: String, issuer: Certificate?) throws(CertificateFailure) {
    var context = unsafe X509V3_CTX()
    // SAFETY: the context only lends the two certificates to the next call; both outlive it. It has no database
    // (`db` is nil), which the values above do not need.
    unsafe X509V3_set_ctx(&context, issuer?.handle ?? handle, handle, nil, nil, 0)
    guard let made = unsafe X509V3_EXT_nconf_nid(nil, &context, identifier, value) else {
      throw .library("making the certificate extension \(value)")
    }
    defer { unsafe X509_EXTENSION_free(made) }
    guard unsafe X509_add_ext(handle, made, -1) == 1 else { throw .library("adding the extension \(value)") }
  }
}
