import ClusterModel
import TestSupport
import Testing

@testable import WireFormat

private let pod = KubernetesFixture.pod(.init("p"))

/// What reading a body comes to, in a form that can be compared.
private func reading(_ text: String, _ table: NameTable, whole: Bool) -> String {
  let bytes = Array(text.utf8)
  do throws(WireFormatError) {
    let arguments =
      whole
      ? try ExtenderArguments.read(unsafe bytes.span.bytes, table, KeyFilter([]), .none, nil)
      : try ExtenderArguments.read(unsafe bytes.span.bytes, names: table, nodeLabels: KeyFilter([]))
    return "\(arguments.pod.name) \(arguments.nodes == nil) "
      + arguments.candidates.map { "\($0.nodeIndex)@\($0.nameRange)\($0.echoRange)" }.joined(separator: " ")
  } catch {
    return "\(error)"
  }
}

private func trailing(_ text: String, _ table: NameTable) -> TrailingNames? {
  let bytes = Array(text.utf8)
  return unsafe bytes.withUnsafeBytes { unsafe TrailingNames($0, names: table) }
}

/// However a body is read, it comes to the same.
private func expectSame(_ text: String, _ table: NameTable, _ location: SourceLocation = #_sourceLocation) {
  #expect(reading(text, table, whole: false) == reading(text, table, whole: true), sourceLocation: location)
}

@Suite struct TrailingNamesTests {
  private let names = (0..<40).map { $0 < 3 ? "n\($0)" : "ip-10-0-0-\($0).us-east-1.compute.internal" }

  @Test func `a plain list of known names is read without an index`() throws {
    let table = NameTable(["a", "node-1", "ip-10-0-0-1.us-east-1.compute.internal"])
    let text = #"{"Pod":\#(pod),"Nodes":null,"NodeNames":["node-1","ip-10-0-0-1.us-east-1.compute.internal","a"]}"#
    let list = try #require(trailing(text, table))
    #expect(list.candidates.map(\.index) == [1, 2, 0])
    #expect(Array(text.utf8)[list.start] == UInt8(ascii: "["))
    expectSame(text, table)
  }

  /// Lists in the same order, with nodes left out, in other orders and with repetitions: whatever was guessed, the answer
  /// is the same as without guessing.
  @Test func `guesses change no result`() {
    let table = NameTable(names.sorted())
    var random = SeededGenerator(seed: 11)
    var order = names
    for round in 0..<400 {
      if round % 40 == 0 { order.shuffle(using: &random) }
      var listed = order.filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
      if round % 7 == 0, let first = listed.first { listed.append(first) }
      if round % 11 == 0 { listed.append("unknown") }
      let written = listed.map { "\"\($0)\"" }.joined(separator: ",")
      expectSame(#"{"Pod":\#(pod),"NodeNames":[\#(written)]}"#, table)
    }
  }

  @Test(arguments: [
    #"["a"],"NodeNames":["b"]"#, #"["a"],"Nodes":["b"]"#, #"["a","b"]]"#, #"["a",]"#, #"["a""b"]"#, #"[,"a"]"#,
    #"["a" ,"b"]"#, #"["\u0061","b"]"#, #"["a\"","b"]"#, #"["a","b]"#, #"["a"}],"x":["a"]"#, #"["x","b"]"#, #"[""]"#,
    #"[["a"]]"#, #"["ab"]"#, #"["a","b","a","b","a"]"#, #"["a"],"x":"[\"a\"]"#, #"["a""#, #"["a","b":"c"]"#,
  ])
  func `whatever is written otherwise is read as before`(list: String) {
    expectSame(#"{"Pod":\#(pod),"NodeNames":\#(list)}"#, NameTable(["a", "b"]))
  }

  @Test(arguments: [
    #"{"Pod":{"NodeNames":["a"]}"#, #"{"x":{"NodeNames":["a"]}"#, #"{"NodeNames":["a"]}"#, #"["NodeNames":["a"]}"#,
    #"{"Pod":1,"NodeNames":["a"]}"#, #"{"Pod":{"metadata":{"name":"p"}},"Pod":{},"NodeNames":["a"]}"#,
    #"{"Pod":{"metadata":{"name":"\#u{1}"}},"NodeNames":["a"]}"#, #"{"Pod":{"x":"\"NodeNames\":["},"NodeNames":["a"]}"#,
    #"{"NodeNames":null,"Pod":{},"NodeNames":["a"]}"#, #"{"Pod":{},"Nodes":{"items":[{}]},"NodeNames":["a"]}"#,
    #"{"Pod":{"x":"NodeNames":["a"]}"#, #""NodeNames":["a"]}"#, #"{"Pod":{}"NodeNames":["a"]}"#, #"["a"]}"#,
    #"{"Pod":{},,"NodeNames":["a"]}"#, #"{"Pod":{},"NodeNames":["a"]}}"#,
    #"{"Pod":{"NodeNames":["a"]},"NodeNames":["a"]}"#,
  ])
  func `what stands before the names is checked as before`(text: String) {
    expectSame(text, NameTable(["a", "b"]))
  }

  /// Names with characters that JSON escapes cannot be compared as written.
  @Test func `tables with other names are not used`() {
    let table = NameTable(["a", #"b\c"#])
    #expect(trailing(#"{"Pod":{},"NodeNames":["a"]}"#, table) == nil)
    expectSame(#"{"Pod":\#(pod),"NodeNames":["a","b\\c"]}"#, table)
  }

  @Test func `names beyond the limit are refused as before`() {
    let long = String(repeating: "n", count: WireLimits.maximumStringBytes)
    for name in [long, long + "n", String(long.dropLast(2))] {
      expectSame(#"{"Pod":\#(pod),"NodeNames":["a","\#(name)","a","\#(name)"]}"#, NameTable(["a", name]))
      expectSame(#"{"Pod":\#(pod),"NodeNames":["a","\#(name)"]}"#, NameTable(["a", name]))
    }
  }
}
