/// A certificate authority with a server and a client certificate, as six PEM files in one folder.
struct CertificateSet: Sendable {
  /// The folder's files; the names are those of Kubernetes' `kubernetes.io/tls` Secrets where there are any.
  enum File: String, CaseIterable {
    case authority = "ca.crt"
    case authorityKey = "ca.key"
    case server = "tls.crt"
    case serverKey = "tls.key"
    case client = "client.crt"
    case clientKey = "client.key"
  }

  var folder: String
  /// What the server certificate is valid for; at least one.
  var serverNames: [SubjectName]
  /// The client certificate's common name.
  var clientName: String
  /// Validity of the server and client certificates. The authority lives ten years.
  var validDays: Int

  func path(_ file: File) -> String { "\(folder)/\(file.rawValue)" }

  /// Files of the set that are there already.
  var existing: [String] { File.allCases.map(path).filter(PrivateFile.exists) }

  /// Makes all six files, replacing what is there.
  func make() throws {
    try PrivateFile.makeFolder(folder)
    let key = try PrivateKey.generate()
    let authority = try Certificate(
      commonName: "dakr-scheduler CA", use: .authority, key: key, issuer: nil, validDays: 3_650)
    try PrivateFile.write(key.pem(), to: path(.authorityKey))
    try PrivateFile.write(authority.pem(), to: path(.authority))
    try issue(by: (authority, key))
  }

  /// Makes a new server and client certificate by the authority that is there, so that nobody has to be told of a
  /// new one.
  func renew() throws {
    let limit = 1 << 20
    let key = try PrivateKey(pem: PrivateFile.read(path(.authorityKey), maximumBytes: limit))
    let authority = try Certificate(pem: PrivateFile.read(path(.authority), maximumBytes: limit))
    guard authority.belongs(to: key) else {
      throw CertificateFailure("\(path(.authorityKey)) is not the key of \(path(.authority))")
    }
    try issue(by: (authority, key))
  }

  /// Whether the set is complete and its server and client certificates live for another week.
  var isUsable: Bool {
    guard existing.count == File.allCases.count else { return false }
    for file in [File.server, .client] {
      guard let pem = try? PrivateFile.read(path(file), maximumBytes: 1 << 20),
        let certificate = try? Certificate(pem: pem), !certificate.expires(withinDays: 7)
      else { return false }
    }
    return true
  }

  private func issue(by issuer: (certificate: Certificate, key: PrivateKey)) throws {
    let serverKey = try PrivateKey.generate()
    let server = try Certificate(
      commonName: "dakr-scheduler", use: .server(names: serverNames), key: serverKey, issuer: issuer,
      validDays: validDays)
    let clientKey = try PrivateKey.generate()
    let client = try Certificate(
      commonName: clientName, use: .client, key: clientKey, issuer: issuer, validDays: validDays)
    try PrivateFile.write(serverKey.pem(), to: path(.serverKey))
    try PrivateFile.write(server.pem(), to: path(.server))
    try PrivateFile.write(clientKey.pem(), to: path(.clientKey))
    try PrivateFile.write(client.pem(), to: path(.client))
  }
}
