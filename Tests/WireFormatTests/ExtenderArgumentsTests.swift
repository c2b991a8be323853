import ClusterModel
import TestSupport
import Testing

@testable import WireFormat

private let allLabels = KeyFilter(["team", WellKnownName.checkpointNodeLabel])

func readArguments(_ text: String, names: [String] = []) throws(WireFormatError) -> ExtenderArguments {
  let bytes = Array(text.utf8)
  return try ExtenderArguments.read(unsafe bytes.span.bytes, names: NameTable(names), nodeLabels: allLabels)
}

private func failure(_ text: String) -> WireFormatError? {
  do throws(WireFormatError) {
    _ = try readArguments(text)
    return nil
  } catch {
    return error
  }
}

private let pod = KubernetesFixture.pod(.init("p"))

@Suite struct ExtenderArgumentsTests {
  @Test func `names become dense indices and unknown ones none`() throws {
    let text = #"{"Pod":\#(pod),"Nodes":null,"NodeNames":["b","x","a","\u0062",""]}"#
    let arguments = try readArguments(text, names: ["a", "b"])
    #expect(arguments.candidates.map(\.index) == [1, nil, 0, 1, nil])
    #expect(arguments.nodes == nil)
    let bytes = Array(text.utf8)
    #expect(String(decoding: bytes[arguments.candidates[3].nameRange], as: UTF8.self) == #""\u0062""#)
  }

  /// However names are written (white space, escapes, unknown ones between), each is found where it stands.
  @Test func `names are found however they are written`() throws {
    var random = SeededGenerator(seed: 5)
    let known = [
      "a", "node-1", "ip-10-0-0-1.us-east-1.compute.internal", "sixteen-bytes-16", "b-twenty-three-bytes-23",
    ]
    for _ in 0..<2_000 {
      let names = (0..<Int.random(in: 0..<9, using: &random)).map { _ in
        Int.random(in: 0..<4, using: &random) == 0 ? "other" : known.randomElement(using: &random) ?? ""
      }
      let written = names.map { name -> String in
        let isEscaped = Int.random(in: 0..<5, using: &random) == 0
        let text = isEscaped ? "\\u00\(String(name.utf8.first ?? 0, radix: 16))" + name.dropFirst() : name
        let space = Int.random(in: 0..<4, using: &random) == 0 ? " \n" : ""
        return "\(space)\"\(text)\"\(space)"
      }
      let arguments = try readArguments(
        #"{"Pod":\#(pod),"NodeNames":[\#(written.joined(separator: ","))]}"#, names: known)
      #expect(arguments.candidates.map(\.index) == names.map { known.firstIndex(of: $0) })
    }
  }

  /// A table with names that JSON writes otherwise is looked up by what is meant, not by what is written.
  @Test func `names that need escapes are compared as meant`() throws {
    let text = #"{"Pod":\#(pod),"NodeNames":["a\\b","a\u005cb","a"]}"#
    #expect(try readArguments(text, names: [#"a\b"#, #"a\\b"#, "a"]).candidates.map(\.index) == [0, 0, 2])
  }

  @Test(arguments: ["[,]", #"["a",]"#, #"["a" "b"]"#, #"["a",1]"#, #"["a"}"#, #"["a",["b"]]"#, #"["a"#])
  func `lists of names that are none are refused`(names: String) {
    #expect(failure(#"{"Pod":\#(pod),"NodeNames":\#(names)}"#) != nil)
  }

  @Test(arguments: KubernetesFixture.Version.allCases)
  func `full nodes keep their bytes and what pricing needs`(version: KubernetesFixture.Version) throws {
    var spec = KubernetesFixture.NodeSpec("node-1")
    spec.version = version
    spec.labels = [("team", "a"), ("noise", "x"), (WellKnownName.checkpointNodeLabel, "true")]
    spec.annotations = [(WellKnownName.hourlyCostAnnotation, "0.5")]
    spec.providerID = "aws:///us-east-1a/i-1"
    spec.cpu = "3920m"
    spec.memory = "15Gi"
    spec.extended = [("nvidia.com/gpu", "2")]
    let nodes = [KubernetesFixture.node(spec), KubernetesFixture.node(.init("node-2"))]
    let text = KubernetesFixture.arguments(pod: pod, nodes: nodes)
    let arguments = try readArguments(text, names: ["node-2"])
    let read = try #require(arguments.nodes?.first)
    #expect(read.name == "node-1")
    #expect(read.labels == ["team": "a", WellKnownName.checkpointNodeLabel: "true"])
    #expect(read.annotations == [WellKnownName.hourlyCostAnnotation: "0.5"])
    #expect(read.providerID == "aws:///us-east-1a/i-1")
    #expect(read.allocatable.milliCPU == 3920)
    #expect(read.allocatable.memoryBytes == 15 << 30)
    #expect(read.allocatable.gpus == 2)
    #expect(read.isCheckpointCapable)
    let bytes = Array(text.utf8)
    #expect(arguments.candidates.map { String(decoding: bytes[$0.echoRange], as: UTF8.self) } == nodes)
    #expect(
      arguments.candidates.map { String(decoding: bytes[$0.nameRange], as: UTF8.self) } == [#""node-1""#, #""node-2""#])
    #expect(arguments.candidates.map(\.index) == [nil, 0])
  }

  @Test(arguments: KubernetesFixture.Version.allCases)
  func `pods are read`(version: KubernetesFixture.Version) throws {
    var spec = KubernetesFixture.PodSpec("web-1")
    spec.version = version
    spec.namespace = "shop"
    spec.controllerUID = "rs-1"
    spec.runtimeClassName = "checkpoint"
    spec.labels.append((WellKnownName.liveMigration, "true"))
    spec.annotations = [(WellKnownName.liveMigration, "false"), ("other", "x")]
    spec.requests = [("cpu", "250m"), ("memory", "1Gi"), ("nvidia.com/gpu", "1")]
    spec.limits = [("cpu", "1"), ("memory", "1Gi"), ("nvidia.com/gpu", "1")]
    let read = try readArguments(KubernetesFixture.arguments(pod: KubernetesFixture.pod(spec), names: [])).pod
    #expect(read.namespace == "shop")
    #expect(read.name == "web-1")
    #expect(read.uid == KubernetesFixture.uid("web-1"))
    #expect(read.schedulerName == "dz-scheduler")
    #expect(read.runtimeClassName == "checkpoint")
    #expect(read.controllerUID == "rs-1")
    #expect(read.liveMigrationValue == "false", "the annotation wins over the label")
    #expect(read.demand.requests.milliCPU == 250)
    #expect(read.demand.requests.memoryBytes == 1 << 30)
    #expect(read.demand.requests.gpus == 1)
    #expect(read.demand.limits.milliCPU == 1000)
    #expect(read.phase == .pending)
  }

  @Test func `sidecars, init containers, overhead and pod-level resources count as in kube-scheduler`() throws {
    let text = #"""
      {"metadata":{"name":"p"},"spec":{
        "initContainers":[
          {"name":"proxy","restartPolicy":"Always","resources":{"requests":{"cpu":"100m"}}},
          {"name":"big","resources":{"requests":{"cpu":"2"}}}],
        "containers":[{"name":"a","resources":{"requests":{"cpu":"500m"},"limits":{"cpu":1}}},{"name":"b","resources":{}}],
        "overhead":{"cpu":"10m"},
        "resources":{"requests":{"memory":"1Gi"}}}}
      """#
    let demand = try readArguments(KubernetesFixture.arguments(pod: text, names: [])).pod.demand
    #expect(demand.requests.milliCPU == 2110)
    #expect(demand.limits.milliCPU == 2110)
    #expect(demand.requests.memoryBytes == 1 << 30)
  }

  @Test func `the order of keys, unknown keys and nulls do not matter`() throws {
    let text = #"{"Extra":{"a":[1,2,{"NodeNames":["z"]}]},"NodeNames":["a"],"Pod":\#(pod)}"#
    #expect(try readArguments(text, names: ["a"]).candidates.count == 1)
    let sparse = #"{"metadata":null,"spec":{"containers":null,"initContainers":[],"overhead":null},"status":null}"#
    let arguments = try readArguments(#"{"Pod":\#(sparse),"Nodes":{"metadata":{},"items":null},"NodeNames":null}"#)
    #expect(arguments.candidates.isEmpty)
    #expect(arguments.nodes?.isEmpty == true)
  }

  @Test func `NodeNames counts where both are there`() throws {
    let node = KubernetesFixture.node(.init("n"))
    let text = #"{"Pod":\#(pod),"Nodes":{"items":[\#(node)]},"NodeNames":["a","b"]}"#
    let arguments = try readArguments(text)
    #expect(arguments.nodes == nil)
    #expect(arguments.candidates.count == 2)
  }

  @Test(arguments: [
    (#"{"Nodes":null,"NodeNames":["a"]}"#, WireFormatError.Kind.missingField, "Pod"),
    (#"{"Pod":null,"NodeNames":["a"]}"#, .missingField, "Pod"),
    (#"{"pod":{},"nodenames":["a"]}"#, .missingField, "case-sensitive"),
    (#"{"Pod":{}}"#, .missingField, "neither NodeNames nor Nodes"),
    (#"{"Pod":{},"Nodes":null,"NodeNames":null}"#, .missingField, "neither NodeNames nor Nodes"),
    (#"{"Pod":[],"NodeNames":[]}"#, .wrongType, "Pod: expected an object"),
    (#"{"Pod":{},"NodeNames":{}}"#, .wrongType, "NodeNames: expected an array"),
    (#"{"Pod":{},"NodeNames":["a",null]}"#, .wrongType, "NodeNames[1]: expected a node's name"),
    (#"{"Pod":{},"NodeNames":[7]}"#, .wrongType, "NodeNames[0]: expected a node's name, found a number '7'"),
    (#"{"Pod":{},"Nodes":[]}"#, .wrongType, "Nodes: expected an object, found an array"),
    (#"{"Pod":{},"Nodes":{"items":[null]}}"#, .wrongType, "Nodes.items[0]"),
    (
      #"{"Pod":{},"Nodes":{"items":[{"metadata":{}}]}}"#, .missingField, "Nodes.items[0]: the node has no metadata.name"
    ),
    (#"{"Pod":{},"Pod":{},"NodeNames":[]}"#, .duplicateField, "Pod: the field stands twice"),
    (#"{"Pod":{},"NodeNames":[],"NodeNames":["a"]}"#, .duplicateField, "NodeNames"),
    (#"{"Pod":{"spec":{},"spec":{}},"NodeNames":[]}"#, .duplicateField, "Pod.spec"),
    (#"{"Pod":{"metadata":{"name":"a","n\u0061me":"b"}},"NodeNames":[]}"#, .duplicateField, "Pod.metadata"),
    (
      #"{"Pod":{"spec":{"containers":[{"resources":{"requests":{"cpu":"1O0m"}}}]}},"NodeNames":[]}"#, .invalidValue,
      "Pod.spec.containers[0].resources.requests.cpu: '\"1O0m\"' is not a quantity"
    ),
    (#"{"Pod":{"spec":{"schedulerName":5}},"NodeNames":[]}"#, .wrongType, "Pod.spec.schedulerName"),
    ("null", .wrongType, "null"), ("[]", .wrongType, "expected an object"), ("7", .wrongType, "expected an object"),
    ("hello", .syntax, "hello"), (#"{"Pod":{},"NodeNames":[]} x"#, .syntax, "follows"),
  ])
  func `bad arguments are refused with a reason`(text: String, kind: WireFormatError.Kind, message: String) {
    let error = failure(text)
    #expect(error?.kind == kind, "\(text): \(error?.description ?? "accepted")")
    #expect(error?.description.contains(message) == true, "\(text): \(error?.description ?? "accepted")")
  }

  @Test func `every truncation of a request is refused`() {
    let text = KubernetesFixture.arguments(pod: pod, nodes: [KubernetesFixture.node(.init("n"))])
    let bytes = Array(text.utf8)
    for count in stride(from: 0, to: bytes.count, by: 7) {
      let prefix = Array(bytes[..<count])
      #expect(throws: WireFormatError.self) {
        try ExtenderArguments.read(unsafe prefix.span.bytes, names: NameTable([]), nodeLabels: allLabels)
      }
    }
  }

  @Test func `counts are bounded`() {
    let names = String(repeating: #""","#, count: WireLimits.maximumNodes) + #""""#
    #expect(failure(#"{"Pod":{},"NodeNames":[\#(names)]}"#)?.kind == .tooLarge)
    let containers = String(repeating: "{},", count: WireLimits.maximumContainers) + "{}"
    #expect(failure(#"{"Pod":{"spec":{"containers":[\#(containers)]}},"NodeNames":[]}"#)?.kind == .tooLarge)
    let amounts = (0..<6000).map { #""example.com/r\#($0)":"1""# }.joined(separator: ",")
    let pod = #"{"spec":{"overhead":{\#(amounts)}}}"#
    #expect(failure(#"{"Pod":\#(pod),"NodeNames":[]}"#)?.kind == .tooLarge)
    let long = String(repeating: "x", count: 10 << 20)
    #expect(failure(#"{"Pod":{"metadata":{"name":"\#(long)"}},"NodeNames":[]}"#)?.kind == .tooLarge)
    #expect(failure(#"{"Pod":{},"NodeNames":["\#(long)"]}"#)?.kind == .tooLarge)
    // A long string that nobody reads is no error.
    #expect(failure(#"{"Pod":{"metadata":{"generateName":"\#(long)"}},"NodeNames":[]}"#) == nil)
  }
}
