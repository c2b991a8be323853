import Foundation
import Glibc

/// A program could not be started, or did not do what the test needs of it.
package struct ProcessFailure: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// Starts a program with `posix_spawn`: in a process group of its own, with default signal handling (NIO ignores SIGPIPE,
/// which children would inherit), and with no descriptor of ours but the three given files.
/// - Parameter files: standard input, output and error, in this order.
/// - Throws: `ProcessFailure` naming the program and the system's reason.
func spawn(_ executable: String, arguments: [String], environment: [String: String], files: [String]) throws -> pid_t {
  var actions = unsafe posix_spawn_file_actions_t()
  unsafe posix_spawn_file_actions_init(&actions)
  defer { unsafe posix_spawn_file_actions_destroy(&actions) }
  for (descriptor, path) in files.enumerated() {
    let flags = descriptor == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_APPEND
    unsafe posix_spawn_file_actions_addopen(&actions, Int32(descriptor), path, flags, 0o644)
  }
  unsafe closeOthers(&actions)
  return try unsafe spawn(executable, arguments: arguments, environment: environment, actions: &actions)
}

/// Keeps our descriptors from the child. glibc's own call for this (`…_addclosefrom_np`) is not visible to Swift; the bound
/// is above what a test process opens, and closing what is not open is no error here.
func closeOthers(_ actions: inout posix_spawn_file_actions_t) {
  for descriptor in Int32(3)..<1024 { unsafe posix_spawn_file_actions_addclose(&actions, descriptor) }
}

/// The part of `spawn` that is the same whatever the descriptors are.
func spawn(
  _ executable: String, arguments: [String], environment: [String: String], actions: inout posix_spawn_file_actions_t
) throws -> pid_t {
  var attributes = posix_spawnattr_t()
  unsafe posix_spawnattr_init(&attributes)
  defer { unsafe posix_spawnattr_destroy(&attributes) }
  var noSignals = sigset_t()
  var allSignals = sigset_t()
  unsafe sigemptyset(&noSignals)
  unsafe sigfillset(&allSignals)
  unsafe posix_spawnattr_setsigmask(&attributes, &noSignals)
  unsafe posix_spawnattr_setsigdefault(&attributes, &allSignals)
  unsafe posix_spawnattr_setpgroup(&attributes, 0)
  let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
  unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

  let variables = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
  var identifier: pid_t = 0
  let result = unsafe withCStrings([executable] + arguments) { argumentPointers in
    unsafe withCStrings(variables.map { "\($0.key)=\($0.value)" }) { environmentPointers in
      unsafe posix_spawnp(&identifier, executable, &actions, &attributes, argumentPointers, environmentPointers)
    }
  }
  guard result == 0 else {
    throw ProcessFailure("cannot start \(executable): \(unsafe String(cString: strerror(result)))")
  }
  return identifier
}

/// Lends a null-terminated array of C strings, as the exec family wants it.
private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  // SAFETY: every pointer comes from strdup, stays alive during `body`, and is freed once after it.
  let copies = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
  for (index, string) in strings.enumerated() { unsafe copies[index] = strdup(string) }
  unsafe copies[strings.count] = nil
  defer {
    for index in strings.indices { unsafe free(copies[index]) }
    unsafe copies.deallocate()
  }
  return unsafe body(copies)
}
