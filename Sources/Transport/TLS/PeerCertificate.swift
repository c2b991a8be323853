internal import COpenSSL

/// Reading the names of a client certificate that libssl has verified.
enum PeerCertificate {
  /// The names; nil where one of them holds a NUL byte or cannot be decoded, which is how names are forged.
  static func identity(of certificate: OpaquePointer) -> PeerIdentity? {
    var commonName: String?
    if let subject = unsafe X509_get_subject_name(certificate) {
      var index = unsafe X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
      while index >= 0 {
        guard let text = unsafe nameEntry(subject, index) else { return nil }
        commonName = text
        index = unsafe X509_NAME_get_index_by_NID(subject, NID_commonName, index)
      }
    }
    guard let alternatives = unsafe alternativeNames(of: certificate) else { return nil }
    return PeerIdentity(commonName: commonName, dnsNames: alternatives.dns, uriNames: alternatives.uri)
  }

  private static func nameEntry(_ subject: OpaquePointer, _ index: Int32) -> String? {
    guard let entry = unsafe X509_NAME_get_entry(subject, index),
      let value = unsafe X509_NAME_ENTRY_get_data(entry)
    else { return nil }
    var utf8: UnsafeMutablePointer<UInt8>? = nil
    let count = unsafe ASN1_STRING_to_UTF8(&utf8, value)
    guard count >= 0, let bytes = unsafe utf8 else { return nil }
    defer { unsafe CRYPTO_free(bytes, nil, 0) }
    return unsafe text(UnsafeBufferPointer(start: bytes, count: Int(count)))
  }

  private static func alternativeNames(of certificate: OpaquePointer) -> (dns: [String], uri: [String])? {
    var dns: [String] = []
    var uri: [String] = []
    guard let found = unsafe X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return (dns, uri) }
    // SAFETY: for this extension the function returns a GENERAL_NAMES that the caller owns.
    let names = OpaquePointer(found)
    defer { unsafe GENERAL_NAMES_free(names) }
    let count = unsafe COpenSSL_general_names_count(names)
    for index in 0..<count {
      var kind: Int32 = 0
      guard let name = unsafe COpenSSL_general_names_at(names, index),
        let string = unsafe COpenSSL_general_name_text(name, &kind)
      else { continue }
      let bytes = unsafe UnsafeBufferPointer(
        start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string)))
      guard let text = unsafe text(bytes) else { return nil }
      if kind == GEN_DNS { dns.append(text) } else { uri.append(text) }
    }
    return (dns, uri)
  }

  private static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    guard unsafe !bytes.contains(0) else { return nil }
    return unsafe String(validating: bytes, as: UTF8.self)
  }
}
