#include "supervisor/walls.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <sstream>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/packet.hpp"

namespace localscale::supervisor {
namespace {

constexpr auto kWithin = std::chrono::seconds(30);
constexpr std::size_t kMaxOutput = 32U << 10;
constexpr std::size_t kMaxOpen = 64;
constexpr int kListenerFd = 3;
constexpr int kChannelFd = 4;

/// A listening socket of its own for the house's probe, which tries to turn it round and connect with it.
UniqueFd throwaway_listener() {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!socket || ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return {};
  if (::listen(socket.get(), 1) != 0) return {};
  return socket;
}

}  // namespace

struct WallTest::Probe {
  std::string process;
  std::string output;
  std::string error;
  std::optional<sandbox::Child> child;
  UniqueFd reader;
  UniqueFd listener;  ///< Kept open on our side while the probe runs.
  std::pair<UniqueFd, UniqueFd> channel;
  bool ended = false;
};

WallTest::WallTest(EventLoop& loop, const Home& home, std::function<void(wire::Walls)> on_done)
    : loop_(loop), home_(home), on_done_(std::move(on_done)) {}

WallTest::~WallTest() {
  loop_.cancel(deadline_);
  for (const auto& probe : probes_) {
    if (probe->child) loop_.unwatch(probe->child->pidfd());
    if (probe->reader) loop_.unwatch(probe->reader.get());
  }
}

void WallTest::start() {
  probes_.clear();
  done_ = false;
  deadline_ = loop_.after(kWithin, [this] { give_up(); });
  const auto own_probe = [](Result<sandbox::Confinement> confinement) {
    if (confinement) confinement->arguments.emplace_back("--escape-probe");
    return confinement;
  };
  launch("house", own_probe(house_confinement(home_)));
  launch("fetcher", own_probe(fetcher_confinement(home_)));
  const bool gpu = home_.config.engine.gpu_layers > 0;
  auto engine = probe_confinement(home_, gpu);
  if (engine) {
    engine->program = kShimProgram;
    engine->arguments = {"localscale-shim", "/localscale/llama-server", gpu ? "engine_gpu" : "engine"};
    engine->environment.push_back("LOCALSCALE_HOUSE_FD=" + std::to_string(kChannelFd));
  }
  launch("engine", std::move(engine));
  finish_if_done();
}

void WallTest::launch(const std::string& process, Result<sandbox::Confinement> confinement) {
  Probe& probe = *probes_.emplace_back(std::make_unique<Probe>());
  probe.process = process;
  probe.ended = true;  // Until it really runs.
  std::array<int, 2> ends{};
  auto channel = sandbox::packet_pair();
  if (!confinement || !channel || ::pipe2(ends.data(), O_CLOEXEC) != 0) {
    probe.error = confinement ? "no descriptors are left" : confinement.error().message();
    return;
  }
  probe.reader = UniqueFd(ends[0]);
  const UniqueFd writer(ends[1]);
  probe.channel = std::move(*channel);
  probe.listener = throwaway_listener();
  confinement->fds = {
      {writer.get(), STDOUT_FILENO}, {writer.get(), STDERR_FILENO}, {probe.channel.second.get(), kChannelFd}};
  if (probe.listener && process == "house") confinement->fds.push_back({probe.listener.get(), kListenerFd});
  auto child = sandbox::start(*confinement);
  if (!child) {
    probe.error = child.error().message();
    return;
  }
  probe.child = std::move(*child);
  probe.ended = false;
  ::fcntl(probe.reader.get(), F_SETFL, O_NONBLOCK);
  const bool watched = loop_.watch(probe.reader.get(), [this, &probe] { read_output(probe); }) &&
                       loop_.watch(probe.child->pidfd(), [this, &probe] { ended(probe); });
  if (!watched) {
    probe.error = "it could not be watched";
    probe.ended = true;
  }
}

void WallTest::read_output(Probe& probe) {
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t count = ::read(probe.reader.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) break;
    const auto room = kMaxOutput - std::min(kMaxOutput, probe.output.size());
    probe.output.append(buffer.data(), std::min(room, static_cast<std::size_t>(count)));
  }
  loop_.unwatch(probe.reader.get());
}

void WallTest::ended(Probe& probe) {
  const auto how = probe.child->poll_exit();
  if (!how) return;
  read_output(probe);
  loop_.unwatch(probe.reader.get());
  loop_.unwatch(probe.child->pidfd());
  probe.ended = true;
  // 0: all walls hold, 1: the output lists what is open. Anything else: the probe itself did not work.
  if (how->code != 0 && how->code != 1 && probe.error.empty()) {
    probe.error =
        how->signal != 0 ? "signal " + std::to_string(how->signal) + " ended the probe" : probe.output;
  }
  if (how->code != 1) probe.output.clear();
  if (how->code == 1 && probe.output.empty()) probe.error = "the probe failed without a word";
  finish_if_done();
}

void WallTest::give_up() {
  for (const auto& probe : probes_) {
    if (probe->ended) continue;
    probe->error = "the probe did not end within 30 s";
    probe->child->signal(SIGKILL);  // Its end is seen by ended().
  }
}

void WallTest::finish_if_done() {
  if (done_ || !std::all_of(probes_.begin(), probes_.end(), [](const auto& probe) { return probe->ended; }))
    return;
  done_ = true;
  loop_.cancel(deadline_);
  wire::Walls walls;
  for (const auto& probe : probes_) {
    wire::Walls::Wall& wall = *walls.add_walls();
    wall.set_process(probe->process);
    wall.set_error(probe->error);
    std::istringstream lines(probe->output);
    for (std::string line;
         std::getline(lines, line) && static_cast<std::size_t>(wall.open_size()) < kMaxOpen;) {
      if (!line.empty()) wall.add_open(line.substr(0, 300));
    }
  }
  on_done_(std::move(walls));
}

}  // namespace localscale::supervisor
