// Stands in for localscaled in the tests of the supervisor: the same walls, but a line protocol on the
// loopback socket by which the test tells it what to ask of the supervisor, and what to try inside its walls.
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <sstream>
#include <string>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/packet.hpp"
#include "sandbox/probe.hpp"
#include "sandbox/self_confine.hpp"
#include "wire/control.pb.h"

namespace {

using namespace localscale;  // NOLINT(google-build-using-namespace): one small program

int number_from(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? -1 : std::atoi(value);
}

class StubHouse {
 public:
  StubHouse()
      : supervisor_(number_from("LOCALSCALE_SUPERVISOR_FD")),
        fetcher_(number_from("LOCALSCALE_FETCHER_FD")) {}

  /// Serves one client after another until SIGTERM.
  int run() {
    sigset_t watched;
    sigemptyset(&watched);
    sigaddset(&watched, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &watched, nullptr);
    const int signals = ::signalfd(-1, &watched, SFD_CLOEXEC);
    ::fcntl(3, F_SETFL, 0);
    for (;;) {
      std::array<pollfd, 3> events{pollfd{3, POLLIN, 0}, pollfd{supervisor_, POLLIN, 0},
                                   pollfd{signals, POLLIN, 0}};
      if (::poll(events.data(), events.size(), -1) < 0 && errno != EINTR) return 1;
      if (events[2].revents != 0 && !stubborn_) return 0;
      if (events[1].revents != 0) take_event();
      if (events[0].revents != 0) serve(UniqueFd(::accept4(3, nullptr, nullptr, SOCK_CLOEXEC)));
    }
  }

 private:
  void serve(const UniqueFd& client) {
    std::string line;
    char c = 0;
    while (::read(client.get(), &c, 1) == 1 && c != '\n') line.push_back(c);
    const std::string answer = obey(line) + "\n";
    [[maybe_unused]] const auto written = ::write(client.get(), answer.data(), answer.size());
  }

  std::string obey(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    std::string argument;
    words >> verb >> argument;
    if (verb == "pid") return "pid " + std::to_string(::getuid());
    if (verb == "launch" || verb == "bench") return launch(argument, verb == "bench", 0);
    if (verb == "gpu") return launch(argument, false, 1);
    if (verb == "stop") return stop(argument, false);
    if (verb == "kill") return stop(argument, true);
    if (verb == "get") return get(std::strtoull(argument.c_str(), nullptr, 10));
    if (verb == "output") return output(std::strtoull(argument.c_str(), nullptr, 10));
    if (verb == "exited") return exited();
    if (verb == "walls") return walls();
    if (verb == "forget_walls") return walls_.Clear(), "ok";
    if (verb == "quit") return quit(std::atoi(argument.c_str()));
    if (verb == "load") return load();
    if (verb == "fetcher") return fetcher();
    if (verb == "list") return list(argument);
    if (verb == "write") return write_file(argument);
    if (verb == "stubborn") return stubborn_ = true, "ok";
    if (verb == "die") ::_exit(std::atoi(argument.c_str()));
    return "what?";
  }

  bool take_event() {
    auto received = sandbox::receive_packet(supervisor_);
    if (!received || received->state != sandbox::Received::State::packet) ::_exit(3);
    wire::SupervisorEvent event;
    if (!event.ParseFromString(received->packet.bytes)) ::_exit(4);
    if (event.has_load()) load_ = event.load();
    if (event.has_walls()) walls_ = event.walls();
    if (event.has_exited()) exited_ = event.exited();
    if (event.has_fetcher_restarted()) {
      ::close(fetcher_);
      fetcher_ = received->packet.fds.at(0).release();
    }
    if (event.id() == 0) return false;
    answer_ = event;
    if (!received->packet.fds.empty()) attached_ = std::move(received->packet.fds[0]);
    return true;
  }

  wire::SupervisorEvent ask(wire::SupervisorRequest request) {
    request.set_id(++last_id_);
    if (!sandbox::send_packet(supervisor_, request.SerializeAsString())) ::_exit(5);
    while (!take_event()) {
    }
    return answer_;
  }

  std::string launch(const std::string& path, bool bench, unsigned gpu_layers) {
    wire::SupervisorRequest request;
    auto& launch = *request.mutable_launch();
    launch.set_kind(bench ? wire::LaunchWorker::BENCH : wire::LaunchWorker::SERVER);
    launch.set_model_path(path);
    launch.mutable_options()->set_threads(1);
    launch.mutable_options()->set_context_tokens(512);
    launch.mutable_options()->set_batch_tokens(64);
    launch.mutable_options()->set_micro_batch_tokens(64);
    launch.mutable_options()->set_slots(1);
    launch.mutable_options()->set_alias("tiny");
    launch.mutable_options()->set_gpu_layers(gpu_layers);
    launch.mutable_bench()->set_prompt_tokens(8);
    launch.mutable_bench()->set_generated_tokens(4);
    launch.mutable_bench()->set_repetitions(1);
    const auto answer = ask(request);
    if (answer.has_failed()) return "failed " + answer.failed().code() + " " + answer.failed().what();
    workers_[answer.started().worker()] = std::move(attached_);
    return "started " + std::to_string(answer.started().worker());
  }

  std::string stop(const std::string& worker, bool force) {
    wire::SupervisorRequest request;
    request.set_id(++last_id_);
    request.mutable_stop()->set_worker(std::strtoull(worker.c_str(), nullptr, 10));
    request.mutable_stop()->set_force(force);
    return sandbox::send_packet(supervisor_, request.SerializeAsString()) ? "ok" : "gone";
  }

  /// GET /health over a connection from the shim; retried until the engine is ready.
  std::string get(std::uint64_t worker) {
    std::string last = "none";
    for (int i = 0; i < 200; ++i) {
      wire::ShimRequest request;
      request.set_id(1);
      const int channel = workers_[worker].get();
      if (!sandbox::send_packet(channel, request.SerializeAsString())) return "gone";
      auto received = sandbox::receive_packet(channel);
      if (!received || received->state != sandbox::Received::State::packet) return "gone";
      wire::ShimReply reply;
      reply.ParseFromString(received->packet.bytes);
      last = reply.has_failed() ? reply.failed().code() : health(received->packet.fds.at(0));
      if (last.find("200 OK") != std::string::npos) return last;
      ::usleep(50'000);
    }
    return last;
  }

  static std::string health(const UniqueFd& connection) {
    ::fcntl(connection.get(), F_SETFL, 0);
    const std::string question = "GET /health HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n";
    if (::write(connection.get(), question.data(), question.size()) < 0) return "write failed";
    std::array<char, 512> buffer{};
    const ssize_t count = ::read(connection.get(), buffer.data(), buffer.size());
    const std::string text(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    return text.substr(0, text.find('\r'));
  }

  std::string output(std::uint64_t worker) {
    std::string text;
    char c = 0;
    while (::read(workers_[worker].get(), &c, 1) == 1) text.push_back(c == '\n' ? ' ' : c);
    return text;
  }

  std::string exited() {
    while (exited_.worker() == 0) take_event();
    const wire::WorkerExited how = exited_;
    exited_.Clear();
    std::string text = "worker " + std::to_string(how.worker()) + " code " + std::to_string(how.exit_code()) +
                       " signal " + std::to_string(how.signal()) + " oom " +
                       std::to_string(how.out_of_memory());
    for (const auto& line : how.last_lines()) text += " | " + line;
    return text;
  }

  /// Ends as a program does: its channels close somewhat before its process is gone.
  [[noreturn]] std::string quit(int code) {
    ::close(supervisor_);
    ::usleep(300'000);
    ::_exit(code);
  }

  std::string walls() {
    while (walls_.walls_size() == 0) take_event();
    std::string text;
    for (const auto& wall : walls_.walls()) {
      text += wall.process() + "{" + wall.error();
      for (const auto& open : wall.open()) text += open + ";";
      text += "} ";
    }
    return text;
  }

  std::string load() {
    while (load_.cores() == 0) take_event();
    return "cores " + std::to_string(load_.cores()) + " busy " +
           std::to_string(load_.busy_by_others_permille()) + " memory " +
           std::to_string(load_.memory_available_bytes());
  }

  /// One message to the stub fetcher and its answer.
  std::string fetcher() {
    for (int i = 0; i < 100; ++i) {
      while (has_event()) take_event();  // Perhaps news of a restarted fetcher.
      if (sandbox::send_packet(fetcher_, "ping")) {
        auto received = sandbox::receive_packet(fetcher_);
        if (received && received->state == sandbox::Received::State::packet) return received->packet.bytes;
      }
      ::usleep(50'000);
    }
    return "gone";
  }

  [[nodiscard]] bool has_event() const {
    pollfd event{supervisor_, POLLIN, 0};
    return ::poll(&event, 1, 0) == 1;
  }

  static std::string list(const std::string& path) {
    DIR* folder = ::opendir(path.c_str());
    if (folder == nullptr) return std::string("error ") + std::strerror(errno);
    std::string text;
    while (const dirent* entry = ::readdir(folder)) {
      if (entry->d_name[0] != '.' || std::strlen(entry->d_name) > 2) text += std::string(entry->d_name) + " ";
    }
    ::closedir(folder);
    return text;
  }

  static std::string write_file(const std::string& path) {
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    return fd ? "ok" : std::string("error ") + std::strerror(errno);
  }

  int supervisor_;
  int fetcher_;
  bool stubborn_ = false;
  std::uint64_t last_id_ = 0;
  wire::SupervisorEvent answer_;
  UniqueFd attached_;
  std::map<std::uint64_t, UniqueFd> workers_;
  wire::Load load_;
  wire::Walls walls_;
  wire::WorkerExited exited_;
};

}  // namespace

int main(int argc, char** argv) {
  if (auto entered = sandbox::enter(sandbox::Profile::house); !entered) {
    std::fprintf(stderr, "stub house: %s\n", entered.error().message().c_str());
    return 125;
  }
  if (argc > 1 && std::strcmp(argv[1], "--escape-probe") == 0)
    return sandbox::run_probe(sandbox::Profile::house);
  return StubHouse().run();
}
