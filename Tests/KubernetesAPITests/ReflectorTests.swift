import CurlClient
import TestSupport
import Testing
import WireFormat

@testable import KubernetesAPI

/// Reflectors against a server that misbehaves as the test says.
@Suite struct ReflectorTests {
  private let a = TestObject(name: "a", resourceVersion: "1")
  private let b = TestObject(name: "b", resourceVersion: "2")

  /// Answers lists with `list` and the n-th watch (from 0) with `watch`.
  private func run(
    list: @escaping @Sendable (StubRequest, Int) -> String,
    watch: @escaping @Sendable (Int, StubRequest, StubConnection) -> Void,
    selector: ObjectSelector = .everything, path: ResourcePath = .nodes,
    _ body: (StubServer, Mirror, Reflector<TestObject>) async throws -> Void
  ) async throws {
    let lists = Shared(0)
    let watches = Shared(0)
    try await withStub { request, connection in
      if request.query["watch"] == "1" {
        watch(
          watches.update {
            $0 += 1; return $0 - 1
          }, request, connection)
      } else {
        connection.respond(
          body: list(
            request,
            lists.update {
              $0 += 1; return $0 - 1
            }))
      }
    } _: { server in
      try await withClient(ClusterConfiguration(server: server.url)) { client in
        let mirror = Mirror()
        try await withReflector(client, mirror, selector: selector, path: path) { reflector in
          try await body(server, mirror, reflector)
        }
      }
    }
  }

  private func watches(_ server: StubServer) -> [StubRequest] {
    server.requests.filter { $0.query["watch"] == "1" }
  }

  @Test func listsThenAppliesEvents() async throws {
    try await run(
      list: { _, _ in TestObject.page([a], version: "10") },
      watch: { _, _, connection in
        connection.beginChunked()
        connection.chunk(TestObject(name: "b", resourceVersion: "11").event("ADDED"))
        connection.chunk(TestObject(name: "a", resourceVersion: "12", value: "x").event("MODIFIED"))
        connection.chunk(TestObject(name: "b", resourceVersion: "13").event("DELETED"))
        connection.chunk(TestObject(name: "c", resourceVersion: "14").event("ADDED"))
        connection.waitForPeerToClose()
      }
    ) { server, mirror, reflector in
      #expect(await stubPoll { mirror.names == ["a", "c"] })
      #expect(mirror.objects["a"]?.value == "x")
      #expect(await stubPoll { reflector.status.events == 4 })
      let status = reflector.status
      #expect(status.isSynced && status.isWatching && status.failures.isEmpty && status.lists == 1)
      #expect(status.contactAgeNanoseconds(nowNanoseconds: .max) != nil)
      let watch = try #require(watches(server).first)
      #expect(watch.path == "/api/v1/nodes")
      #expect(watch.query["resourceVersion"] == "10")
      #expect(watch.query["allowWatchBookmarks"] == "true")
      #expect(watch.query["timeoutSeconds"].flatMap(Int.init).map { (300...600).contains($0) } == true)
      #expect(watch.headers["accept-encoding"] == nil)
    }
  }

  @Test func aWatchThatEndsInOrderGoesOnFromTheLastBookmark() async throws {
    try await run(
      list: { _, _ in TestObject.page([a], version: "10") },
      watch: { index, _, connection in
        connection.beginChunked()
        guard index == 0 else { return connection.waitForPeerToClose() }
        connection.chunk(TestObject(name: "b", resourceVersion: "11").event("ADDED"))
        connection.chunk(TestObject.bookmark("99"))
        connection.endChunked()
      }
    ) { server, mirror, reflector in
      #expect(await stubPoll { watches(server).count == 2 })
      #expect(watches(server).last?.query["resourceVersion"] == "99")
      #expect(mirror.replacements == 1)
      #expect(mirror.names == ["a", "b"])
      #expect(reflector.status.failures.isEmpty)
    }
  }

  @Test(arguments: [true, false])
  func aVersionThatIsGoneLeadsToANewList(asStatus: Bool) async throws {
    try await run(
      list: { _, index in
        TestObject.page(index == 0 ? [a, b] : [b], version: index == 0 ? "10" : "20")
      },
      watch: { index, _, connection in
        if index == 0 && asStatus {
          connection.respond(
            410, body: #"{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}"#)
          return
        }
        connection.beginChunked()
        guard index == 0 else { return connection.waitForPeerToClose() }
        connection.chunk(TestObject.error(410, "Expired"))
        connection.endChunked()
      }
    ) { server, mirror, reflector in
      #expect(await stubPoll { watches(server).count == 2 })
      #expect(mirror.names == ["b"])
      #expect(mirror.replacements == 2)
      #expect(watches(server).last?.query["resourceVersion"] == "20")
      #expect(reflector.status.failures == [.expired: 1])
    }
  }

  @Test func aStreamCutWithinALineIsTakenUpFromTheLastCompleteEvent() async throws {
    try await run(
      list: { _, _ in TestObject.page([a], version: "10") },
      watch: { index, _, connection in
        connection.beginChunked()
        guard index == 0 else { return connection.waitForPeerToClose() }
        connection.chunk(TestObject(name: "b", resourceVersion: "11").event("ADDED"))
        connection.chunk(#"{"type":"ADDED","object":{"metadata":{"name":"c""#)
        // The server's HTTP is in order, so that only the missing newline shows it.
        connection.endChunked()
      }
    ) { server, mirror, reflector in
      #expect(await stubPoll { watches(server).count == 2 })
      #expect(watches(server).last?.query["resourceVersion"] == "11")
      #expect(mirror.names == ["a", "b"])
      #expect(reflector.status.failures == [.truncated: 1])
    }
  }

  @Test(arguments: ["not json\n", "{\"type\":\"ODD\",\"object\":{}}\n", TestObject.error(500, "InternalError")])
  func whatCannotBeReadLeadsToANewList(line: String) async throws {
    try await run(
      list: { _, _ in TestObject.page([a], version: "10") },
      watch: { index, _, connection in
        connection.beginChunked()
        guard index == 0 else { return connection.waitForPeerToClose() }
        connection.chunk(line)
        connection.waitForPeerToClose()
      }
    ) { server, mirror, reflector in
      #expect(await stubPoll { watches(server).count == 2 })
      #expect(mirror.replacements == 2)
      #expect(reflector.status.failures.values.reduce(0, +) == 1)
    }
  }

  @Test func eventsInChunksOfOneByteAndEventsLargerThanAnyChunk() async throws {
    let large = TestObject(name: "large", resourceVersion: "11", value: String(repeating: "x", count: 500_000))
    let small = TestObject(name: "small", resourceVersion: "12")
    try await run(
      list: { _, _ in TestObject.page([], version: "10") },
      watch: { _, _, connection in
        connection.beginChunked()
        connection.chunk(large.event("ADDED"))
        for byte in Array(small.event("ADDED").utf8) { connection.chunk([byte]) }
        connection.waitForPeerToClose()
      }
    ) { _, mirror, _ in
      #expect(await stubPoll { mirror.objects == ["large": large, "small": small] })
    }
  }

  @Test func aWatchThatEndsAtOnceIsNotHammered() async throws {
    try await run(
      list: { _, _ in TestObject.page([a], version: "10") },
      watch: { _, _, connection in
        connection.beginChunked()
        connection.endChunked()
      }
    ) { server, _, reflector in
      #expect(await stubPoll { reflector.status.failures[.shortWatch] ?? 0 >= 4 })
      // At a hundredth of the real pauses (0.6, 1.2, 2.4 … s) this takes tens of milliseconds; without any, hundreds of
      // watches would have run by now.
      #expect(watches(server).count < 20)
    }
  }

  @Test(arguments: [403, 404, 500, 503])
  func aServerThatRefusesIsAskedAgainUntilItDoesNot(status: Int) async throws {
    let answers = Shared(0)
    try await withStub { request, connection in
      let number = answers.update {
        $0 += 1; return $0
      }
      if request.query["watch"] == "1" {
        connection.beginChunked()
        connection.waitForPeerToClose()
      } else if number <= 2 {
        connection.respond(status, body: #"{"kind":"Status","message":"not today"}"#)
      } else {
        connection.respond(body: TestObject.page([a], version: "10"))
      }
    } _: { server in
      try await withClient(ClusterConfiguration(server: server.url)) { client in
        let mirror = Mirror()
        try await withReflector(client, mirror) { reflector in
          #expect(await stubPoll { reflector.status.failures.values.reduce(0, +) >= 1 })
          #expect(!reflector.status.isSynced)
          #expect(reflector.status.lastFailure?.detail.contains("not today") == true)
          #expect(await stubPoll { reflector.status.isWatching })
          #expect(reflector.status.isSynced)
          #expect(reflector.status.lastFailure == nil)
          #expect(reflector.status.failures == [KubernetesFailure.Reason(status: status): 2])
        }
      }
    }
  }

  @Test func aCutListIsNotTakenForAShorterOne() async throws {
    try await run(
      list: { _, index in
        let page = TestObject.page([a, b], version: "10")
        return index == 0 ? String(page.dropLast(20)) : page
      },
      watch: { _, _, connection in
        connection.beginChunked()
        connection.waitForPeerToClose()
      }
    ) { _, mirror, reflector in
      #expect(await stubPoll { reflector.status.isWatching })
      #expect(mirror.replacements == 1)
      #expect(mirror.names == ["a", "b"])
      #expect(reflector.status.failures == [.undecodable: 1])
    }
  }

  @Test func oneObjectIsWatchedByItsName() async throws {
    try await run(
      list: { request, _ in
        request.query["fieldSelector"] == "metadata.name=token" ? TestObject.page([a], version: "10") : "wrong"
      },
      watch: { _, request, connection in
        guard request.query["fieldSelector"] == "metadata.name=token" else { return connection.respond(400).ignore() }
        connection.beginChunked()
        connection.chunk(TestObject(name: "a", resourceVersion: "11", value: "rotated").event("MODIFIED"))
        connection.waitForPeerToClose()
      },
      selector: .named("token"), path: ResourcePath(resource: "secrets", namespace: "dakr")
    ) { server, mirror, _ in
      #expect(await stubPoll { mirror.objects["a"]?.value == "rotated" })
      #expect(watches(server).first?.path == "/api/v1/namespaces/dakr/secrets")
    }
  }

  @Test func aLineBeyondTheLimitIsCountedAndDoesNotGrowMemory() async throws {
    try await withStub { request, connection in
      guard request.query["watch"] == "1" else {
        return connection.respond(body: TestObject.page([a], version: "10")).ignore()
      }
      connection.beginChunked()
      while connection.chunk([UInt8](repeating: 120, count: 10_000)) {}
      connection.close()
    } _: { server in
      var limits = KubernetesLimits()
      limits.stream.maximumLineBytes = 100_000
      try await withClient(ClusterConfiguration(server: server.url), limits: limits) { client in
        try await withReflector(client, Mirror()) { reflector in
          #expect(await stubPoll { reflector.status.failures[.tooLarge] ?? 0 >= 2 })
        }
      }
    }
  }

  @Test func cancellationEndsTheRunAndItsConnection() async throws {
    try await run(
      list: { _, _ in TestObject.page([a], version: "10") },
      watch: { _, _, connection in
        connection.beginChunked()
        connection.waitForPeerToClose()
      }
    ) { server, mirror, reflector in
      #expect(await stubPoll { reflector.status.isWatching })
      let second = Task { await reflector.run() }
      #expect(await stubPoll { watches(server).count == 2 })
      second.cancel()
      await second.value
      #expect(await stubPoll { stubClientSockets(toPort: server.port) <= 2 })
      #expect(reflector.status.failures.isEmpty)
    }
  }
}

extension Bool {
  /// For the last expression of a closure whose result is of no interest.
  fileprivate func ignore() {}
}
