import Glibc
import Synchronization

/// Kills every program that tests started when this process ends, whichever way it ends, and removes its temporary files: a
/// shell waits on a pipe that only we hold, and once we are gone it kills whom we left. (`PR_SET_PDEATHSIG` would not do: it fires when the *thread* that
/// started the child ends, and threads of a pool do end.)
final class ProcessReaper: Sendable {
  static let shared = ProcessReaper()

  /// The pipe's end to write to; -1 where the shell could not be started.
  private let pipe: Mutex<Int32>

  private init() {
    pipe = Mutex((try? Self.startShell()) ?? -1)
  }

  func watch(_ group: pid_t) { tell("+\(group)\n") }

  func forget(_ group: pid_t) { tell("-\(group)\n") }

  private func tell(_ line: String) {
    pipe.withLock { descriptor in
      guard descriptor >= 0 else { return }
      // Lines are far shorter than PIPE_BUF, so one write is one line.
      _ = unsafe write(descriptor, line, line.utf8.count)
    }
  }

  /// Keeps the set of living process groups in one variable, and kills what is left in it at the pipe's end.
  private static let script = """
    trap '' INT TERM HUP
    living=' '
    while read -r line; do
      group=${line#?}
      case $line in
        +*) living="$living$group " ;;
        -*) case $living in *" $group "*) living="${living%% $group *} ${living#* $group }" ;; esac ;;
      esac
    done
    for group in $living; do kill -KILL "-$group" 2>/dev/null; done
    [ -z "$1" ] || { sleep 0.2; rm -rf -- "$1"; }
    """

  private static func startShell() throws -> Int32 {
    var ends: [Int32] = [-1, -1]
    guard unsafe Glibc.pipe(&ends) == 0, fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0 else {
      throw ProcessFailure("cannot make a pipe")
    }
    defer { close(ends[0]) }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    unsafe closeOthers(&actions)
    _ = try unsafe spawn(
      "/bin/sh", arguments: ["-c", script, "sh", TemporaryFolder.removedAtExit], environment: [:], actions: &actions)
    return ends[1]
  }
}
