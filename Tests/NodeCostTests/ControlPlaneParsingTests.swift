import Foundation
import TestSupport
import Testing

@testable import NodeCost

func response(_ text: String, status: Int = 200) -> ConnectResponse {
  ConnectResponse(status: status, body: Array(text.utf8))
}

@Suite struct ControlPlaneParsingTests {
  /// The outcome for one node whose fields are given: its price, or why it has none.
  static func outcome(_ fields: String) throws -> String {
    let report = try NodePriceReport(node: response("{\"node\":{\"name\":\"n\"\(fields.isEmpty ? "" : ",")\(fields)}}"))
    if let price = report.nanodollarsPerHour["n"] {
      #expect(report.odd.isEmpty)
      return NanodollarsPerHour(rawValue: price).description
    }
    #expect(report.odd.values.reduce(0, +) == 1)
    return report.odd.keys.first?.rawValue ?? "nothing"
  }

  @Test(arguments: [
    (#""moneyPricePerHour":{"currencyCode":"USD","nanos":96000000}"#, "0.096"),
    (#""moneyPricePerHour":{"currencyCode":"USD","units":"1","nanos":750000000}"#, "1.75"),
    (#""moneyPricePerHour":{"currencyCode":"USD","units":1,"nanos":"750000000"}"#, "1.75"),
    (#""moneyPricePerHour":{"currencyCode":"USD","nanos":9.6e7}"#, "0.096"),
    (#""money_price_per_hour":{"currency_code":"USD","units":"2"}"#, "2"),
    (#""pricePerHour":0.096"#, "0.096"), (#""pricePerHour":"0.096""#, "0.096"), (#""pricePerHour":9.6E-2"#, "0.096"),
    (#""pricePerHour":0.09600000000000000199840144432528"#, "0.096"),
    (#""costInfo":{"moneyTotalCostPerHour":{"currencyCode":"USD","units":"3"}}"#, "3"),
    (#""costInfo":{"totalCostPerHour":4}"#, "4"),
    // The first present one counts, wherever it stands.
    (
      #""costInfo":{"totalCostPerHour":4},"pricePerHour":2,"moneyPricePerHour":{"currencyCode":"USD","units":"1"}"#, "1"
    ),
    (#""costInfo":{"moneyTotalCostPerHour":{"currencyCode":"USD","units":"4"}},"pricePerHour":2"#, "2"),
    (#""moneyPricePerHour":null,"pricePerHour":0,"costInfo":{"totalCostPerHour":4}"#, "4"),
    (#""moneyPricePerHour":{"currencyCode":"EUR","units":"1"},"pricePerHour":2"#, "other_currency"),
    (#""moneyPricePerHour":{"units":"1"}"#, "other_currency"),
    (#""moneyPricePerHour":{"currencyCode":"usd","units":"1"}"#, "other_currency"),
    ("", "absent"), (#""pricePerHour":null"#, "absent"), (#""pricePerHour":0"#, "absent"),
    (#""costInfo":[]"#, "absent"),
    (#""moneyPricePerHour":{"currencyCode":"USD"}"#, "not_positive"),
    (#""moneyPricePerHour":{"currencyCode":"USD","units":"-1"}"#, "not_positive"),
    (#""moneyPricePerHour":{"currencyCode":"USD","units":"1","nanos":-1}"#, "not_positive"),
    (#""pricePerHour":-0.1"#, "not_positive"),
    (#""moneyPricePerHour":{"currencyCode":"USD","units":"9223372036854775807"}"#, "too_large"),
    (#""moneyPricePerHour":{"currencyCode":"USD","units":"1000001"}"#, "too_large"),
    (#""pricePerHour":1e30"#, "too_large"),
    (#""moneyPricePerHour":{"currencyCode":"USD","units":"99999999999999999999"}"#, "malformed"),
    (#""moneyPricePerHour":{"currencyCode":"USD","units":1.5}"#, "malformed"),
    (#""moneyPricePerHour":{"currencyCode":"USD","nanos":1000000000}"#, "malformed"),
    (#""moneyPricePerHour":{"currencyCode":"USD","nanos":-9223372036854775808}"#, "malformed"),
    (#""moneyPricePerHour":{"currencyCode":"USD","units":"1","units":"2"}"#, "malformed"),
    (#""moneyPricePerHour":{"currencyCode":1,"units":"1"}"#, "malformed"),
    (#""moneyPricePerHour":"1.0""#, "malformed"), (#""moneyPricePerHour":[]"#, "malformed"),
    (#""pricePerHour":"NaN""#, "malformed"), (#""pricePerHour":"Infinity""#, "malformed"),
    (#""pricePerHour":true"#, "malformed"), (#""pricePerHour":{}"#, "malformed"),
    (#""pricePerHour":1,"pricePerHour":1"#, "malformed"), (#""name":"m","pricePerHour":1"#, "unnamed"),
  ])
  func readsThePriceOfANode(fields: String, expected: String) throws {
    #expect(try Self.outcome(fields) == expected)
  }

  @Test func readsAllGroupsAndIgnoresTheRest() throws {
    let report = try NodePriceReport(
      nodeGroups: response(
        #"""
        {"next":{"deep":[[{}]]},"nodeGroups":[
          {"name":"g","nodes":[
            {"id":"1","name":"a","labels":{"x":"y"},"isReady":true,"pricePerHour":0.1},
            {"name":"b","moneyPricePerHour":{"currencyCode":"EUR","units":"1"}},
            {"pricePerHour":1}, {"name":7,"pricePerHour":1}, 5, null]},
          {"nodes":null}, {}, 7,
          {"nodes":[{"name":"c","pricePerHour":0.2},{"name":"c","pricePerHour":0.2},
                    {"name":"d","pricePerHour":0.2},{"name":"d","pricePerHour":0.3},{"name":"d","pricePerHour":0.2}]}
        ]}
        """#))
    #expect(report.nanodollarsPerHour == ["a": 100_000_000, "c": 200_000_000])
    #expect(report.odd == [.otherCurrency: 1, .unnamed: 4, .ambiguous: 2])
  }

  @Test(arguments: ["{}", #"{"nodeGroups":null}"#, #"{"nodeGroups":[]}"#, #"{"nodeGroups":{}}"#])
  func missingListsAreEmpty(text: String) throws {
    #expect(try NodePriceReport(nodeGroups: response(text)).nanodollarsPerHour.isEmpty)
  }

  @Test(arguments: ["", "[]", "null", "{\"nodeGroups\":[{\"nodes\":[{\"name\":\"a\"", "<html>", "{} {}"])
  func brokenBodiesFailAsAWhole(text: String) {
    #expect {
      try NodePriceReport(nodeGroups: response(text))
    } throws: {
      ($0 as? ConnectFailure)?.code == .malformedResponse
    }
  }

  @Test func readsTheClusterID() throws {
    #expect(try ControlPlaneCall.clusterID(in: response(#"{"x":1,"id":"c-1"}"#)) == "c-1")
    for text in ["{}", #"{"id":""}"#, #"{"id":7}"#] {
      #expect {
        try ControlPlaneCall.clusterID(in: response(text))
      } throws: {
        ($0 as? ConnectFailure)?.code == .notFound
      }
    }
  }

  @Test(arguments: [
    (401, #"{"code":"unauthenticated","message":"no"}"#, ConnectCode.unauthenticated, "no"),
    (503, "", .unavailable, "HTTP status 503"), (404, "<html>", .unimplemented, "HTTP status 404"),
    (400, "{}", .internalError, "HTTP status 400"), (429, "[]", .unavailable, "HTTP status 429"),
    (500, #"{"code":"resource_exhausted","details":[{"a":1}]}"#, .resourceExhausted, "HTTP status 500"),
    (500, #"{"code":"made_up","message":7}"#, .unknown, "HTTP status 500"), (302, "", .unknown, "HTTP status 302"),
  ])
  func readsErrors(status: Int, body: String, code: ConnectCode, message: String) {
    let failure = ConnectFailure(response: response(body, status: status), token: "s3cret")
    #expect(failure.code == code && failure.message == message)
  }

  @Test func errorsNeverCarryTheTokenOrControlCharacters() {
    let body =
      #"{"code":"unauthenticated","message":"token s3cret is bad\u001b[31m\n"# + String(repeating: "x", count: 999)
      + #""}"#
    let failure = ConnectFailure(response: response(body, status: 401), token: "s3cret")
    #expect(failure.description.hasPrefix("unauthenticated: token [token] is bad"))
    #expect(failure.message.count <= 201 && !failure.message.contains("\u{1B}") && !failure.message.contains("\n"))
    let thrown = ConnectFailure(transport: ConnectTransportFailure(kind: .timedOut, message: "s3cret"), token: "s3cret")
    #expect(thrown.code == .deadlineExceeded && !"\(thrown)".contains("s3cret"))
  }

  @Test func onlyPassingFailuresAreRetried() {
    let retried = ConnectCode.allCases.filter(\.isRetryable)
    #expect(Set(retried) == [.unavailable, .deadlineExceeded, .resourceExhausted, .aborted, .unknown])
  }

  @Test func buildsRequests() throws {
    let settings = ControlPlaneSettings(
      address: "https://cp.example/prefix/", teamID: "team \"1\"", clusterName: "prod", region: "us-east-1",
      client: "dakr-scheduler/1.2")
    let request = ControlPlaneCall.clusterIDByName.request(settings, token: "s3cret")
    #expect(request.url == "https://cp.example/prefix/api.v1.ClusterService/GetClusterIDByName")
    let body = try JSONDecoder().decode([String: String].self, from: Data(request.body))
    #expect(body == ["teamId": "team \"1\"", "name": "prod", "region": "us-east-1"])
    let headers = Dictionary(uniqueKeysWithValues: request.headers.map { ($0.name, $0.value) })
    #expect(
      headers == [
        "Content-Type": "application/json", "Connect-Protocol-Version": "1", "Connect-Timeout-Ms": "10000",
        "Authorization": "Bearer s3cret", "X-Client": "dakr-scheduler/1.2",
      ])
    var dumped = "\(request) \(String(reflecting: request))"
    dump(request, to: &dumped)
    #expect(!dumped.contains("s3cret"))
    let groups = ControlPlaneCall.nodeGroups(clusterID: "c").request(settings, token: "t")
    #expect(groups.url.hasSuffix("/api.v1.K8SService/GetNodeGroups"))
    #expect(String(decoding: groups.body, as: UTF8.self) == #"{"teamId":"team \"1\"","clusterId":"c"}"#)
  }

  @Test func hostileBytesNeverTrap() {
    var generator = SeededGenerator(seed: 21)
    let seed = Array(
      #"{"nodeGroups":[{"nodes":[{"name":"a","moneyPricePerHour":{"currencyCode":"USD","units":"1","nanos":5},"costInfo":{"totalCostPerHour":1e5}}]}]}"#
        .utf8)
    for _ in 0..<20_000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...6, using: &generator) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.removeSubrange(place..<min(place + 5, bytes.count))
        case 2: bytes.insert(contentsOf: bytes[place..<min(place + 20, bytes.count)], at: place)
        default: bytes.removeLast(bytes.count - place)
        }
      }
      let response = ConnectResponse(status: 200, body: bytes)
      if let report = try? NodePriceReport(nodeGroups: response) {
        for price in report.nanodollarsPerHour.values {
          #expect(NanodollarsPerHour(rawValue: price).isCredible)
        }
      }
      _ = try? NodePriceReport(node: response)
      _ = try? ControlPlaneCall.clusterID(in: response)
      _ = ConnectFailure(response: response, token: "t")
    }
  }
}
