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
    var list = Array(#"{"metadata":{"resourceVersion":"1"},"items":["#.utf8)
    // Read once: the property wrapper's getter costs more than the loop.
    let limit = limit
    var count = 0
    for byte in try FileBytes.read(nodes) {
      let endsLine = byte == UInt8(ascii: "\n")
      if endsLine { count += 1 }
      if count == limit { break }
      list.append(endsLine ? UInt8(ascii: ",") : byte)
    }
    if list.last == UInt8(ascii: ",") { list.removeLast() }
    list += "]}".utf8
    var builder = SnapshotBuilder()
    // SAFETY: any bytes make a raw span, and this one does not outlive the call.
    builder.replaceNodes(try unsafe KubernetesCodec<Node>.nodes.decodePage(list.span.bytes).items)
    return SchedulingView.make(snapshot: builder.snapshot(), prices: book, nodesSynced: true, podsSynced: true)
  }
}
