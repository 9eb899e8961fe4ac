// bench_house [STARTS]: how long localscaled takes from its start to its first answer, and what memory it
// keeps when idle. The database exists already; the sockets are inherited, as from the supervisor. No model
// is loaded.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "base/unique_fd.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using localscale::UniqueFd;

constexpr double start_bar_ms = 150;
constexpr double idle_bar_mib = 25;

struct Listener {
  UniqueFd fd;
  std::uint16_t port = 0;
};

[[noreturn]] void give_up(const char* what) {
  fmt::print(stderr, "bench_house: {}: {}\n", what, std::strerror(errno));
  std::exit(1);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Listener open_listener() {
  Listener listener{UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))};
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener.fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener.fd.get(), 64) != 0 ||
      ::getsockname(listener.fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    give_up("opening a port");
  }
  listener.port = ntohs(address.sin_port);
  return listener;
}

pid_t start_house(const fs::path& program, const Listener& listener, const fs::path& state) {
  const pid_t child = fork();
  if (child != 0) return child;
  if (listener.fd.get() == 3) {
    fcntl(3, F_SETFD, 0);  // dup2 to itself would leave it close-on-exec
  } else {
    dup2(listener.fd.get(), 3);
  }
  setenv("LISTEN_FDS", "1", 1);
  setenv("LISTEN_FDNAMES", "loopback", 1);
  setenv("LOCALSCALE_CONFIG", (state / "config.toml").c_str(), 1);
  setenv("LOCALSCALE_STATE_DIRECTORY", state.c_str(), 1);
  setenv("LOCALSCALE_PROGRAMS", program.parent_path().c_str(), 1);
  execl(program.c_str(), "localscaled", nullptr);
  _exit(127);
}

/// True if the house answers /healthz. The listener is open already, so the request waits until the house
/// accepts it.
bool answers(std::uint16_t port) {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
  const timeval patience{10, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  constexpr std::string_view request =
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return false;
  char answer[64] = {};
  const ssize_t got = ::recv(fd.get(), answer, sizeof answer - 1, 0);
  return got > 12 && std::string_view(answer).starts_with("HTTP/1.1 200");
}

double resident_mib(pid_t process) {
  std::ifstream status(fmt::format("/proc/{}/status", process));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:"))
      return static_cast<double>(std::strtoull(line.c_str() + 6, nullptr, 10)) / 1024;
  }
  return 0;
}

void end(pid_t process) {
  kill(process, SIGTERM);
  waitpid(process, nullptr, 0);
}

void report(const char* claim, double value, const char* unit, double bar, std::size_t runs) {
  const bool ok = value <= bar;
  fmt::print("{:<10} {:>8.1f} {:<4} (bar {:.0f}) {}\n", claim, value, unit, bar, ok ? "ok" : "MISSED");
  fmt::print(
      R"({{"bench":"gateway","claim":"{}","value":{:.2f},"unit":"{}","bar":{:.0f},"better":"lower","ok":{},"with":{{"starts":{}}}}})"
      "\n",
      claim, value, unit, bar, ok, runs);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t runs = argc > 1 ? localscale::parse_u64(argv[1]).value_or(9) : 9;
  const fs::path program = fs::read_symlink("/proc/self/exe").parent_path() / "localscaled";
  const localscale::tests::TemporaryFolder temporary;
  const std::string folder = temporary.path().string();
  std::ofstream(temporary.path() / "config.toml")
      << "[models]\nuse_ollama_store = false\nuse_huggingface_cache = false\nuse_llama_cache = "
         "false\n[log]\nlevel = \"error\"\n";

  std::vector<double> starts;
  std::vector<double> resident;
  for (std::size_t i = 0; i <= runs; ++i) {
    const Listener listener = open_listener();
    const auto begin = Clock::now();
    const pid_t house = start_house(program, listener, folder);
    if (!answers(listener.port)) give_up("the house does not answer");
    const double ms = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    // The first start makes the database.
    if (i > 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      starts.push_back(ms);
      resident.push_back(resident_mib(house));
    }
    end(house);
  }
  std::ranges::sort(starts);
  std::ranges::sort(resident);
  report("start_ms", starts[starts.size() / 2], "ms", start_bar_ms, runs);
  report("idle_mib", resident[resident.size() / 2], "MiB", idle_bar_mib, runs);
  return 0;
}
