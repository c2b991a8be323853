internal import CCurl

/// Owner of one `CURL` easy handle, of the lists that it points at and of its error buffer.
///
/// Stays on the engine's thread. Must be removed from its multi handle before it is destroyed (curl_multi_cleanup(3)).
@safe struct EasyHandle: ~Copyable {
  let pointer: UnsafeMutableRawPointer
  /// libcurl writes its message here (CURLOPT_ERRORBUFFER(3)); it has to outlive the handle.
  private let errorBuffer: UnsafeMutablePointer<CChar>

  /// Header lines that are sent; libcurl points at them until cleanup.
  private let headers: UnsafeMutablePointer<curl_slist>?
  /// CURLOPT_CONNECT_TO entries; libcurl points at them until cleanup.
  private let connectTo: UnsafeMutablePointer<curl_slist>?

  /// Nil where libcurl cannot allocate.
  init?(headers: [String], connectTo: [String]) {
    guard let pointer = unsafe curl_easy_init() else { return nil }
    unsafe self.pointer = unsafe pointer
    unsafe self.headers = unsafe EasyHandle.list(headers)
    unsafe self.connectTo = unsafe EasyHandle.list(connectTo)
    unsafe errorBuffer = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    // SAFETY: both are live; a failure only loses the text, so the result is of no interest.
    _ = unsafe ccurl_setopt_pointer(pointer, CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(errorBuffer))
  }

  deinit {
    // SAFETY: this is the only owner. Lists and buffer go last: curl_easy_cleanup may still touch them.
    unsafe curl_easy_cleanup(pointer)
    unsafe curl_slist_free_all(headers)
    unsafe curl_slist_free_all(connectTo)
    unsafe errorBuffer.deallocate()
  }

  /// What libcurl said about the failure `code`: its message for this transfer, or its general text.
  func message(for code: CURLcode) -> String {
    // SAFETY: libcurl writes at most CURL_ERROR_SIZE bytes with a terminating zero; curl_easy_strerror is static.
    let specific = unsafe String(cString: errorBuffer)
    guard specific.isEmpty else { return specific }
    return unsafe curl_easy_strerror(code).map { unsafe String(cString: $0) } ?? "unknown error"
  }

  func set(_ option: CURLoption, _ name: StaticString, _ value: Int) throws(OptionRefused) {
    try check(unsafe ccurl_setopt_long(pointer, option, value), name)
  }

  func set(_ option: CURLoption, _ name: StaticString, _ value: String) throws(OptionRefused) {
    // libcurl copies strings (curl_easy_setopt(3)).
    try check(unsafe ccurl_setopt_string(pointer, option, value), name)
  }

  /// Hands over bytes that libcurl copies.
  func set(_ option: CURLoption, _ name: StaticString, copying bytes: [UInt8]) throws(OptionRefused) {
    let code = unsafe bytes.withUnsafeBytes { buffer in
      unsafe ccurl_setopt_blob_copy(pointer, option, buffer.baseAddress, buffer.count)
    }
    try check(code, name)
  }

  /// Hands over the content of the request, which libcurl copies (CURLOPT_COPYPOSTFIELDS(3): the size comes first).
  func setBody(_ bytes: [UInt8]) throws(OptionRefused) {
    try check(
      unsafe ccurl_setopt_off(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)), "POSTFIELDSIZE_LARGE")
    // An empty array may have no address, and without one libcurl would read the content from standard input.
    guard !bytes.isEmpty else { return try set(CURLOPT_COPYPOSTFIELDS, "COPYPOSTFIELDS", "") }
    let code = unsafe bytes.withUnsafeBytes { buffer in
      // SAFETY: libcurl only reads through the pointer; the parameter lacks const because the shim serves any pointer.
      unsafe ccurl_setopt_pointer(
        pointer, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: buffer.baseAddress))
    }
    try check(code, "COPYPOSTFIELDS")
  }

  /// Makes libcurl use the lists that this handle owns.
  func attachLists() throws(OptionRefused) {
    try check(unsafe ccurl_setopt_list(pointer, CURLOPT_HTTPHEADER, headers), "HTTPHEADER")
    try check(unsafe ccurl_setopt_list(pointer, CURLOPT_CONNECT_TO, connectTo), "CONNECT_TO")
  }

  /// `target` is passed to the callbacks unretained: it has to live until this handle is out of its multi handle.
  func setCallbacks(
    target: UnsafeMutableRawPointer, write: curl_write_callback, header: curl_write_callback,
    socket: curl_sockopt_callback
  ) throws(OptionRefused) {
    try check(unsafe ccurl_setopt_write_function(pointer, CURLOPT_WRITEFUNCTION, write), "WRITEFUNCTION")
    try check(unsafe ccurl_setopt_pointer(pointer, CURLOPT_WRITEDATA, target), "WRITEDATA")
    try check(unsafe ccurl_setopt_write_function(pointer, CURLOPT_HEADERFUNCTION, header), "HEADERFUNCTION")
    try check(unsafe ccurl_setopt_pointer(pointer, CURLOPT_HEADERDATA, target), "HEADERDATA")
    try check(unsafe ccurl_setopt_sockopt_function(pointer, socket), "SOCKOPTFUNCTION")
  }

  /// What ``MultiHandle/nextFinished()`` returns for this transfer.
  func setPrivate(_ id: UInt) throws(OptionRefused) {
    try check(unsafe ccurl_setopt_pointer(pointer, CURLOPT_PRIVATE, UnsafeMutableRawPointer(bitPattern: id)), "PRIVATE")
  }

  private static func list(_ strings: [String]) -> UnsafeMutablePointer<curl_slist>? {
    var head: UnsafeMutablePointer<curl_slist>?
    for string in strings {
      // SAFETY: append copies the string and returns the list's head, or nil (leaving the list alone) without memory.
      if let next = unsafe curl_slist_append(head, string) { unsafe head = next }
    }
    return unsafe head
  }

  private func check(_ code: CURLcode, _ name: StaticString) throws(OptionRefused) {
    guard code == CURLE_OK else { throw OptionRefused(option: "CURLOPT_\(name)", code: code) }
  }

  func number(_ info: CURLINFO) -> Int {
    var value = 0
    return unsafe ccurl_getinfo_long(pointer, info, &value) == CURLE_OK ? value : 0
  }

  func offset(_ info: CURLINFO) -> Int {
    var value: curl_off_t = 0
    return unsafe ccurl_getinfo_off(pointer, info, &value) == CURLE_OK ? Int(value) : 0
  }
}

/// libcurl did not take an option: a build without that feature, or a value that it refuses.
struct OptionRefused: Error {
  var option: String
  var code: CURLcode
}
