import ArgumentParser
import ClusterModel
import NodeCost
import Scheduler
import WireFormat

/// The cluster and prices that the verbs answer from, read from the generator's files.
struct Cluster: ParsableArguments {
  @Option(help: "File of one Node a line.")
  var nodes: String

  @Option(help: "Use only the first nodes of the file.")
  var limit = Int.max

  @Option(help: "Price file.")
  var prices: String

  /// A view of all nodes, synced, without pods.
  func view() throws -> SchedulingView {
    let book = PriceBook(priceFile: try PriceFile(parsing: try FileBytes.read(prices), mode: .replace))
    let lines = try FileBytes.read(nodes).split(separator: UInt8(ascii: "\n")).prefix(limit)
    let list =
      Array(#"{"metadata":{"resourceVersion":"1"},"items":["#.utf8) + lines.joined(separator: [0x2c]) + "]}".utf8
    var builder = SnapshotBuilder()
    // SAFETY: any bytes make a raw span, and this one does not outlive the call.
    builder.replaceNodes(try unsafe KubernetesCodec<Node>.nodes.decodePage(list.span.bytes).items)
    return SchedulingView.make(snapshot: builder.snapshot(), prices: book, nodesSynced: true, podsSynced: true)
  }
}
