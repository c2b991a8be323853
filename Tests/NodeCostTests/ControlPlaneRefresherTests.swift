import Synchronization
import Testing

@testable import NodeCost

/// The driver against the reference control plane, both in this process, on a clock that only moves when it sleeps.
@Suite struct ControlPlaneRefresherTests {
  static let nodes = [
    ReferenceNode(
      uid: "u-1", name: "a", instanceType: "m5.large", region: "us-east-1", zone: "us-east-1a",
      price: .init(rawValue: 96_000_000)),
    ReferenceNode(name: "b", price: .init(rawValue: 1_750_000_000)),
    ReferenceNode(name: "quote\"d", price: .init(rawValue: 2_000_000_000)),
  ]

  /// The world around a refresher.
  final class World: Sendable {
    struct State {
      var now: UInt64 = 0
      var token = "s3cret"
      var isDown = false
      var served = ReferenceControlPlane(
        clusterName: "prod", teamID: "t", nodes: ControlPlaneRefresherTests.nodes, tokens: ["s3cret"])
      var seen: [[String: Int64]?] = []
      var sleeps = 0
      var script: [@Sendable (inout State) -> Void] = []
    }

    let state = Mutex(State())

    func answer(_ request: ConnectRequest) throws -> ConnectResponse {
      try state.withLock { state in
        if state.isDown { throw ConnectTransportFailure(kind: .unreachable, message: "connection refused") }
        let headers = Dictionary(
          uniqueKeysWithValues: request.headers.map { ($0.name.lowercased(), $0.value) })
        let path = request.url.dropFirst("https://cp".count)
        let answer = state.served.respond(
          to: ReferenceRequest(method: "POST", path: String(path), headers: headers, body: request.body))
        return ConnectResponse(status: answer.status, body: answer.body)
      }
    }

    /// Moves the clock, and at each end of an interval takes the next step of the script; throws after the last.
    func sleep(_ nanoseconds: UInt64) throws {
      try state.withLock { state in
        state.now += nanoseconds
        guard nanoseconds > 10_000_000_000 else { return }
        guard !state.script.isEmpty else { throw CancellationError() }
        let step = state.script.removeFirst()
        step(&state)
      }
    }

    func run(_ script: [@Sendable (inout State) -> Void]) async -> ControlPlaneStatus {
      state.withLock { $0.script = script }
      let refresher = ControlPlaneRefresher(
        settings: ControlPlaneSettings(address: "https://cp/", teamID: "t", clusterName: "prod"),
        environment: .init(
          transport: { try self.answer($0) }, token: { self.state.withLock { $0.token } },
          now: { self.state.withLock { $0.now } }, sleep: { try self.sleep($0) }, random: { 0 }),
        onPrices: { prices in self.state.withLock { $0.seen.append(prices?.nanodollarsPerHour) } })
      await refresher.run()
      return refresher.status
    }

    var seen: [[String: Int64]?] { state.withLock { $0.seen } }
  }

  static let expected: [String: Int64] = ["a": 96_000_000, "b": 1_750_000_000, "quote\"d": 2_000_000_000]

  @Test func servesPricesAndSeesThemChange() async {
    let world = World()
    let status = await world.run([
      { state in
        state.served = ReferenceControlPlane(
          clusterName: "prod", teamID: "t", nodes: [ReferenceNode(name: "a", price: .init(rawValue: 5))],
          tokens: ["s3cret"])
      }
    ])
    #expect(world.seen == [Self.expected, ["a": 5]])
    #expect(status.calls == ["GetClusterIDByName": 1, "GetNodeGroups": 2])
    #expect(status.nodesPriced == 1 && status.failures.isEmpty)
  }

  @Test func followsARotatedToken() async {
    let world = World()
    let status = await world.run([
      { state in
        state.token = "next"
        state.served = ReferenceControlPlane(
          clusterName: "prod", teamID: "t", nodes: Self.nodes, tokens: ["next"])
      }
    ])
    #expect(world.seen.count == 2 && status.failures.isEmpty)
  }

  @Test func fallsBackAfterAnOutageAndRecovers() async {
    let world = World()
    let hours = [@Sendable (inout World.State) -> Void](repeating: { _ in }, count: 70)
    let status = await world.run([{ $0.isDown = true }] + hours + [{ $0.isDown = false }])
    #expect(world.seen == [Self.expected, nil, Self.expected])
    #expect(status.failures[.unavailable] ?? 0 > 100 && !status.isExpired && status.lastFailure == nil)
  }

  @Test func refusesAWrongToken() async {
    let world = World()
    world.state.withLock { $0.token = "wrong" }
    let status = await world.run([])
    #expect(world.seen.isEmpty)
    #expect(status.failures == [.unauthenticated: 1] && status.lastFailure?.code == .unauthenticated)
  }

  @Test func stopsWhenItsTaskIsCancelled() async {
    let refresher = ControlPlaneRefresher(
      settings: ControlPlaneSettings(address: "https://cp", clusterID: "c"),
      environment: .init(transport: { _ in throw CancellationError() }, token: { "t" }), onPrices: { _ in })
    let task = Task { await refresher.run() }
    task.cancel()
    await task.value
  }
}
