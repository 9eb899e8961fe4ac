#include "tests/lab/home_lab.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <thread>

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "tests/support/gguf_builder.hpp"

namespace localscale::lab {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// Not 65534: that is what every unmapped id reads as inside a user namespace, which would hide mistakes.
constexpr uid_t kOrdinaryUser = 64301;
constexpr gid_t kOrdinaryGroup = 64301;

fs::path engine_folder() {
  const char* named = std::getenv("LOCALSCALE_TEST_ENGINE");
  return named != nullptr ? fs::path(named) : fs::path(LOCALSCALE_BUILD_FOLDER) / "engine";
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::uint16_t free_port() {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), length) != 0) return 0;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool eventually(std::chrono::milliseconds within, const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + within;
  while (std::chrono::steady_clock::now() < until) {
    if (holds()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return holds();
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> all;
  std::istringstream direct(
      read_text("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children"));
  for (pid_t child = 0; direct >> child;) {
    all.push_back(child);
    for (const pid_t deeper : children_of(child)) all.push_back(deeper);
  }
  return all;
}

void give_to_ordinary_user(const fs::path& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    [[maybe_unused]] const int changed = ::lchown(entry.path().c_str(), kOrdinaryUser, kOrdinaryGroup);
  }
  [[maybe_unused]] const int changed = ::chown(folder.c_str(), kOrdinaryUser, kOrdinaryGroup);
}

void become_ordinary_user() {
  if (::setgroups(0, nullptr) != 0 || ::setgid(kOrdinaryGroup) != 0 || ::setuid(kOrdinaryUser) != 0)
    ::_exit(120);
}

}  // namespace

bool HomeLab::possible(Starter starter, bool engine) {
  if (starter == Starter::root && ::geteuid() != 0) return false;
  return !engine || fs::exists(engine_folder() / "llama-server");
}

HomeLab::HomeLab(Starter starter, std::string missing)
    : starter_(starter), missing_(std::move(missing)), port_(free_port()) {
  ::chmod(folder_.path().c_str(), 0755);
  fs::create_directories(folder_.path() / "models");
  tests::tiny_model().write(model());
  copy_programs();
  write_config();
  if (starter_ == Starter::user && ::geteuid() == 0) give_to_ordinary_user(folder_.path());
  supervisor_ = spawn(folder_.path() / "log");
  wait_until_ready();
}

HomeLab::~HomeLab() {
  if (supervisor_ <= 0) return;
  ::kill(supervisor_, SIGKILL);
  ::waitpid(supervisor_, nullptr, 0);
}

/// The unprivileged user may not be allowed to look into the build folder.
void HomeLab::copy_programs() const {
  const fs::path build = LOCALSCALE_BUILD_FOLDER;
  const fs::path programs = folder_.path() / "programs";
  fs::create_directories(programs);
  for (const char* program : {"localscaled", "localscale-fetcher"})
    fs::copy(build / "lab" / program, programs / program);
  for (const char* program : {"localscale-supervisor", "localscale-shim", "localscale-escape-probe"}) {
    if (program != missing_) put(program);
  }
  fs::copy(build / "lib" / "liblocalscale-confine.so", programs / "liblocalscale-confine.so");
  if (!fs::exists(engine_folder())) return;
  fs::copy(engine_folder(), folder_.path() / "engine",
           fs::copy_options::recursive | fs::copy_options::copy_symlinks);
}

void HomeLab::put(const std::string& program) const {
  fs::copy(fs::path(LOCALSCALE_BUILD_FOLDER) / "bin" / program, folder_.path() / "programs" / program);
}

void HomeLab::write_config() const {
  std::ofstream config(folder_.path() / "config.toml");
  config << "state_directory = \"" << state().string() << "\"\n[api]\nport = " << port_
         << "\ndrain_timeout_ms = 1000\n[engine]\ndirectory = \"" << (folder_.path() / "engine").string()
         << "\"\n[models]\nfolders = [\"" << (folder_.path() / "models").string() << "\"]\n";
}

pid_t HomeLab::spawn(const fs::path& output) const {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  if (starter_ == Starter::user && ::geteuid() == 0) {
    const int log = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ::dup2(log, 1);
    ::dup2(log, 2);
    become_ordinary_user();
  } else {
    const int log = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ::dup2(log, 1);
    ::dup2(log, 2);
  }
  ::close_range(3, ~0U, 0);
  ::setenv("HOME", folder_.path().c_str(), 1);
  const std::string program = (folder_.path() / "programs" / "localscale-supervisor").string();
  const std::string config = (folder_.path() / "config.toml").string();
  ::execl(program.c_str(), program.c_str(), "--config", config.c_str(), nullptr);
  ::_exit(121);
}

void HomeLab::wait_until_ready() const {
  eventually(10s, [this] { return ask("pid", 1) != "unreachable"; });
}

std::string HomeLab::ask(const std::string& line, int seconds) const {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port_);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return "unreachable";
  const std::string question = line + "\n";
  if (::send(socket.get(), question.data(), question.size(), MSG_NOSIGNAL) < 0) return "unreachable";
  std::string answer;
  for (;;) {
    pollfd readable{socket.get(), POLLIN, 0};
    char c = 0;
    if (::poll(&readable, 1, seconds * 1000) != 1 || ::read(socket.get(), &c, 1) != 1) {
      return answer.empty() ? "unreachable" : answer;
    }
    if (c == '\n') return answer;
    answer.push_back(c);
  }
}

std::string HomeLab::start_another() const {
  const fs::path output = folder_.path() / "second.log";
  const pid_t second = spawn(output);
  ::waitpid(second, nullptr, 0);
  return read_text(output);
}

std::vector<pid_t> HomeLab::descendants(const std::string& name) const {
  std::vector<pid_t> found;
  for (const pid_t pid : children_of(supervisor_)) {
    if (read_text("/proc/" + std::to_string(pid) + "/cmdline").starts_with(name)) found.push_back(pid);
  }
  return found;
}

pid_t HomeLab::wait_for(const std::string& name, pid_t former) const {
  pid_t found = 0;
  eventually(10s, [&] {
    for (const pid_t pid : descendants(name)) {
      if (pid != former) found = pid;
    }
    return found != 0;
  });
  return found;
}

std::size_t HomeLab::open_descriptors() const {
  const fs::directory_iterator entries("/proc/" + std::to_string(supervisor_) + "/fd");
  return static_cast<std::size_t>(std::distance(fs::begin(entries), fs::end(entries)));
}

std::size_t HomeLab::zombies() const {
  std::size_t count = 0;
  for (const pid_t pid : children_of(supervisor_)) {
    const std::string stat = read_text("/proc/" + std::to_string(pid) + "/stat");
    if (stat.find(") Z ") != std::string::npos) ++count;
  }
  return count;
}

std::string HomeLab::log() const {
  return read_text(folder_.path() / "log");
}

int HomeLab::stop() {
  ::kill(supervisor_, SIGTERM);
  return wait_for_end();
}

int HomeLab::wait_for_end() {
  int status = 0;
  const bool ended = eventually(15s, [&] { return ::waitpid(supervisor_, &status, WNOHANG) == supervisor_; });
  if (!ended) return -1;
  supervisor_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace localscale::lab
