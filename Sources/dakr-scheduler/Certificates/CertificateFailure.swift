import COpenSSL

/// Why a certificate could not be made or read.
struct CertificateFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }

  /// A failed libcrypto call: what was being done, and the library's own words from this thread's error queue.
  static func library(_ operation: String) -> CertificateFailure {
    var words: [String] = []
    while true {
      let code = ERR_get_error()
      guard code != 0 else { break }
      var text = [CChar](repeating: 0, count: 256)
      // SAFETY: ERR_error_string_n writes at most the given length, zero included.
      unsafe text.withUnsafeMutableBufferPointer { unsafe ERR_error_string_n(code, $0.baseAddress, $0.count) }
      words.append(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
    return CertificateFailure(words.isEmpty ? operation : "\(operation): \(words.joined(separator: "; "))")
  }
}
