import CurlClient
import Foundation
import TestSupport
import Testing

@testable import KubernetesAPI

@Suite struct KubernetesClientTests {
  @Test func sendsPatchesAndReturnsTheAnswer() async throws {
    try await withStub { request, connection in
      connection.respond(201, body: request.body)
    } _: { server in
      try await withClient(ClusterConfiguration(server: server.url + "/prefix", authentication: .token("t"))) {
        client in
        let response = try await client.request(
          "PATCH", ResourcePath(resource: "nodes", name: "a"), query: [QueryItem("fieldManager", "dakr")],
          body: Array("{}".utf8), contentType: "application/merge-patch+json")
        #expect(response.status == 201)
        let seen = try #require(server.requests.first)
        #expect(seen.target == "/prefix/api/v1/nodes/a?fieldManager=dakr")
        #expect(seen.headers["authorization"] == "Bearer t")
        #expect(seen.headers["content-type"] == "application/merge-patch+json")
        #expect(seen.headers["user-agent"] == "dakr-scheduler")
      }
    }
  }

  @Test(arguments: [
    (401, KubernetesFailure.Reason.unauthorized), (403, .forbidden), (404, .notFound), (409, .conflict),
    (410, .expired), (429, .throttled), (422, .rejected), (500, .server), (302, .rejected),
  ])
  func statusesBecomeReasons(status: Int, reason: KubernetesFailure.Reason) async throws {
    try await withStub { _, connection in
      connection.respond(
        status, headers: ["Location: http://127.0.0.1:1/"], body: #"{"kind":"Status","message":"because"}"#)
    } _: { server in
      try await withClient(ClusterConfiguration(server: server.url)) { client in
        let failure = await kubernetesFailure { try await client.get(.nodes) }
        #expect(failure?.reason == reason)
        #expect(failure?.status == status)
        #expect(failure.map { "\($0)" } == "GET nodes: because (HTTP \(status))")
        #expect(server.requests.count == 1)
      }
    }
  }

  @Test func aRotatedTokenIsReadWhenTheOldOneIsRefused() async throws {
    try await withStubDirectory { directory in
      let path = directory + "/token"
      try Data("old".utf8).write(to: URL(fileURLWithPath: path))
      try await withStub { request, connection in
        connection.respond(request.headers["authorization"] == "Bearer new" ? 200 : 401, body: "{}")
      } _: { server in
        try await withClient(
          ClusterConfiguration(server: server.url, authentication: .tokenFile(path, fallback: nil))
        ) { client in
          let refused = await kubernetesFailure { try await client.get(.nodes) }
          #expect(refused?.reason == .unauthorized)
          #expect(server.requests.count == 1)
          try Data("new".utf8).write(to: URL(fileURLWithPath: path))
          _ = try await client.get(.nodes)
          #expect(server.requests.last?.headers["authorization"] == "Bearer new")
        }
      }
    }
  }

  @Test func aTokenThatChangesUnderARunningWatchIsPickedUp() async throws {
    try await withStubDirectory { directory in
      let path = directory + "/token"
      let good = Shared("one")
      try Data("one".utf8).write(to: URL(fileURLWithPath: path))
      try await withStub { request, connection in
        guard request.headers["authorization"] == "Bearer \(good.value)" else {
          connection.respond(401, body: #"{"kind":"Status","message":"Unauthorized"}"#)
          return
        }
        guard request.query["watch"] == "1" else {
          connection.respond(body: TestObject.page([TestObject(name: "a", resourceVersion: "1")], version: "10"))
          return
        }
        connection.beginChunked()
        if good.value == "one" {
          // The token is rotated while the watch runs, which then ends.
          good.update { $0 = "two" }
          try? Data("two".utf8).write(to: URL(fileURLWithPath: path))
          connection.chunk(TestObject.bookmark("11"))
          connection.endChunked()
        } else {
          connection.chunk(TestObject(name: "b", resourceVersion: "12").event("ADDED"))
          connection.waitForPeerToClose()
        }
      } _: { server in
        try await withClient(
          ClusterConfiguration(server: server.url, authentication: .tokenFile(path, fallback: nil))
        ) { client in
          let mirror = Mirror()
          try await withReflector(client, mirror) { reflector in
            #expect(await stubPoll { mirror.names == ["a", "b"] })
            // The refused watch was repeated with the new token before anything failed.
            #expect(reflector.status.failures.isEmpty)
          }
        }
      }
    }
  }

  @Test func waitsAsTheServerAsks() async throws {
    let answers = Shared(0)
    try await withStub { _, connection in
      if answers.update({
        $0 += 1; return $0
      }) <= 2 {
        connection.respond(429, headers: ["Retry-After: 2"], body: "slow down")
      } else {
        connection.respond(body: "{}")
      }
    } _: { server in
      let slept = Shared<[UInt64]>([])
      var clock = KubernetesClock.hasty
      clock.sleep = { nanoseconds in slept.update { $0.append(nanoseconds) } }
      try await withClient(ClusterConfiguration(server: server.url), clock: clock) { client in
        _ = try await client.get(.nodes)
        #expect(slept.value == [2_000_000_000, 2_000_000_000])
      }
    }
  }

  @Test func listsPageByPage() async throws {
    let objects = (0..<5).map { TestObject(name: "n\($0)", resourceVersion: "\($0)") }
    try await withStub { request, connection in
      let start = Int(request.query["continue"] ?? "0") ?? 0
      let page = Array(objects[start..<min(start + 2, 5)])
      connection.respond(
        body: TestObject.page(page, version: "10", continueToken: start + 2 < 5 ? "\(start + 2)" : ""))
    } _: { server in
      try await withClient(ClusterConfiguration(server: server.url)) { client in
        let list = try await client.list(.pods, selector: ObjectSelector(labels: "a=b"), codec: TestObject.codec)
        #expect(list.items == objects)
        #expect(list.resourceVersion == "10")
        #expect(server.requests.map { $0.query["continue"] } == [nil, "2", "4"])
        #expect(server.requests.allSatisfy { $0.query["limit"] == "500" && $0.query["labelSelector"] == "a=b" })
      }
    }
  }

  @Test func aContinueTokenThatExpiresBeginsTheListAnewWithoutDoubles() async throws {
    let objects = (0..<3).map { TestObject(name: "n\($0)", resourceVersion: "\($0)") }
    try await withStub { request, connection in
      if request.query["limit"] == nil {
        connection.respond(body: TestObject.page(objects, version: "30"))
      } else if request.query["continue"] != nil {
        connection.respond(410, body: #"{"kind":"Status","code":410,"reason":"Expired","message":"gone"}"#)
      } else {
        connection.respond(body: TestObject.page([objects[0]], version: "10", continueToken: "x"))
      }
    } _: { server in
      try await withClient(ClusterConfiguration(server: server.url)) { client in
        let list = try await client.list(.pods, codec: TestObject.codec)
        #expect(list.items == objects)
        #expect(list.resourceVersion == "30")
        #expect(server.requests.count == 5)
      }
    }
  }

  @Test func aPageBeyondTheLimitIsRefused() async throws {
    try await withStub { _, connection in
      connection.respond(
        body: TestObject.page(
          [TestObject(name: String(repeating: "x", count: 10_000), resourceVersion: "1")], version: "1"))
    } _: { server in
      var limits = KubernetesLimits()
      limits.maximumPageBytes = 5000
      try await withClient(ClusterConfiguration(server: server.url), limits: limits) { client in
        #expect(await kubernetesFailure { try await client.list(.pods, codec: TestObject.codec) }?.reason == .tooLarge)
      }
    }
  }

  @Test func aDeadServerIsAConnectFailureThatNamesIt() async throws {
    let server = try StubServer { _, _ in }
    server.stop()
    try await withClient(ClusterConfiguration(server: server.url)) { client in
      let failure = await kubernetesFailure { try await client.get(.nodes) }
      #expect(failure?.reason == .connect)
      #expect(failure?.detail.contains(server.url) == true)
    }
  }

  @Test func aSilentServerEndsInATimeout() async throws {
    try await withStub { _, connection in
      connection.waitForPeerToClose()
    } _: { server in
      var limits = KubernetesLimits()
      limits.requestTimeoutMilliseconds = 200
      try await withClient(ClusterConfiguration(server: server.url), limits: limits) { client in
        #expect(await kubernetesFailure { try await client.get(.nodes) }?.reason == .timeout)
      }
    }
  }
}

/// A client over TLS and HTTP/2 with its identity in files, against `nghttpd`.
@Suite struct KubernetesClientTLSTests {
  @Test func verifiesTheServerAndShowsItsCertificate() async throws {
    try await withStubDirectory { directory in
      let certificates = try await StubServerCertificates(in: directory + "/pki")
      let pages = directory + "/pages/api/v1"
      try FileManager.default.createDirectory(atPath: pages, withIntermediateDirectories: true)
      let object = TestObject(name: "a", resourceVersion: "1")
      try Data(TestObject.page([object], version: "10").utf8).write(to: URL(fileURLWithPath: pages + "/nodes"))
      try await withStubServerProcess(
        "nghttpd",
        arguments: { port in
          ["-a", "127.0.0.1", "-V", "-d", directory + "/pages", "\(port)", certificates.serverKeyPath]
            + [certificates.serverCertificatePath]
        },
        body: { port in
          let yaml = """
            current-context: x
            clusters: [{name: c, cluster: {server: "https://127.0.0.1:\(port)", certificate-authority: pki/ca.pem}}]
            users: [{name: u, user: {client-certificate: pki/client.pem, client-key: pki/client.key}}]
            contexts: [{name: x, context: {cluster: c, user: u}}]
            """
          try Data(yaml.utf8).write(to: URL(fileURLWithPath: directory + "/config"))
          let configuration = try ClusterConfiguration.discover(
            kubeconfigPath: directory + "/config", environment: [:])
          try await withClient(configuration) { client in
            let list = try await client.list(.nodes, codec: TestObject.codec)
            #expect(list.items == [object])
            let response = try await client.get(.nodes)
            #expect(response.version == .http2)
            #expect(await kubernetesFailure { try await client.get(.pods) }?.reason == .notFound)
          }
          var anonymous = configuration
          anonymous.clientCertificate = nil
          anonymous.clientKey = nil
          try await withClient(anonymous) { client in
            #expect(await kubernetesFailure { try await client.get(.nodes) } != nil)
          }
          var distrusting = configuration
          distrusting.certificateAuthority = nil
          try await withClient(distrusting) { client in
            #expect(await kubernetesFailure { try await client.get(.nodes) }?.reason == .tls)
          }
        })
    }
  }
}
