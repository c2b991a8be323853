import NIOCore
import Testing
import Transport

@testable import dakr_scheduler

@Suite struct RouteTests {
  @Test(arguments: [
    ("/filter", Route.filter), ("/v1/filter", .filter), ("//filter", .filter), ("/a/b/c/prioritize", .prioritize),
    ("/preempt", .preempt), ("/metrics", .metrics), ("/healthz", .healthz), ("/livez", .livez), ("/readyz", .readyz),
    ("/version", .version), ("/explain", .explain), ("/prices", .prices),
  ])
  func known(path: String, route: Route) {
    #expect(Route(path: path) == route)
  }

  @Test(arguments: [
    "", "/", "filter", "*", "/Filter", "/filter/", "/bind", "/v1/metrics", "/filter%20", "/metrics/", "//readyz",
    "/x/filter/y",
  ])
  func unknown(path: String) {
    #expect(Route(path: path) == nil)
  }
}

@Suite struct AdmissionTests {
  private func head(
    _ method: String, _ path: String, type: String? = "application/json", encoding: String? = nil,
    peer: PeerIdentity? = nil, isSecure: Bool = true
  ) -> ServerRequestHead {
    ServerRequestHead(
      method: method, path: path, contentType: type, contentEncoding: encoding, peer: peer, isSecure: isSecure)
  }

  /// The status of the refusal; 0 where the request may go on.
  private func status(_ admission: Admission, _ head: ServerRequestHead) -> Int {
    switch admission.decide(head) {
    case .go: 0
    case .refuse(let response): response.status
    }
  }

  private let open = Admission(needsClientCertificate: false, allowedNames: [])
  private let closed = Admission(needsClientCertificate: true, allowedNames: [])
  private let named = Admission(needsClientCertificate: true, allowedNames: ["kube-scheduler", "spiffe://a/b"])

  @Test func methodsAndPaths() {
    #expect(status(open, head("POST", "/filter")) == 0)
    #expect(status(open, head("GET", "/filter")) == 405)
    #expect(status(open, head("POST", "/metrics")) == 405)
    #expect(status(open, head("GET", "/metrics", type: nil)) == 0)
    #expect(status(open, head("POST", "/bind")) == 404)
    guard case .refuse(let refusal) = open.decide(head("PUT", "/prioritize")) else {
      Issue.record("PUT was let through")
      return
    }
    #expect(refusal.extraHeaders.map { "\($0.name): \($0.value)" } == ["allow: POST"])
  }

  @Test func contentTypes() {
    for type in ["application/json", "application/json; charset=utf-8", "Application/JSON", " application/json ;x"] {
      #expect(status(open, head("POST", "/filter", type: type)) == 0, "\(type)")
    }
    for type in [nil, "", "text/plain", "application/jsonp", "application/json, text/plain"] {
      #expect(status(open, head("POST", "/filter", type: type)) == 415)
    }
    #expect(status(open, head("POST", "/filter", encoding: "gzip")) == 415)
    #expect(status(open, head("POST", "/filter", encoding: "identity")) == 0)
  }

  @Test func confidentialRoutesNeedHTTPS() {
    for (method, path) in [("POST", "/filter"), ("GET", "/explain"), ("GET", "/prices")] {
      #expect(status(open, head(method, path, isSecure: false)) == 404)
    }
    for path in ["/metrics", "/healthz", "/livez", "/readyz", "/version"] {
      #expect(status(open, head("GET", path, isSecure: false)) == 0)
    }
  }

  @Test func clientCertificates() {
    let scheduler = PeerIdentity(commonName: "kube-scheduler")
    #expect(status(closed, head("POST", "/filter")) == 401)
    #expect(status(closed, head("GET", "/explain")) == 401)
    #expect(status(closed, head("GET", "/readyz")) == 0)
    #expect(status(closed, head("POST", "/filter", peer: PeerIdentity(commonName: nil))) == 0)
    #expect(status(named, head("POST", "/filter", peer: scheduler)) == 0)
    #expect(
      status(named, head("POST", "/filter", peer: PeerIdentity(commonName: "x", dnsNames: ["kube-scheduler"]))) == 0)
    #expect(
      status(named, head("POST", "/filter", peer: PeerIdentity(commonName: nil, uriNames: ["spiffe://a/b"]))) == 0)
    for name in ["Kube-Scheduler", "kube-scheduler.", "kube", ""] {
      #expect(status(named, head("POST", "/filter", peer: PeerIdentity(commonName: name))) == 403, "\(name)")
    }
  }
}

@Suite struct HealthTests {
  private func text(_ response: ServerResponse) -> String {
    response.body.map { String(buffer: $0) }.joined()
  }

  @Test func readinessNamesWhatFails() {
    let health = Health(checks: [
      HealthCheck(name: "tls") { nil }, HealthCheck(name: "informer-nodes") { "not yet listed" },
    ])
    let response = health.ready(query: nil)
    #expect(response.status == 503)
    #expect(
      text(response) == """
        [+]ping ok
        [+]tls ok
        [-]informer-nodes failed: not yet listed
        readyz check failed

        """)
  }

  @Test func readinessIsShortUnlessAsked() {
    let aged = HealthCheck(name: "prices", problem: { nil }, note: { "5 s old" })
    let health = Health(checks: [HealthCheck(name: "tls") { nil }, aged])
    #expect(text(health.ready(query: nil)) == "ok")
    #expect(
      text(health.ready(query: "verbose")) == "[+]ping ok\n[+]tls ok\n[+]prices ok: 5 s old\nreadyz check passed\n")
    #expect(text(health.ready(query: "a=1&verbose=true")).hasPrefix("[+]ping"))
    #expect(text(health.ready(query: "verbose=false")) == "ok")
    #expect(text(health.live(.livez, query: nil)) == "ok")
  }

  @Test func stoppingIsNotReadyButAlive() {
    let health = Health(checks: [])
    health.beginStopping()
    #expect(health.ready(query: nil).status == 503)
    #expect(text(health.ready(query: nil)).contains("[-]shutdown failed"))
    #expect(health.live(.healthz, query: nil).status == 200)
  }
}
