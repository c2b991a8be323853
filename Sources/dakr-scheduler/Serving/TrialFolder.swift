/// What `serve --trial` keeps in its folder: a certificate set and a sample request.
struct TrialFolder {
  let path: String

  var certificates: CertificateSet {
    CertificateSet(
      folder: "\(path)/certs",
      serverNames: CertificatesCommand.usualNames(service: "dakr-scheduler", namespace: "dakr-system")
        .compactMap(SubjectName.init),
      clientName: "kube-scheduler", validDays: 365)
  }

  var sampleRequest: String { "\(path)/prioritize.json" }
  var schedulerConfiguration: String { "\(path)/kube-scheduler.yaml" }
}
