internal import CurlClient
package import WireFormat

/// All objects of a collection at one resource version.
package struct ObjectList<Object: Sendable>: Sendable {
  package let items: [Object]
  /// Where a watch has to start.
  package let resourceVersion: String
}

extension KubernetesClient {
  /// Reads a whole collection page by page. The result is complete or there is none: a cut page does not decode.
  package func list<Object>(
    _ path: ResourcePath, selector: ObjectSelector = .everything, codec: KubernetesCodec<Object>
  ) async throws(KubernetesFailure) -> ObjectList<Object> {
    try await list(path, selector: selector, decodePage: codec.decodePage)
  }

  /// Reads a whole collection as above, each page by `decodePage`, which must not keep the bytes.
  package func list<Object>(
    _ path: ResourcePath, selector: ObjectSelector = .everything,
    decodePage: @Sendable (RawSpan) throws -> ListPage<Object>
  ) async throws(KubernetesFailure) -> ObjectList<Object> {
    var pager = ListPager(pageObjects: limits.pageObjects, maximumObjects: limits.maximumObjects)
    var items: [Object] = []
    var step = pager.first
    while true {
      let limit: Int?
      var token = ""
      switch step {
      case .finished(let resourceVersion):
        return ObjectList(items: items, resourceVersion: resourceVersion)
      case .failed(let detail):
        throw KubernetesFailure(.undecodable, operation: "list \(path)", detail: detail)
      case .restart(let pageLimit):
        items = []
        limit = pageLimit
      case .request(let pageLimit, let continueToken):
        limit = pageLimit
        token = continueToken
      }
      step = try await page(path, selector, decodePage, limit: limit, token: token, pager: &pager, items: &items)
    }
  }

  private func page<Object>(
    _ path: ResourcePath, _ selector: ObjectSelector, _ decodePage: @Sendable (RawSpan) throws -> ListPage<Object>,
    limit: Int?, token: String,
    pager: inout ListPager, items: inout [Object]
  ) async throws(KubernetesFailure) -> ListPager.Step {
    var query = selector.query
    if let limit { query.append(QueryItem("limit", String(limit))) }
    if !token.isEmpty { query.append(QueryItem("continue", token)) }
    let response: HTTPResponse
    do throws(KubernetesFailure) {
      response = try await request(
        "GET", path, query: query,
        maximumResponseBytes: limit == nil ? limits.maximumUnpagedBytes : limits.maximumPageBytes)
    } catch {
      guard error.reason == .expired, !token.isEmpty else { throw error }
      return pager.expired()
    }
    let page: ListPage<Object>
    do {
      // SAFETY: the span is over bytes that `response` owns during the call; codecs must not keep it.
      page = try unsafe decodePage(response.body.span.bytes)
    } catch {
      throw KubernetesFailure(.undecodable, operation: "list \(path)", detail: String("\(error)".prefix(300)))
    }
    items += page.items
    return pager.received(
      objects: page.items.count, continueToken: page.continueToken, resourceVersion: page.resourceVersion)
  }
}
