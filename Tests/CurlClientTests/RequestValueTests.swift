import Testing

@testable import CurlClient

@Suite struct URLPartsTests {
  @Test(arguments: [
    ("https://host", "https", "host", 443, ""),
    ("HTTPS://host/", "https", "host", 443, "/"),
    ("http://host:8080/a/b?c=d#e", "http", "host", 8080, "/a/b?c=d#e"),
    ("https://10.0.0.1:6443?x", "https", "10.0.0.1", 6443, "?x"),
    ("https://[::1]:6443/x", "https", "::1", 6443, "/x"),
    ("https://[fe80::1]", "https", "fe80::1", 443, ""),
  ])
  func takesURLsApart(url: String, scheme: String, host: String, port: Int, rest: String) throws {
    let parts = try #require(URLParts(url))
    #expect(parts.scheme == scheme)
    #expect(parts.host == host)
    #expect(parts.port == port)
    #expect(parts.rest == rest)
  }

  @Test(arguments: [
    "", "host", "https:", "https:/host", "https://", "https://:443", "https://user@host", "https://u:p@host/",
    "https://host:", "https://host:0", "https://host:65536", "https://host:+1", "https://a:b:c", "https://[::1",
    "https://[::1]x", "https://host\\@evil", "://host",
  ])
  func refusesWhatIsNotOne(url: String) {
    #expect(URLParts(url) == nil)
  }
}

@Suite struct RequestValidationTests {
  private func refusal(_ change: (inout HTTPRequest) -> Void) -> CurlFailure? {
    var request = HTTPRequest(url: "https://host/path")
    change(&request)
    do throws(CurlFailure) {
      try request.validate()
      return nil
    } catch {
      return error
    }
  }

  @Test func takesAnOrdinaryRequest() {
    #expect(refusal { $0.headers = [("Authorization", "Bearer x"), ("X-Empty", "")] } == nil)
  }

  @Test(arguments: [
    "file:///etc/passwd", "ftp://host/", "http://host/", "https://h/a b", "https://h/\r\nX: y", "https://h/ü",
  ])
  func refusesURLs(url: String) {
    #expect(refusal { $0.url = url }?.kind == .invalidRequest)
  }

  @Test func takesPlaintextOnlyWhereAllowed() {
    #expect(
      refusal {
        $0.url = "http://127.0.0.1/"; $0.allowsPlaintext = true
      } == nil)
  }

  @Test(arguments: ["", "GET /", "G\r\nET", "GÉT"])
  func refusesMethods(method: String) {
    #expect(refusal { $0.method = method }?.kind == .invalidRequest)
  }

  @Test(arguments: [("X-A", "b\r\nX-C: d"), ("X-A", "\0"), ("", "b"), ("X A", "b"), ("X-A:", "b"), ("X-A\n", "b")])
  func refusesHeadersThatWouldSmuggle(name: String, value: String) {
    #expect(refusal { $0.headers = [(name, value)] }?.kind == .invalidRequest)
  }

  @Test func refusesHalfAPair() {
    #expect(refusal { $0.tls.clientCertificatePEM = [1] }?.kind == .invalidRequest)
    #expect(refusal { $0.tls.clientKeyPEM = [1] }?.kind == .invalidRequest)
  }

  @Test func refusesTimeoutsThatLibcurlWouldReadAsNone() {
    #expect(refusal { $0.timeoutMilliseconds = 0 }?.kind == .invalidRequest)
    #expect(refusal { $0.connectTimeoutMilliseconds = -1 }?.kind == .invalidRequest)
  }

  @Test func descriptionsHoldNoSecrets() {
    var request = HTTPRequest(
      method: "POST", url: "https://host/path?token=hunter2", headers: [("Authorization", "Bearer hunter2")],
      body: Array("hunter2".utf8))
    request.tls.clientKeyPEM = Array("hunter2".utf8)
    #expect("\(request)" == "POST https://host/path")
    #expect(!"\(request.tls)".contains("hunter2"))
    request.url = "https://u:hunter2@host/"
    #expect(!"\(request)".contains("hunter2"))
    #expect(refusal { $0.url = "https://u:hunter2@host/" }.map { !"\($0)".contains("hunter2") } == true)
    #expect(refusal { $0.headers = [("X-A", "hunter2\r\n")] }.map { !"\($0)".contains("hunter2") } == true)
  }
}

@Suite struct ConnectTargetTests {
  @Test func aServerNameReplacesTheHostOnlyForTLS() throws {
    let target = try ConnectTarget(
      HTTPRequest(url: "https://10.0.0.1:6443/api?x=1", tls: TLSOptions(serverName: "kubernetes")))
    #expect(target.url == "https://kubernetes:6443/api?x=1")
    #expect(target.connectTo == ["::10.0.0.1:6443"])
    #expect(target.headerLines.contains("Host: 10.0.0.1:6443"))
  }

  @Test func anAddressOfVersion6KeepsItsBrackets() throws {
    let target = try ConnectTarget(HTTPRequest(url: "https://[::1]/", tls: TLSOptions(serverName: "kubernetes")))
    #expect(target.connectTo == ["::[::1]:443"])
    #expect(target.headerLines.contains("Host: [::1]"))
  }

  @Test func contentWithoutTypeIsNotCalledAForm() throws {
    #expect(
      try ConnectTarget(HTTPRequest(method: "POST", url: "https://h/")).headerLines.contains("Content-Type:"))
    let typed = HTTPRequest(method: "POST", url: "https://h/", headers: [("content-type", "application/json")])
    #expect(try !ConnectTarget(typed).headerLines.contains("Content-Type:"))
  }
}

@Suite struct ResponseHeadTests {
  private func parse(_ lines: [String]) -> ResponseHead? {
    var head = ResponseHead()
    for line in lines where !head.receive(Array((line + "\r\n").utf8)) { return nil }
    return head
  }

  @Test func readsTheFinalBlock() throws {
    let head = try #require(
      parse([
        "HTTP/1.1 103 Early", "Link: x", "", "HTTP/1.1 200 OK", "Content-Length:  12 ", "A: b:c", "", "T: trailer",
      ]))
    #expect(head.isComplete)
    #expect(head.status == 200)
    #expect(head.contentLength == 12)
    #expect(head.headers["content-LENGTH"] == "12")
    #expect(head.headers["a"] == "b:c")
    #expect(head.headers["link"] == nil)
    #expect(head.headers["t"] == nil)
  }

  @Test(arguments: [["HTTP/2 200"], [], ["HTTP/1.1 100 Continue", ""], ["HTTP/1.1", ""], ["garbage", ""]])
  func isIncompleteWithoutAFinalBlock(lines: [String]) throws {
    #expect(try #require(parse(lines)).isComplete == false)
  }

  @Test(arguments: ["-1", "x", "99999999999999999999", ""])
  func nonsenseIsNoLength(length: String) throws {
    #expect(try #require(parse(["HTTP/1.1 200 OK", "Content-Length: \(length)", ""])).contentLength == nil)
  }

  @Test func isBounded() {
    #expect(parse(["HTTP/1.1 200 OK"] + (0...ResponseHead.maximumFields).map { "X-\($0): y" }) == nil)
    #expect(parse(["HTTP/1.1 200 OK", "X: " + String(repeating: "y", count: ResponseHead.maximumBytes)]) == nil)
  }
}
