import Foundation
import Testing

@testable import KubernetesAPI

@Suite struct ResourcePathTests {
  @Test(arguments: [
    (ResourcePath.nodes, "/api/v1/nodes"),
    (ResourcePath(resource: "secrets", namespace: "dakr", name: "token"), "/api/v1/namespaces/dakr/secrets/token"),
    (
      ResourcePath(group: "apps", resource: "deployments", name: "a", subresource: "scale"),
      "/apis/apps/v1/deployments/a/scale"
    ),
    (ResourcePath(resource: "nodes", name: "a/../b?x#y%"), "/api/v1/nodes/a%2F..%2Fb%3Fx%23y%25"),
    (ResourcePath(resource: "nodes", name: ".."), "/api/v1/nodes/%2E%2E"),
    (ResourcePath(resource: "nodes", name: "."), "/api/v1/nodes/%2E"),
    (ResourcePath(resource: "nodes", name: "knöten"), "/api/v1/nodes/kn%C3%B6ten"),
    (ResourcePath(endpoint: ["readyz"]), "/readyz"),
  ])
  func encodesEverySegment(path: ResourcePath, expected: String) {
    #expect(path.encoded == expected)
  }

  @Test func encodesQueries() {
    let query = [QueryItem("fieldSelector", "metadata.name=a&b"), QueryItem("continue", "x+/=")]
    #expect(
      ResourcePath.pods.encoded(query: query)
        == "/api/v1/pods?fieldSelector=metadata.name%3Da%26b&continue=x%2B%2F%3D")
    #expect(ResourcePath.pods.encoded(query: []) == "/api/v1/pods")
  }

  @Test func selectorsLeaveOutWhatIsEmpty() {
    #expect(ObjectSelector.everything.query.isEmpty)
    #expect(ObjectSelector.named("x").query == [QueryItem("fieldSelector", "metadata.name=x")])
    #expect(ObjectSelector(labels: "a=b").query == [QueryItem("labelSelector", "a=b")])
  }
}

@Suite struct Base64Tests {
  @Test(arguments: ["", "f", "fo", "foo", "foob", "fooba", "foobar", "\u{0}\u{ff}"])
  func goesThereAndBackAsFoundationDoes(text: String) {
    let bytes = Array(text.utf8)
    let encoded = Data(bytes).base64EncodedString()
    #expect(Base64.encode(bytes) == encoded)
    #expect(Base64.decode(encoded) == bytes)
    #expect(Base64.decode(encoded.map { "\($0)\n " }.joined()) == bytes)
  }

  @Test(arguments: ["Zg", "Zg=", "Zg===", "Z===", "Zm9v=", "Zm=v", "Zm9\u{f6}", "Zm9v!", "====", "-_-_"])
  func refusesWhatIsNone(text: String) {
    #expect(Base64.decode(text) == nil)
  }
}

@Suite struct DocumentValueTests {
  @Test func writesYAMLAsJSON() throws {
    let yaml = """
      text: "a \\"b\\" \\\\ \\n"
      quoted: "12"
      number: 12.5e3
      leading: 007
      yes: true
      none:
      list: [1, x, {a: b}]
      """
    let json = try DocumentValue(parsing: Array(yaml.utf8)).json
    let parsed = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(parsed["text"] as? String == "a \"b\" \\ \n")
    #expect(parsed["quoted"] as? String == "12")
    #expect(parsed["number"] as? Double == 12_500)
    #expect(parsed["leading"] as? String == "007")
    #expect(parsed["yes"] as? Bool == true)
    #expect(parsed["none"] is NSNull)
    #expect((parsed["list"] as? [Any])?.count == 3)
  }

  @Test func readsJSONWithItsEscapes() throws {
    let value = try DocumentValue(parsing: Array(#"{"a":"x\/y\u00e9\n","b":null,"c":""}"#.utf8))
    #expect(value["a"]?.text == "x/y\u{e9}\n")
    #expect(value["b"]?.text == nil)
    #expect(value["c"]?.text == "")
  }

  @Test func faultsNameThePlaceNotTheContent() {
    let failure = #expect(throws: DocumentValue.Unreadable.self) {
      try DocumentValue(parsing: Array("a: b\ntoken: hunter2: x: [\n".utf8))
    }
    #expect(failure.map { $0.detail.contains("line") && !$0.detail.contains("hunter2") } == true)
  }

  @Test func aliasesThatUnfoldWithoutEndAreRefused() {
    var yaml = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    for level in 1...9 {
      yaml += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",") + "]\n"
    }
    #expect(throws: DocumentValue.Unreadable.self) { try DocumentValue(parsing: Array(yaml.utf8)) }
  }

  @Test(
    arguments: [[0xff, 0xfe, 0x80], Array(String(repeating: "[", count: 100_000).utf8), Array("{".utf8)] as [[UInt8]])
  func rubbishIsRefused(bytes: [UInt8]) {
    #expect(throws: DocumentValue.Unreadable.self) { try DocumentValue(parsing: bytes) }
  }
}

@Suite struct ListPagerTests {
  @Test func walksPagesToTheLast() {
    var pager = ListPager(pageObjects: 2, maximumObjects: 100)
    #expect(pager.first == .request(limit: 2, continueToken: ""))
    #expect(
      pager.received(objects: 2, continueToken: "a", resourceVersion: "5") == .request(limit: 2, continueToken: "a"))
    #expect(
      pager.received(objects: 2, continueToken: "b", resourceVersion: "5") == .request(limit: 2, continueToken: "b"))
    #expect(pager.received(objects: 0, continueToken: "", resourceVersion: "5") == .finished(resourceVersion: "5"))
  }

  @Test func anExpiredTokenBeginsAnewOnceThenAsksForAll() {
    var pager = ListPager(pageObjects: 2, maximumObjects: 3)
    _ = pager.received(objects: 2, continueToken: "a", resourceVersion: "5")
    #expect(pager.expired() == .restart(limit: 2))
    _ = pager.received(objects: 2, continueToken: "a", resourceVersion: "6")
    #expect(pager.expired() == .restart(limit: nil))
    #expect(pager.received(objects: 3, continueToken: "", resourceVersion: "7") == .finished(resourceVersion: "7"))
  }

  @Test func answersThatNeverEndAreRefused() {
    var pager = ListPager(pageObjects: 2, maximumObjects: 100)
    _ = pager.received(objects: 1, continueToken: "a", resourceVersion: "5")
    #expect(pager.received(objects: 1, continueToken: "a", resourceVersion: "5").isFailure)
    #expect(pager.received(objects: 0, continueToken: "b", resourceVersion: "5").isFailure)
    #expect(pager.received(objects: 1000, continueToken: "c", resourceVersion: "5").isFailure)
    var fresh = ListPager(pageObjects: 2, maximumObjects: 100)
    #expect(fresh.expired().isFailure)
    #expect(fresh.received(objects: 1, continueToken: "", resourceVersion: "").isFailure)
  }
}

extension ListPager.Step {
  fileprivate var isFailure: Bool { if case .failed = self { true } else { false } }
}

@Suite struct BackoffTests {
  private let second: UInt64 = 1_000_000_000

  @Test func growsToItsCapAndStaysWithinItsJitter() {
    var low = Backoff()
    var high = Backoff()
    let lows = (0..<8).map { _ in low.failed(nowNanoseconds: 0, random: 0) / 1_000_000 }
    let highs = (0..<8).map { _ in high.failed(nowNanoseconds: 0, random: 0.999_999_999) / 1_000_000 }
    #expect(lows == [400, 800, 1600, 3200, 6400, 12_800, 15_000, 15_000])
    #expect(highs == [799, 1599, 3199, 6399, 12_799, 25_599, 29_999, 29_999])
    for _ in 0..<1000 { _ = high.failed(nowNanoseconds: 0, random: 0.5) }
    #expect(high.failed(nowNanoseconds: 0, random: 1) == 30 * second)
  }

  @Test func isResetByTwoMinutesOfHealthAndNothingLess() {
    var backoff = Backoff()
    for _ in 0..<10 { _ = backoff.failed(nowNanoseconds: 0, random: 1) }
    backoff.succeeded(nowNanoseconds: 100 * second)
    #expect(backoff.failed(nowNanoseconds: 219 * second, random: 1) == 30 * second)
    backoff.succeeded(nowNanoseconds: 300 * second)
    backoff.succeeded(nowNanoseconds: 400 * second)
    #expect(backoff.failed(nowNanoseconds: 420 * second, random: 1) == 800_000_000)
  }
}

@Suite struct ReflectorStateTests {
  private func watched() -> ReflectorState {
    var state = ReflectorState()
    _ = state.listed(resourceVersion: "10", random: 0)
    return state
  }

  @Test func watchesFromTheListAndThenFromTheLastEvent() {
    var state = ReflectorState()
    #expect(state.first == .list(afterNanoseconds: 0))
    #expect(
      state.listed(resourceVersion: "10", random: 0)
        == .watch(afterNanoseconds: 0, resourceVersion: "10", timeoutSeconds: 300))
    state.observed(resourceVersion: "12")
    state.observed(resourceVersion: "")
    #expect(
      state.watchEnded(.completed, nowNanoseconds: 0, random: 0.999)
        == .watch(afterNanoseconds: 0, resourceVersion: "12", timeoutSeconds: 599))
  }

  @Test(arguments: [ReflectorState.WatchEnd.expired, .inconsistent])
  func listsAgainWhereWatchAndListCouldHaveComeApart(end: ReflectorState.WatchEnd) {
    var state = watched()
    #expect(state.watchEnded(end, nowNanoseconds: 0, random: 0) == .list(afterNanoseconds: 400_000_000))
    #expect(state.watchEnded(end, nowNanoseconds: 0, random: 0) == .list(afterNanoseconds: 800_000_000))
  }

  @Test func watchesAgainFromWhereItWasAfterOtherFailures() {
    var state = watched()
    #expect(
      state.watchEnded(.failed(retryAfterSeconds: nil), nowNanoseconds: 0, random: 0)
        == .watch(afterNanoseconds: 400_000_000, resourceVersion: "10", timeoutSeconds: 300))
    #expect(
      state.watchEnded(.failed(retryAfterSeconds: 7), nowNanoseconds: 0, random: 0)
        == .watch(afterNanoseconds: 7_000_000_000, resourceVersion: "10", timeoutSeconds: 300))
    #expect(
      state.watchEnded(.failed(retryAfterSeconds: 86_400), nowNanoseconds: 0, random: 0)
        == .watch(afterNanoseconds: 60_000_000_000, resourceVersion: "10", timeoutSeconds: 300))
  }

  @Test func aListThatFailsIsTriedAgainAfterAPause() {
    var state = ReflectorState()
    #expect(
      state.listFailed(retryAfterSeconds: nil, nowNanoseconds: 0, random: 0) == .list(afterNanoseconds: 400_000_000))
    #expect(
      state.listFailed(retryAfterSeconds: -5, nowNanoseconds: 0, random: 0) == .list(afterNanoseconds: 800_000_000))
  }
}

@Suite struct FailureTests {
  @Test func retriesOnlyWhatTheServerAsksFor() {
    var pause = RetryPause()
    let asked = KubernetesFailure(.throttled, status: 429, operation: "x", detail: "y", retryAfterSeconds: 2)
    var unasked = asked
    unasked.retryAfterSeconds = nil
    var long = asked
    long.retryAfterSeconds = 3600
    var other = asked
    other.reason = .forbidden
    #expect(pause.next(after: unasked) == nil)
    #expect(pause.next(after: long) == nil)
    #expect(pause.next(after: other) == nil)
    #expect((0..<4).map { _ in pause.next(after: asked) } == [2, 2, 2, nil])
  }

  @Test func statusDocumentsAreReadAndOtherBodiesExcerpted() throws {
    let status = try #require(
      StatusDocument(Array(#"{"kind":"Status","message":"no\nway","details":{"retryAfterSeconds":3}}"#.utf8)))
    #expect(status.message == "no way")
    #expect(status.retryAfterSeconds == 3)
    #expect(StatusDocument(Array("<html>".utf8)) == nil)
    #expect(StatusDocument(Array(#"{"kind":"Pod"}"#.utf8)) == nil)
    #expect(StatusDocument.excerpt(Array("a\r\n\u{1b}[31mb".utf8)) == "a [31mb")
    #expect(StatusDocument.excerpt([UInt8](repeating: 120, count: 10_000)).count == 200)
  }
}
