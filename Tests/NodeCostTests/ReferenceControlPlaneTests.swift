import Foundation
import TestSupport
import Testing

@testable import NodeCost

@Suite struct ReferenceControlPlaneTests {
  let plane = ReferenceControlPlane(
    clusterID: "c", clusterName: "prod", teamID: "t", nodes: ControlPlaneRefresherTests.nodes,
    tokens: ["first", "", "second"])

  func ask(
    _ method: String, _ body: String, authorization: String? = "Bearer first", verb: String = "POST",
    type: String = "application/json", version: String = "1"
  ) -> ReferenceResponse {
    var headers = ["content-type": type, "connect-protocol-version": version]
    headers["authorization"] = authorization
    return plane.respond(
      to: ReferenceRequest(method: verb, path: "/api.v1." + method, headers: headers, body: Array(body.utf8)))
  }

  static let groups = "K8SService/GetNodeGroups"
  static let body = #"{"teamId":"t","clusterId":"c"}"#

  @Test(arguments: [
    ("ClusterService/GetClusterIDByName", #"{"teamId":"t","name":"prod"}"#, #"{"id":"c"}"#),
    (
      "K8SService/GetNode", #"{"teamId":"t","clusterId":"c","nodeId":"b"}"#,
      #"{"node":{"id":"b","name":"b","moneyPricePerHour":{"currencyCode":"USD","units":"1","nanos":750000000}}}"#
    ),
    (
      "K8SService/GetNode", #"{"teamId":"t","clusterId":"c","nodeUid":"u-1"}"#,
      #"{"node":{"id":"u-1","name":"a","instanceType":"m5.large","region":"us-east-1","zone":"us-east-1a","moneyPricePerHour":{"currencyCode":"USD","nanos":96000000}}}"#
    ),
  ])
  func answers(method: String, body: String, expected: String) {
    let answer = ask(method, body)
    #expect(answer.status == 200 && answer.code == nil)
    #expect(String(decoding: answer.body, as: UTF8.self) == expected)
  }

  @Test func listsNodesAsAnotherParserReadsThem() throws {
    struct Groups: Decodable {
      struct Group: Decodable { let nodes: [Node] }
      struct Node: Decodable { let name: String }
      let nodeGroups: [Group]
    }
    let answer = ask(Self.groups, Self.body)
    let groups = try JSONDecoder().decode(Groups.self, from: Data(answer.body))
    #expect(groups.nodeGroups.flatMap(\.nodes).map(\.name) == ["a", "b", "quote\"d"])
    let empty = ReferenceControlPlane(clusterID: "c", nodes: [], tokens: ["first"]).respond(
      to: ReferenceRequest(
        method: "POST", path: "/api.v1." + Self.groups,
        headers: ["authorization": "bearer first", "content-type": "application/json; charset=utf-8"],
        body: Array(Self.body.utf8)))
    #expect(empty.status == 200 && empty.body == Array("{}".utf8))
  }

  @Test func takesEitherTokenAndNoOther() {
    #expect(ask(Self.groups, Self.body, authorization: "Bearer second").status == 200)
    for header in [
      nil, "", "Bearer", "Bearer ", "Bearer firs", "Bearer firstx", "Bearer firstfirst", "Basic first", "first",
    ] {
      let answer = ask(Self.groups, Self.body, authorization: header)
      #expect(answer.status == 401 && answer.code == .unauthenticated)
    }
    let closed = ReferenceControlPlane(nodes: [], tokens: [""])
    let answer = closed.respond(
      to: ReferenceRequest(method: "POST", path: "/", headers: ["authorization": "Bearer "], body: []))
    #expect(answer.status == 401)
  }

  @Test func refusesWhatIsNoCall() {
    let cases: [(ReferenceResponse, Int, ConnectCode)] = [
      (ask(Self.groups, Self.body, verb: "GET"), 501, .unimplemented),
      (ask("K8SService/DropEverything", Self.body), 501, .unimplemented),
      (ask(Self.groups, Self.body, type: "application/proto"), 400, .invalidArgument),
      (ask(Self.groups, Self.body, version: "2"), 400, .invalidArgument),
      (ask(Self.groups, "{"), 400, .invalidArgument),
      (ask(Self.groups, #"{"teamId":"other","clusterId":"c"}"#), 404, .notFound),
      (ask(Self.groups, #"{"teamId":"t","clusterId":"d"}"#), 404, .notFound),
      (ask("ClusterService/GetClusterIDByName", #"{"teamId":"t","name":"d"}"#), 404, .notFound),
      (ask("K8SService/GetNode", Self.body), 400, .invalidArgument),
      (ask("K8SService/GetNode", #"{"teamId":"t","clusterId":"c","nodeUid":"b"}"#), 404, .notFound),
      (ask(Self.groups, String(repeating: " ", count: 70_000)), 429, .resourceExhausted),
    ]
    for (answer, status, code) in cases {
      #expect(answer.status == status && answer.code == code)
      let failure = ConnectFailure(response: ConnectResponse(status: answer.status, body: answer.body), token: "")
      #expect(failure.code == code && !failure.message.hasPrefix("HTTP"))
    }
  }

  @Test func takesNodesFromAPriceFileAndFromFacts() throws {
    let file = try PriceFile(
      parsing: Array("node,instance_type,usd_per_hour\na,,0.5\n,m5.large,0.1\n".utf8), mode: .extend)
    #expect(ReferenceControlPlane.nodes(named: file).map(\.name) == ["a"])
    let facts = [
      (uid: "1", facts: NodePricingFacts(name: "x", instanceType: "m5.large")),
      (uid: "2", facts: NodePricingFacts(name: "a")), (uid: "3", facts: NodePricingFacts(name: "unknown")),
    ]
    let nodes = ReferenceControlPlane.nodes(facts, pricedBy: PriceBook(priceFile: file))
    #expect(nodes.map(\.name) == ["x", "a"] && nodes.map(\.price.description) == ["0.1", "0.5"])
  }

  @Test func hostileRequestsNeverTrap() {
    var generator = SeededGenerator(seed: 40)
    for _ in 0..<5000 {
      var bytes = Array(Self.body.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      let answer = plane.respond(
        to: ReferenceRequest(
          method: "POST", path: "/api.v1.K8SService/GetNode",
          headers: ["authorization": "Bearer first", "content-type": "application/json"], body: bytes))
      #expect((200...599).contains(answer.status))
    }
  }
}
