import Glibc

/// The `process_*` metrics that Prometheus' own client libraries export, read from `/proc` at each scrape.
///
/// Names and meanings: prometheus.io, "Writing client libraries", process metrics. What cannot be read is left out.
package enum ProcessMetrics {
  package static func register(in registry: MetricsRegistry) {
    registry.collected(.counter, "process_cpu_seconds_total", help: "Total user and system CPU time spent in seconds.")
    {
      if let stat = ProcessStatus.read() { $0([], stat.cpuSeconds) }
    }
    registry.collected(.gauge, "process_resident_memory_bytes", help: "Resident memory size in bytes.") {
      if let stat = ProcessStatus.read() { $0([], stat.residentBytes) }
    }
    registry.collected(.gauge, "process_virtual_memory_bytes", help: "Virtual memory size in bytes.") {
      if let stat = ProcessStatus.read() { $0([], stat.virtualBytes) }
    }
    registry.collected(
      .gauge, "process_start_time_seconds", help: "Start time of the process since unix epoch in seconds."
    ) {
      if let seconds = startTimeSeconds { $0([], seconds) }
    }
    registry.collected(.gauge, "process_open_fds", help: "Number of open file descriptors.") {
      if let count = openFileDescriptors() { $0([], Double(count)) }
    }
    registry.collected(.gauge, "process_max_fds", help: "Maximum number of open file descriptors.") {
      var limit = rlimit()
      guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
      $0([], Double(limit.rlim_cur))
    }
    registry.collected(.gauge, "process_threads", help: "Number of operating-system threads of the process.") {
      if let stat = ProcessStatus.read() { $0([], stat.threads) }
    }
  }

  /// Boot time (`btime` of /proc/stat) plus the start in clock ticks after boot (field 22 of /proc/self/stat).
  private static let startTimeSeconds: Double? = {
    guard let stat = ProcessStatus.read(), let system = SmallFile.read("/proc/stat") else { return nil }
    for line in system.split(separator: "\n") where line.hasPrefix("btime ") {
      guard let boot = Double(line.dropFirst("btime ".count)) else { return nil }
      return boot + stat.startSecondsAfterBoot
    }
    return nil
  }()

  private static func openFileDescriptors() -> Int? {
    guard let folder = unsafe opendir("/proc/self/fd") else { return nil }
    defer { unsafe closedir(folder) }
    var entries = 0
    while unsafe readdir(folder) != nil { entries += 1 }
    // ".", "..", and the descriptor that reads the folder.
    return max(0, entries - 3)
  }
}

/// The fields of `/proc/self/stat` that are exported; proc(5) numbers them from 1.
struct ProcessStatus {
  let cpuSeconds: Double
  let threads: Double
  let startSecondsAfterBoot: Double
  let virtualBytes: Double
  let residentBytes: Double

  static func read() -> ProcessStatus? {
    SmallFile.read("/proc/self/stat").flatMap(ProcessStatus.init(stat:))
  }

  /// The second field is the program's name in parentheses, which may hold blanks and parentheses itself: what
  /// follows the last closing one is split.
  init?(stat: String) {
    guard let nameEnd = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: nameEnd)...].split(separator: " ")
    // fields[0] is field 3 of proc(5).
    func number(_ field: Int) -> Double? { fields.count > field - 3 ? Double(fields[field - 3]) : nil }
    let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
    let pageBytes = Double(sysconf(Int32(_SC_PAGESIZE)))
    guard ticksPerSecond > 0, let user = number(14), let system = number(15), let threads = number(20),
      let start = number(22), let virtual = number(23), let pages = number(24)
    else { return nil }
    cpuSeconds = (user + system) / ticksPerSecond
    self.threads = threads
    startSecondsAfterBoot = start / ticksPerSecond
    virtualBytes = virtual
    residentBytes = pages * pageBytes
  }
}

/// Reads small text files such as those of `/proc`, whose size cannot be asked for beforehand.
enum SmallFile {
  /// The first 64 KiB of the file as text, or nil where it cannot be opened.
  static func read(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while bytes.count < 65_536 {
      var chunk = [UInt8](repeating: 0, count: 4_096)
      let count = unsafe chunk.withUnsafeMutableBytes { buffer in
        // SAFETY: the buffer is valid during this closure and read(2) writes at most its count.
        unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
      guard count > 0 else { break }
      bytes.append(contentsOf: chunk.prefix(count))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
