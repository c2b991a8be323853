import CurlClient
import Foundation
import Logging
import Synchronization
import TestSupport
import WireFormat

@testable import KubernetesAPI

/// The least that a Kubernetes object can be.
struct TestObject: Sendable, Hashable {
  var name: String
  var resourceVersion: String
  var value = ""

  var json: String {
    """
    {"kind":"Thing","metadata":{"name":"\(name)","resourceVersion":"\(resourceVersion)"},"value":"\(value)"}
    """
  }

  struct Unreadable: Error {}

  init(name: String, resourceVersion: String, value: String = "") {
    self.name = name
    self.resourceVersion = resourceVersion
    self.value = value
  }

  init(_ json: Any?) throws {
    guard let object = json as? [String: Any], let metadata = object["metadata"] as? [String: Any],
      let name = metadata["name"] as? String
    else { throw Unreadable() }
    self.init(
      name: name, resourceVersion: metadata["resourceVersion"] as? String ?? "",
      value: object["value"] as? String ?? "")
  }

  /// Reads lists and events with Foundation's parser: slow, and independent of ours.
  static let codec = KubernetesCodec<TestObject>(
    decodePage: { bytes in
      guard let list = try parse(bytes) as? [String: Any], let items = list["items"] as? [Any],
        let metadata = list["metadata"] as? [String: Any]
      else { throw Unreadable() }
      return ListPage(
        items: try items.map { try TestObject($0) }, continueToken: metadata["continue"] as? String ?? "",
        resourceVersion: metadata["resourceVersion"] as? String ?? "")
    },
    decodeEvent: { bytes in
      guard let event = try parse(bytes) as? [String: Any], let type = event["type"] as? String else {
        throw Unreadable()
      }
      if type == "ERROR", let status = event["object"] as? [String: Any] {
        return .failed(
          code: status["code"] as? Int ?? 0, reason: status["reason"] as? String ?? "",
          message: status["message"] as? String ?? "")
      }
      if type == "BOOKMARK", let object = event["object"] as? [String: Any],
        let metadata = object["metadata"] as? [String: Any], let version = metadata["resourceVersion"] as? String
      {
        return .bookmark(resourceVersion: version)
      }
      let object = try TestObject(event["object"])
      switch type {
      case "ADDED": return .added(object, resourceVersion: object.resourceVersion)
      case "MODIFIED": return .modified(object, resourceVersion: object.resourceVersion)
      case "DELETED": return .deleted(object, resourceVersion: object.resourceVersion)
      default: throw Unreadable()
      }
    })

  private static func parse(_ bytes: RawSpan) throws -> Any {
    let data = unsafe bytes.withUnsafeBytes { unsafe Data($0) }
    return try JSONSerialization.jsonObject(with: data)
  }

  static func page(_ objects: [TestObject], version: String, continueToken: String = "") -> String {
    """
    {"kind":"ThingList","metadata":{"resourceVersion":"\(version)","continue":"\(continueToken)"},\
    "items":[\(objects.map(\.json).joined(separator: ","))]}
    """
  }

  func event(_ type: String) -> String { "{\"type\":\"\(type)\",\"object\":\(json)}\n" }

  static func bookmark(_ version: String) -> String {
    "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"Thing\",\"metadata\":{\"resourceVersion\":\"\(version)\"}}}\n"
  }

  static func error(_ code: Int, _ reason: String) -> String {
    "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":\(code),\"reason\":\"\(reason)\",\"message\":\"m\"}}\n"
  }
}

/// What a sink was told.
final class Mirror: Sendable {
  private let content = Mutex<(objects: [String: TestObject], replacements: Int)>(([:], 0))

  var objects: [String: TestObject] { content.withLock { $0.objects } }
  var replacements: Int { content.withLock { $0.replacements } }
  var names: Set<String> { Set(objects.keys) }

  var sink: ReflectorSink<TestObject> {
    ReflectorSink(
      replaceAll: { objects in
        self.content.withLock { content in
          content.objects = Dictionary(uniqueKeysWithValues: objects.map { ($0.name, $0) })
          content.replacements += 1
        }
      },
      apply: { event in
        self.content.withLock { content in
          switch event {
          case .added(let object, _), .modified(let object, _): content.objects[object.name] = object
          case .deleted(let object, _): content.objects[object.name] = nil
          case .bookmark, .failed: break
          }
        }
      })
  }
}

/// A value that several threads of a test share.
final class Shared<Value: Sendable>: Sendable {
  private let content: Mutex<Value>
  init(_ value: Value) { content = Mutex(value) }
  var value: Value { content.withLock { $0 } }
  func update<Result: Sendable>(_ body: @Sendable (inout Value) -> Result) -> Result {
    content.withLock { value in body(&value) }
  }
}

extension KubernetesClock {
  /// Real time, a hundred times as fast where it is slept.
  static let hasty = KubernetesClock(
    monotonicNanoseconds: KubernetesClock.system.monotonicNanoseconds,
    unixSeconds: KubernetesClock.system.unixSeconds,
    sleep: { try await Task.sleep(for: .nanoseconds(Int64($0 / 100))) },
    random: { 0.5 })
}

extension Logger {
  static let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
}

/// Engines and a client for one test.
func withClient<Result>(
  _ configuration: ClusterConfiguration, clock: KubernetesClock = .hasty, limits: KubernetesLimits = .init(),
  _ body: (KubernetesClient) async throws -> Result
) async throws -> Result {
  let requests = try CurlEngine()
  let watches = try CurlEngine()
  defer {
    requests.shutdown()
    watches.shutdown()
  }
  let client = try KubernetesClient(
    configuration: configuration, requests: requests, watches: watches, limits: limits, clock: clock, logger: .silent)
  return try await body(client)
}

func withStub<Result>(
  _ handler: @escaping StubServer.Handler, _ body: (StubServer) async throws -> Result
) async throws -> Result {
  let server = try StubServer(handler: handler)
  defer { server.stop() }
  return try await body(server)
}

/// Runs a reflector beside the closure, and to its end.
func withReflector(
  _ client: KubernetesClient, _ mirror: Mirror, selector: ObjectSelector = .everything,
  path: ResourcePath = .nodes, observe: @escaping @Sendable (ReflectorObservation) -> Void = { _ in },
  _ body: (Reflector<TestObject>) async throws -> Void
) async throws {
  let reflector = Reflector(
    path, selector: selector, client: client, codec: TestObject.codec, sink: mirror.sink, logger: .silent,
    observe: observe)
  let task = Task { await reflector.run() }
  do {
    try await body(reflector)
  } catch {
    task.cancel()
    await task.value
    throw error
  }
  task.cancel()
  await task.value
}

/// The failure that the operation must end in.
func kubernetesFailure<Value: Sendable>(_ operation: () async throws -> Value) async -> KubernetesFailure? {
  do {
    _ = try await operation()
    return nil
  } catch {
    return error as? KubernetesFailure
  }
}
