/// Which page of a list to ask for next; see "Retrieving large results sets in chunks" in the Kubernetes API concepts.
///
/// A value without I/O. A continue token may expire (410) while pages are read: the list is then begun anew once, and the
/// second time asked for in one piece, as client-go's pager does.
struct ListPager {
  enum Step: Equatable {
    /// Ask for a page; nil limit means all objects at once.
    case request(limit: Int?, continueToken: String)
    /// Forget what came so far, then ask.
    case restart(limit: Int?)
    /// All pages are there.
    case finished(resourceVersion: String)
    /// The server's answers make no sense, or too much of it.
    case failed(String)
  }

  private let pageObjects: Int
  private let maximumObjects: Int
  private var requestedToken = ""
  private var objects = 0
  private var expirations = 0

  init(pageObjects: Int, maximumObjects: Int) {
    self.pageObjects = pageObjects
    self.maximumObjects = maximumObjects
  }

  var first: Step { .request(limit: pageObjects, continueToken: "") }

  mutating func received(objects count: Int, continueToken: String, resourceVersion: String) -> Step {
    objects += count
    guard objects <= maximumObjects else { return .failed("the list holds more than \(maximumObjects) objects") }
    guard !continueToken.isEmpty else {
      return resourceVersion.isEmpty
        ? .failed("the list has no resourceVersion") : .finished(resourceVersion: resourceVersion)
    }
    // Without objects or with the same token again, pages could go on for ever.
    guard count > 0, continueToken != requestedToken else {
      return .failed("the server repeats a page of the list")
    }
    requestedToken = continueToken
    return .request(limit: pageObjects, continueToken: continueToken)
  }

  /// The server answered 410 to the last request.
  mutating func expired() -> Step {
    guard !requestedToken.isEmpty else { return .failed("the server calls a list that was just begun expired") }
    expirations += 1
    requestedToken = ""
    objects = 0
    return .restart(limit: expirations == 1 ? pageObjects : nil)
  }
}
