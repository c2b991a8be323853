// The client of the benchmarks: one TLS connection, HTTP/2, a fixed number of requests in flight.
//
// It behaves as kube-scheduler's Go transport does on the wire (headers, window sizes, frame sizes) but is written on
// nghttp2 and OpenSSL, so that little of the measured time is its own. While it measures, it reads the CPU time of
// the server's process from that process's CPU clock, which has nanosecond resolution and counts ended threads too.
//
// usage: driver --address HOST:PORT --ca FILE --plan FILE [--pid N] [--in-flight N] [--seconds S]
//               [--warm-up-cycles N] [--minimum-cycles N] [--maximum-cycles N] [--record FOLDER]
// A plan has one step a line: PATH TAB BODY-FILE. Requests cycle through the steps in order.
// Prints one JSON object; exits 1 with a message on the first reply that is not a 200 or that changes its length.

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nghttp2/nghttp2.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace {

// What Go 1.27's HTTP/2 client announces (transportDefaultStreamFlow, transportDefaultConnFlow, defaultMaxReadFrameSize,
// maxHeaderListSize), the largest DATA frame it writes (frameScratchBufferLen), and the size of its write buffer.
constexpr int32_t streamWindowBytes = 4 << 20;
constexpr int32_t connectionWindowBytes = 1 << 30;
constexpr uint32_t largestReadFrameBytes = 1 << 20;
constexpr uint32_t headerListBytes = 10 << 20;
constexpr size_t largestDataFrameBytes = 512 << 10;
constexpr size_t writeBufferBytes = 4096;

[[noreturn]] void fail(const std::string &message) {
  std::fprintf(stderr, "driver: %s\n", message.c_str());
  std::exit(1);
}

uint64_t nanoseconds(clockid_t clock) {
  timespec now{};
  if (clock_gettime(clock, &now) != 0) fail("the server's process has ended");
  return uint64_t(now.tv_sec) * 1'000'000'000u + uint64_t(now.tv_nsec);
}

struct Options {
  std::string address, certificateAuthority, plan, record;
  pid_t pid = 0;
  size_t inFlight = 1, warmUpCycles = 3, minimumCycles = 5, maximumCycles = SIZE_MAX;
  double seconds = 1;
};

struct Step {
  std::string path, length;
  const uint8_t *body = nullptr;
  size_t bodyBytes = 0;
  size_t replyBytes = SIZE_MAX;  // of the first reply; later ones must agree
  std::vector<uint64_t> latencies;
};

struct Exchange {
  size_t step = 0, sent = 0, received = 0;
  uint64_t start = 0;
  int status = 0;
  std::string kept;  // reply bytes, only while recording
};

class Client {
 public:
  explicit Client(const Options &options) : options(options) {
    readPlan();
    connectSocket();
    startSession();
  }

  // Runs until at least `minimum` whole cycles are done and `seconds` are over, then waits for every reply.
  // Returns the number of requests.
  size_t run(size_t minimum, size_t maximum, double seconds, bool keepLatencies) {
    keeping = keepLatencies;
    started = finished = 0;
    const uint64_t end = nanoseconds(CLOCK_MONOTONIC) + uint64_t(seconds * 1e9);
    auto more = [&] {
      if (started % steps.size() != 0) return true;
      const size_t cycles = started / steps.size();
      return cycles < maximum && (cycles < minimum || nanoseconds(CLOCK_MONOTONIC) < end);
    };
    bool open = true;
    while (open || finished < started) {
      while (open && started - finished < options.inFlight) {
        if (!(open = more())) break;
        submit(started++ % steps.size());
      }
      if (finished < started) exchangeBytes();
    }
    return finished;
  }

  std::vector<Step> steps;

 private:
  const Options &options;
  std::vector<std::unique_ptr<Exchange>> pool;
  SSL *tls = nullptr;
  nghttp2_session *session = nullptr;
  int socketDescriptor = -1;
  std::vector<uint8_t> outgoing;  // one frame
  std::vector<uint8_t> incoming = std::vector<uint8_t>(256 << 10);
  size_t outgoingDone = 0;
  size_t started = 0, finished = 0;
  bool keeping = false;
  std::string authority;

  void readPlan() {
    std::ifstream file(options.plan);
    std::string line;
    std::map<std::string, std::pair<const uint8_t *, size_t>> mapped;
    while (std::getline(file, line)) {
      const size_t tab = line.find('\t');
      if (tab == std::string::npos) fail("a line of the plan has no tab: " + line);
      const std::string name = line.substr(tab + 1);
      if (!mapped.count(name)) mapped[name] = mapFile(name);
      Step step;
      step.path = line.substr(0, tab);
      std::tie(step.body, step.bodyBytes) = mapped[name];
      step.length = std::to_string(step.bodyBytes);
      steps.push_back(std::move(step));
    }
    if (steps.empty()) fail("the plan " + options.plan + " has no step");
  }

  static std::pair<const uint8_t *, size_t> mapFile(const std::string &name) {
    const int descriptor = open(name.c_str(), O_RDONLY);
    struct stat status {};
    if (descriptor < 0 || fstat(descriptor, &status) != 0) fail("cannot read " + name);
    void *bytes = mmap(nullptr, size_t(status.st_size), PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
    if (bytes == MAP_FAILED) fail("cannot map " + name);
    close(descriptor);
    return {static_cast<const uint8_t *>(bytes), size_t(status.st_size)};
  }

  void connectSocket() {
    const size_t colon = options.address.rfind(':');
    if (colon == std::string::npos) fail("--address needs HOST:PORT");
    authority = options.address;
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(uint16_t(std::atoi(options.address.c_str() + colon + 1)));
    if (inet_pton(AF_INET, options.address.substr(0, colon).c_str(), &peer.sin_addr) != 1) fail("not an IPv4 address");
    socketDescriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(socketDescriptor, reinterpret_cast<sockaddr *>(&peer), sizeof peer) != 0)
      fail("cannot connect to " + options.address + ": " + std::strerror(errno));
    const int on = 1;
    setsockopt(socketDescriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_CTX_load_verify_locations(context, options.certificateAuthority.c_str(), nullptr) != 1)
      fail("cannot read the CA file " + options.certificateAuthority);
    const unsigned char protocols[] = {2, 'h', '2'};
    SSL_CTX_set_alpn_protos(context, protocols, sizeof protocols);
    // Go prefers AES-GCM with 128 bits where the CPU has AES instructions.
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384");
    tls = SSL_new(context);
    SSL_set_fd(tls, socketDescriptor);
    if (SSL_connect(tls) != 1) {
      ERR_print_errors_fp(stderr);
      fail("the TLS handshake with " + options.address + " failed");
    }
    fcntl(socketDescriptor, F_SETFL, fcntl(socketDescriptor, F_GETFL) | O_NONBLOCK);
  }

  void startSession() {
    nghttp2_session_callbacks *callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, onHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, onData);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, onClose);
    nghttp2_session_callbacks_set_data_source_read_length_callback(
        callbacks, [](nghttp2_session *, uint8_t, int32_t, int32_t connection, int32_t stream, uint32_t frame, void *) {
          return ssize_t(std::min({size_t(connection), size_t(stream), size_t(frame), largestDataFrameBytes}));
        });
    nghttp2_session_client_new(&session, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0}, {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, uint32_t(streamWindowBytes)},
        {NGHTTP2_SETTINGS_MAX_FRAME_SIZE, largestReadFrameBytes},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, headerListBytes}};
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, 4);
    nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, connectionWindowBytes);
  }

  void submit(size_t index) {
    Step &step = steps[index];
    auto exchange = pool.empty() ? std::make_unique<Exchange>() : std::move(pool.back());
    if (!pool.empty()) pool.pop_back();
    *exchange = Exchange{};
    exchange->step = index;
    auto field = [](const char *name, const std::string &value) {
      return nghttp2_nv{(uint8_t *)name, (uint8_t *)value.data(), std::strlen(name), value.size(), 0};
    };
    static const std::string post = "POST", https = "https", json = "application/json", gzip = "gzip",
                             agent = "Go-http-client/2.0";
    const nghttp2_nv fields[] = {
        field(":authority", authority),       field(":method", post),         field(":path", step.path),
        field(":scheme", https),              field("content-type", json),    field("content-length", step.length),
        field("accept-encoding", gzip),       field("user-agent", agent)};
    nghttp2_data_provider provider{};
    provider.source.ptr = exchange.get();
    provider.read_callback = readBody;
    exchange->start = nanoseconds(CLOCK_MONOTONIC);
    if (nghttp2_submit_request(session, nullptr, fields, 8, &provider, exchange.release()) < 0) fail("cannot submit");
  }

  static ssize_t readBody(nghttp2_session *, int32_t, uint8_t *buffer, size_t length, uint32_t *flags,
                          nghttp2_data_source *source, void *self) {
    auto *exchange = static_cast<Exchange *>(source->ptr);
    const Step &step = static_cast<Client *>(self)->steps[exchange->step];
    const size_t count = std::min(length, step.bodyBytes - exchange->sent);
    std::memcpy(buffer, step.body + exchange->sent, count);
    exchange->sent += count;
    if (exchange->sent == step.bodyBytes) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return ssize_t(count);
  }

  static int onHeader(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t nameLength,
                      const uint8_t *value, size_t, uint8_t, void *) {
    auto *exchange = static_cast<Exchange *>(nghttp2_session_get_stream_user_data(session, frame->hd.stream_id));
    if (exchange && nameLength == 7 && std::memcmp(name, ":status", 7) == 0)
      exchange->status = std::atoi(reinterpret_cast<const char *>(value));
    return 0;
  }

  static int onData(nghttp2_session *session, uint8_t, int32_t stream, const uint8_t *bytes, size_t count, void *self) {
    auto *exchange = static_cast<Exchange *>(nghttp2_session_get_stream_user_data(session, stream));
    if (!exchange) return 0;
    exchange->received += count;
    if (!static_cast<Client *>(self)->options.record.empty() || exchange->status != 200)
      exchange->kept.append(reinterpret_cast<const char *>(bytes), count);
    return 0;
  }

  static int onClose(nghttp2_session *session, int32_t stream, uint32_t code, void *self) {
    std::unique_ptr<Exchange> exchange(
        static_cast<Exchange *>(nghttp2_session_get_stream_user_data(session, stream)));
    if (exchange) static_cast<Client *>(self)->finish(std::move(exchange), code);
    return 0;
  }

  void finish(std::unique_ptr<Exchange> exchange, uint32_t code) {
    const uint64_t now = nanoseconds(CLOCK_MONOTONIC);
    Step &step = steps[exchange->step];
    if (code != 0 || exchange->status != 200)
      fail(step.path + " answered status " + std::to_string(exchange->status) + ", stream error " +
           std::to_string(code) + ": " + exchange->kept.substr(0, 300));
    if (step.replyBytes == SIZE_MAX) {
      step.replyBytes = exchange->received;
      if (!options.record.empty()) recordReply(*exchange);
    }
    if (step.replyBytes != exchange->received)
      fail(step.path + " answered " + std::to_string(exchange->received) + " bytes, before " +
           std::to_string(step.replyBytes));
    if (keeping) step.latencies.push_back(now - exchange->start);
    finished += 1;
    pool.push_back(std::move(exchange));
  }

  void recordReply(const Exchange &exchange) const {
    std::ofstream file(options.record + "/" + std::to_string(exchange.step) + ".json", std::ios::binary);
    file << exchange.kept;
  }

  // Sends what there is to send and takes what there is to take; sleeps in poll when neither is possible.
  void exchangeBytes() {
    const bool wantsWrite = writeSome();
    bool progressed = false;
    for (;;) {
      const int count = SSL_read(tls, incoming.data(), int(incoming.size()));
      if (count > 0) {
        if (nghttp2_session_mem_recv(session, incoming.data(), size_t(count)) < 0) fail("HTTP/2 error");
        progressed = true;
        continue;
      }
      const int error = SSL_get_error(tls, count);
      if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) break;
      fail("the server closed the connection");
    }
    if (progressed) return;
    pollfd descriptor{socketDescriptor, short(POLLIN | (wantsWrite ? POLLOUT : 0)), 0};
    if (poll(&descriptor, 1, 60'000) == 0) fail("no reply for 60 s");
  }

  // Writes as Go's client does: it flushes after every frame, through a buffer of 4 KiB that what is left of a larger
  // frame goes around; each of these writes begins a TLS record. Returns whether the socket took less than there was.
  bool writeSome() {
    for (;;) {
      if (outgoingDone == outgoing.size()) {
        const uint8_t *bytes = nullptr;
        const ssize_t count = nghttp2_session_mem_send(session, &bytes);
        if (count < 0) fail("HTTP/2 error on sending");
        if (count == 0) return false;
        outgoing.assign(bytes, bytes + count);
        outgoingDone = 0;
      }
      size_t part = outgoing.size() - outgoingDone;
      if (outgoingDone < writeBufferBytes) part = std::min(part, writeBufferBytes - outgoingDone);
      const int count = SSL_write(tls, outgoing.data() + outgoingDone, int(part));
      if (count <= 0) return true;
      outgoingDone += size_t(count);
    }
  }
};

// utime and stime of a process, in clock ticks.
std::pair<uint64_t, uint64_t> userAndSystemTicks(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const size_t end = text.rfind(')');
  uint64_t user = 0, system = 0;
  if (end != std::string::npos)
    std::sscanf(text.c_str() + end + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64, &user,
                &system);
  return {user, system};
}

Options parse(int count, char **arguments) {
  Options options;
  for (int index = 1; index + 1 < count; index += 2) {
    const std::string name = arguments[index], value = arguments[index + 1];
    if (name == "--address") options.address = value;
    else if (name == "--ca") options.certificateAuthority = value;
    else if (name == "--plan") options.plan = value;
    else if (name == "--record") options.record = value;
    else if (name == "--pid") options.pid = pid_t(std::stol(value));
    else if (name == "--in-flight") options.inFlight = std::stoul(value);
    else if (name == "--seconds") options.seconds = std::stod(value);
    else if (name == "--warm-up-cycles") options.warmUpCycles = std::stoul(value);
    else if (name == "--minimum-cycles") options.minimumCycles = std::stoul(value);
    else if (name == "--maximum-cycles") options.maximumCycles = std::stoul(value);
    else fail("unknown option " + name);
  }
  if (options.address.empty() || options.certificateAuthority.empty() || options.plan.empty())
    fail("--address, --ca and --plan are needed");
  return options;
}

}  // namespace

int main(int count, char **arguments) {
  const Options options = parse(count, arguments);
  clockid_t serverClock = CLOCK_PROCESS_CPUTIME_ID;
  if (options.pid != 0 && clock_getcpuclockid(options.pid, &serverClock) != 0) fail("no process with that --pid");
  Client client(options);
  client.run(options.warmUpCycles, options.warmUpCycles, 0, false);

  const auto ticksBefore = userAndSystemTicks(options.pid);
  const uint64_t cpuBefore = nanoseconds(serverClock), wallBefore = nanoseconds(CLOCK_MONOTONIC);
  const uint64_t ownBefore = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
  const size_t requests = client.run(options.minimumCycles, options.maximumCycles, options.seconds, true);
  const uint64_t cpu = nanoseconds(serverClock) - cpuBefore, wall = nanoseconds(CLOCK_MONOTONIC) - wallBefore;
  const uint64_t own = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - ownBefore;
  const auto ticks = userAndSystemTicks(options.pid);

  std::printf("{\"requests\":%zu,\"wallNanoseconds\":%" PRIu64 ",\"serverCPUNanoseconds\":%" PRIu64
              ",\"clientCPUNanoseconds\":%" PRIu64 ",\"userTicks\":%" PRIu64 ",\"systemTicks\":%" PRIu64 ",\"steps\":[",
              requests, wall, options.pid ? cpu : 0, own, ticks.first - ticksBefore.first,
              ticks.second - ticksBefore.second);
  for (size_t index = 0; index < client.steps.size(); ++index) {
    const Step &step = client.steps[index];
    std::printf("%s{\"path\":\"%s\",\"requestBytes\":%zu,\"replyBytes\":%zu,\"latencyNanoseconds\":[",
                index ? "," : "", step.path.c_str(), step.bodyBytes, step.replyBytes);
    for (size_t sample = 0; sample < step.latencies.size(); ++sample)
      std::printf("%s%" PRIu64, sample ? "," : "", step.latencies[sample]);
    std::printf("]}");
  }
  std::printf("]}\n");
}
