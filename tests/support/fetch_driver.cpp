// Drives a real localscale-fetcher for tests: speaks its packet channel, and JSON lines on standard input and
// output.
//   fetch_driver FETCHER [ARGUMENT…]
// In:  {"id":1,"pull":"NAME","have":["sha256:…"]}  {"id":1,"peek":"NAME","bytes":N}  {"id":1,"cancel":true};
// the end of input closes the channel. Out: {"event":"started","pid":…}
// {"id":1,"event":"progress"|"done"|"failed"|"found"|"bytes"|"end",…}  {"event":"exit","code":…,"signal":…}
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "wire/control.pb.h"

namespace {

using localscale::UniqueFd;
using Json = nlohmann::json;
namespace wire = localscale::wire;

constexpr std::size_t max_packet_bytes = 64U << 10;

void print(const Json& line) {
  std::printf("%s\n", line.dump().c_str());
  std::fflush(stdout);
}

pid_t spawn(char** arguments, int house_end, int fetcher_end) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::close(house_end);
  ::setenv("LOCALSCALE_HOUSE_FD", std::to_string(fetcher_end).c_str(), 1);
  ::execv(arguments[0], arguments);
  std::perror("execv");
  std::_Exit(127);
}

std::string to_packet(const Json& line) {
  wire::FetchRequest request;
  request.set_id(line.at("id").get<std::uint64_t>());
  if (line.value("cancel", false)) {
    request.mutable_cancel();
  } else if (line.contains("peek")) {
    request.mutable_peek()->set_name(line.at("peek").get<std::string>());
    request.mutable_peek()->set_most_bytes(line.at("bytes").get<std::uint64_t>());
  } else {
    request.mutable_pull()->set_name(line.at("pull").get<std::string>());
    for (const auto& digest : line.value("have", Json::array())) {
      request.mutable_pull()->add_have_digests(digest.get<std::string>());
    }
  }
  return request.SerializeAsString();
}

template <class Message>
Json files_of(const Message& message) {
  Json out = Json::array();
  for (const auto& file : message.files()) {
    out.push_back({{"role", wire::FetchedFile::Role_Name(file.role())},
                   {"digest", file.digest()},
                   {"bytes", file.bytes()}});
  }
  return out;
}

Json to_json(const wire::FetchEvent& event) {
  Json out{{"id", event.id()}};
  if (event.has_progress()) {
    const auto& progress = event.progress();
    out.update({{"event", "progress"},
                {"status", progress.status()},
                {"digest", progress.digest()},
                {"total", progress.total_bytes()},
                {"completed", progress.completed_bytes()},
                {"rate", progress.bytes_per_second()}});
  } else if (event.has_failed()) {
    const auto& failed = event.failed();
    out.update(
        {{"event", "failed"}, {"code", failed.code()}, {"what", failed.what()}, {"next", failed.next()}});
  } else if (event.has_done()) {
    out.update(
        {{"event", "done"}, {"name", event.done().name()}, {"manifest", event.done().manifest_digest()}});
    out["files"] = files_of(event.done());
  } else if (event.has_peek_found()) {
    out.update({{"event", "found"}, {"files", files_of(event.peek_found())}});
  } else if (event.has_peek_bytes()) {
    const auto& bytes = event.peek_bytes();
    out.update({{"event", "bytes"}, {"offset", bytes.offset()}, {"count", bytes.data().size()}});
  } else if (event.has_peek_end()) {
    out["event"] = "end";
  }
  return out;
}

/// Sends every complete line of `input`; keeps the rest.
void send_lines(int channel, std::string& input) {
  for (auto end = input.find('\n'); end != std::string::npos; end = input.find('\n')) {
    const auto packet = to_packet(Json::parse(input.substr(0, end)));
    input.erase(0, end + 1);
    static_cast<void>(::send(channel, packet.data(), packet.size(), MSG_NOSIGNAL));
  }
}

/// False once the fetcher has gone.
bool relay_event(int channel) {
  std::string packet(max_packet_bytes, '\0');
  const auto got = ::recv(channel, packet.data(), packet.size(), 0);
  if (got <= 0) return false;
  packet.resize(static_cast<std::size_t>(got));
  wire::FetchEvent event;
  if (event.ParseFromString(packet)) print(to_json(event));
  return true;
}

void relay(UniqueFd channel) {
  std::string input;
  std::array<pollfd, 2> wait{{{channel.get(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
  while (::poll(wait.data(), wait.size(), -1) >= 0) {
    if (wait[0].revents != 0 && !relay_event(channel.get())) return;
    if (wait[1].revents == 0) continue;
    std::array<char, 4096> buffer{};
    const auto got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got <= 0) return;
    input.append(buffer.data(), static_cast<std::size_t>(got));
    send_lines(channel.get(), input);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::array<int, 2> pair{};
  if (argc < 2 || ::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair.data()) != 0) return 2;
  UniqueFd house_end(pair[0]);
  UniqueFd fetcher_end(pair[1]);
  const pid_t child = spawn(argv + 1, house_end.get(), fetcher_end.get());
  if (child < 0) return 2;
  fetcher_end.reset();
  print({{"event", "started"}, {"pid", child}});
  relay(std::move(house_end));
  int status = 0;
  ::waitpid(child, &status, 0);
  print({{"event", "exit"},
         {"code", WIFEXITED(status) ? WEXITSTATUS(status) : -1},
         {"signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0}});
}
