import ClusterModel
import TestSupport
import Testing

@testable import WireFormat

private func page<Object>(_ codec: KubernetesCodec<Object>, _ text: String) throws -> ListPage<Object> {
  let bytes = Array(text.utf8)
  return try codec.decodePage(unsafe bytes.span.bytes)
}

private func event<Object>(_ codec: KubernetesCodec<Object>, _ text: String) throws -> WatchEvent<Object> {
  let bytes = Array(text.utf8)
  return try codec.decodeEvent(unsafe bytes.span.bytes)
}

private func list(_ kind: String, _ items: [String], continueToken: String = "") -> String {
  #"{"kind":"\#(kind)","apiVersion":"v1","metadata":{"resourceVersion":"812","continue":"\#(continueToken)","#
    + #""remainingItemCount":3},"items":[\#(items.joined(separator: ","))]}"# + "\n"
}

@Suite struct KubernetesCodecTests {
  @Test(arguments: KubernetesFixture.Version.allCases)
  func `nodes are read from lists`(version: KubernetesFixture.Version) throws {
    var spec = KubernetesFixture.NodeSpec("n1")
    spec.version = version
    spec.labels = [("zone", "a")]
    spec.annotations = [("dakr.devzero.io/hourly-cost", "1.5")]
    let read = try page(.nodes, list("NodeList", [KubernetesFixture.node(spec)], continueToken: "next"))
    #expect(read.continueToken == "next")
    #expect(read.resourceVersion == "812")
    let node = try #require(read.items.first)
    #expect(node.labels == ["kubernetes.io/hostname": "n1", "kubernetes.io/os": "linux", "zone": "a"])
    #expect(node.annotations == ["dakr.devzero.io/hourly-cost": "1.5"], "others' annotations are not kept")
    #expect(node.taints == [Taint(key: "dedicated", value: "a<b", effect: .noSchedule)])
    #expect(node.isReady)
    #expect(!node.isUnschedulable)
    #expect(node.uid == KubernetesFixture.uid("n1"))
    #expect(node.allocatable.pods == 110)
    #expect(node.allocatable[extended: "hugepages-2Mi"] == 0)
  }

  @Test func `pods are read from lists`() throws {
    var spec = KubernetesFixture.PodSpec("p1")
    spec.nodeName = "n1"
    spec.phase = "Running"
    var terminating = KubernetesFixture.pod(spec)
    terminating.replace(
      #""resourceVersion":"99","#, with: #""resourceVersion":"99","deletionTimestamp":"2026-01-01T00:00:00Z","#)
    let read = try page(.pods, list("PodList", [KubernetesFixture.pod(spec), terminating]))
    #expect(read.items.map(\.nodeName) == ["n1", "n1"])
    #expect(read.items.map(\.phase) == [.running, .running])
    #expect(read.items.map(\.isTerminating) == [false, true])
    #expect(read.items.map(\.occupiesNode) == [true, true])
  }

  @Test func `watch events are read in either order of their keys`() throws {
    let node = KubernetesFixture.node(.init("n1"))
    guard case .added(let added, "4711") = try event(.nodes, #"{"type":"ADDED","object":\#(node)}"#) else {
      Issue.record("not added")
      return
    }
    #expect(added.name == "n1")
    guard case .modified(_, "4711") = try event(.nodes, #"{"object":\#(node),"type":"MODIFIED"}"#) else {
      Issue.record("not modified")
      return
    }
    guard
      case .deleted(let deleted, "99") = try event(
        .pods, #"{"type":"DELETED","object":\#(KubernetesFixture.pod(.init("p")))}"#)
    else {
      Issue.record("not deleted")
      return
    }
    #expect(deleted.uid == KubernetesFixture.uid("p"))
  }

  @Test func `bookmarks and errors are read`() throws {
    let bookmark =
      #"{"type":"BOOKMARK","object":{"kind":"Node","apiVersion":"v1","metadata":{"resourceVersion":"12746","creationTimestamp":null},"spec":{},"status":{}}}"#
    guard case .bookmark("12746") = try event(.nodes, bookmark) else {
      Issue.record("not a bookmark")
      return
    }
    let gone =
      #"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version: 1 (2)","reason":"Expired","code":410}}"#
    guard case .failed(410, "Expired", "too old resource version: 1 (2)") = try event(.nodes, gone) else {
      Issue.record("not a failure")
      return
    }
  }

  @Test(arguments: [
    #"{"type":"ADDED"}"#, #"{"object":{}}"#, #"{"type":"ADDED","object":{"metadata":{}}}"#,
    #"{"type":"NEW","object":{}}"#,
    #"{"type":"ADDED","object":null}"#, #"{"type":"BOOKMARK","object":{"metadata":{}}}"#,
    #"{"type":"ADDED","object":{"#, "",
    #"{"type":"ADDED","object":{"metadata":{"name":"n"}"#,
  ])
  func `bad watch events are refused`(line: String) {
    #expect(throws: WireFormatError.self) { try event(.nodes, line) }
  }

  @Test func `truncated lists and other kinds throw`() throws {
    let whole = Array(list("NodeList", (0..<3).map { KubernetesFixture.node(.init("n\($0)")) }).utf8)
    for count in stride(from: 0, to: whole.count - 1, by: 11) {
      #expect(throws: WireFormatError.self) { try page(.nodes, String(decoding: whole[..<count], as: UTF8.self)) }
    }
    for text in [
      #"{"kind":"Status","metadata":{},"status":"Failure","code":403}"#, #"{"kind":"NodeList","items":[]}"#,
      #"{"kind":"NodeList","metadata":{"resourceVersion":"1"}}"#, #"{"metadata":{"resourceVersion":""},"items":[]}"#,
    ] {
      #expect(throws: WireFormatError.self) { try page(.nodes, text) }
    }
    #expect(try page(.nodes, #"{"metadata":{"resourceVersion":"1"},"items":null}"#).items.isEmpty)
  }

  @Test func `secrets are decoded from base64 and shown nowhere`() throws {
    let secret =
      #"{"metadata":{"name":"token","namespace":"dakr"},"data":{"token":"aHVudGVyMg==","empty":""},"type":"Opaque"}"#
    let read = try #require(try page(.secrets, list("SecretList", [secret])).items.first)
    #expect(read.data == ["token": Array("hunter2".utf8), "empty": []])
    var dumped = ""
    dump(read, to: &dumped)
    for text in ["\(read)", String(reflecting: read), dumped] {
      #expect(!text.contains("104") && !text.contains("hunter"))
    }
    for bad in ["aHVudGVyMg=", "a", "aHVudGVyMg", "====", "aH!udGVy", "=aaa"] {
      let text = #"{"metadata":{"name":"t"},"data":{"k":"\#(bad)"}}"#
      do {
        _ = try page(.secrets, list("SecretList", [text]))
        Issue.record("\(bad) was accepted")
      } catch {
        #expect(!"\(error)".contains("udGVy"))
      }
    }
  }

  @Test func `config maps are read plain, their binary data from base64`() throws {
    let text = #"{"metadata":{"name":"c","namespace":"n"},"data":{"a":"x\ny"},"binaryData":{"b":"AAEC"}}"#
    let read = try #require(try page(.configMaps, list("ConfigMapList", [text])).items.first)
    #expect(read == KeyedData(namespace: "n", name: "c", data: ["a": Array("x\ny".utf8), "b": [0, 1, 2]]))
    guard
      case .modified(let changed, "7") = try event(
        .configMaps, #"{"type":"MODIFIED","object":{"metadata":{"name":"c","resourceVersion":"7"}}}"#)
    else {
      Issue.record("not modified")
      return
    }
    #expect(changed.data.isEmpty)
  }

  @Test func `more strings than are kept lose nothing`() throws {
    var interner = StringInterner(capacity: 512)
    for round in 0..<3 {
      for number in 0..<2_000 {
        let text = "a-rather-long-label-value-\(number)"
        let bytes = Array(text.utf8)
        let string = unsafe bytes.withUnsafeBufferPointer { unsafe interner.string($0) }
        #expect(string == text, "round \(round)")
      }
    }
  }
}

extension String {
  /// Replaces the first occurrence of `text`.
  fileprivate mutating func replace(_ text: String, with replacement: String) {
    guard let range = firstRange(of: text) else { return }
    replaceSubrange(range, with: replacement)
  }
}
