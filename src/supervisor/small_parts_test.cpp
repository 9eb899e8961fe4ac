// Back-off, last lines, lock, event loop, the channel to the house, systemd's sockets.
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/layout.hpp"
#include "sandbox/packet.hpp"
#include "supervisor/backoff.hpp"
#include "supervisor/event_loop.hpp"
#include "supervisor/house_link.hpp"
#include "supervisor/installation.hpp"
#include "supervisor/lan_names.hpp"
#include "supervisor/last_lines.hpp"
#include "supervisor/listeners.hpp"
#include "supervisor/lock.hpp"
#include "supervisor/roles.hpp"
#include "tests/support/temporary_folder.hpp"

namespace localscale::supervisor {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Backoff, DoublesUpTo30SecondsAndStartsAnewAfterAGoodLife) {
  Backoff backoff;
  EXPECT_EQ(backoff.next(0ms), 100ms);
  EXPECT_EQ(backoff.next(0ms), 200ms);
  for (int i = 0; i < 20; ++i) (void)backoff.next(59'999ms);
  EXPECT_EQ(backoff.next(0ms), 30s);
  EXPECT_EQ(backoff.next(60s), 100ms);
}

std::string lan_address_of(const char* text) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  if (::inet_pton(AF_INET, text, &v4.sin_addr) == 1)
    return lan_address(reinterpret_cast<const sockaddr&>(v4));
  EXPECT_EQ(::inet_pton(AF_INET6, text, &v6.sin6_addr), 1) << text;
  return lan_address(reinterpret_cast<const sockaddr&>(v6));
}

TEST(LanNames, AreTheHostNameAndTheAddressesThatOthersCanUse) {
  for (const char* useful : {"192.168.1.20", "10.0.0.1", "203.0.113.9", "fd00::1", "2001:db8::7"})
    EXPECT_EQ(lan_address_of(useful), useful);
  for (const char* useless : {"127.0.0.1", "127.9.9.9", "169.254.1.1", "0.0.0.0", "::1", "fe80::1"})
    EXPECT_EQ(lan_address_of(useless), "") << useless;
  const auto names = machine_names();
  ASSERT_FALSE(names.empty());
  EXPECT_FALSE(names[0].empty());
  EXPECT_EQ(names, machine_names());
  EXPECT_EQ(names_line({"box", "10.0.0.1"}), "box 10.0.0.1\n");
}

TEST(LastLines, KeepsTheLast20CutAndClean) {
  LastLines lines;
  for (int i = 0; i < 30; ++i) lines.add("line " + std::to_string(i) + "\n");
  lines.add("tail\x1b[31m\tx\xff");
  const auto kept = lines.lines();
  ASSERT_EQ(kept.size(), 20U);
  EXPECT_EQ(kept.front(), "line 11");
  EXPECT_EQ(kept.back(), "tail?[31m x?");
  LastLines one;
  one.add(std::string(10'000, 'y'));
  EXPECT_THAT(one.lines(), ElementsAre(std::string(300, 'y')));
}

TEST(WorkerFiles, AreCalledByTheirOutsideNamesInWhatTheWorkerSaid) {
  WorkerFiles whole;
  whole.model = {{"/home/a/models/llama.gguf", {}}};
  whole.projector = {{"/home/a/models/mmproj.gguf", {}}};
  EXPECT_EQ(with_outside_names("failed to open /models/model.gguf: /models/model.gguf", whole),
            "failed to open /home/a/models/llama.gguf: /home/a/models/llama.gguf");
  EXPECT_EQ(with_outside_names("bad /models/projector.gguf", whole), "bad /home/a/models/mmproj.gguf");
  WorkerFiles parts;
  parts.model = {{"/m/big-00001-of-00002.gguf", {}}, {"/m/big-00002-of-00002.gguf", {}}};
  EXPECT_EQ(with_outside_names("data of '/models/model-00002-of-00002.gguf' is cut off", parts),
            "data of '/m/big-00002-of-00002.gguf' is cut off");
}

TEST(EngineIdentity, ChangesWhenAFileDoesAndIsEmptyWithoutFiles) {
  const tests::TemporaryFolder folder;
  EXPECT_EQ(engine_identity(folder.path()), "");
  EXPECT_EQ(engine_identity(folder.path() / "missing"), "");
  std::ofstream(folder.path() / "llama-server") << "one";
  const auto first = engine_identity(folder.path());
  EXPECT_EQ(engine_identity(folder.path()), first);
  const auto file = folder.path() / "llama-server";
  std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) + 1s);
  EXPECT_NE(engine_identity(folder.path()), first) << "another file of the same size";
  std::ofstream(file) << "three";
  EXPECT_NE(engine_identity(folder.path()), first);
}

TEST(Lock, IsRefusedToASecondProcessWhichLearnsWhoHoldsIt) {
  const tests::TemporaryFolder folder;
  const auto path = folder.path() / "lock";
  const auto held = take_lock(path);
  ASSERT_TRUE(held) << held.error().message();
  const pid_t holder = ::getpid();
  const pid_t second = ::fork();  // The lock belongs to a process: the copy does not have it.
  if (second == 0) {
    const auto refused = take_lock(path);
    const bool named = !refused && refused.error().code == Errc::conflict &&
                       refused.error().what.find(std::to_string(holder)) != std::string::npos;
    ::_exit(named ? 0 : 1);
  }
  int status = 0;
  ::waitpid(second, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(Lock, IsItsOwnersAloneAlsoWhereAnEarlierVersionLeftItOpen) {
  const tests::TemporaryFolder folder;
  const auto path = folder.path() / "lock";
  std::ofstream(path) << "1\n";
  ::chmod(path.c_str(), 0644);
  ASSERT_TRUE(take_lock(path));
  struct stat found{};
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600U);
}

TEST(EventLoop, CallsForReadableDescriptorsAndTimersAndLetsThemBeRemoved) {
  auto loop = EventLoop::make();
  ASSERT_TRUE(loop);
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  std::string order;
  ASSERT_TRUE(loop->watch(pipe[0], [&] {
    order += "r";
    loop->unwatch(pipe[0]);
  }));
  const auto cancelled = loop->after(5ms, [&] { order += "never"; });
  loop->after(10ms, [&] {
    order += "t";
    [[maybe_unused]] const auto written = ::write(pipe[1], "x", 1);
  });
  loop->after(60ms, [&] { loop->stop(); });
  loop->cancel(cancelled);
  loop->run();
  EXPECT_EQ(order, "tr");
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST(EventLoop, EventsOfAClosedDescriptorAreNotThoseOfItsNumbersNextOwner) {
  auto loop = EventLoop::make();
  ASSERT_TRUE(loop);
  std::array<std::array<int, 2>, 3> pipes{};  // Two are readable in the same round, the third never is.
  for (auto& pipe : pipes) ASSERT_EQ(::pipe(pipe.data()), 0);
  std::string order;
  const auto give_number_away = [&](int fd) {
    loop->unwatch(fd);
    ASSERT_EQ(::dup2(pipes[2][0], fd), fd);  // Closes it, and reuses its number.
    ASSERT_TRUE(loop->watch(fd, [&] { order += "wrong"; }));
  };
  for (const std::size_t i : {0U, 1U}) {
    ASSERT_TRUE(loop->watch(pipes.at(i)[0], [&, i] {
      order += "r";
      loop->unwatch(pipes.at(i)[0]);
      give_number_away(pipes.at(1 - i)[0]);
    }));
    ASSERT_EQ(::write(pipes.at(i)[1], "x", 1), 1);
  }
  loop->after(20ms, [&] { loop->stop(); });
  loop->run();
  EXPECT_EQ(order, "r");
  for (const auto& pipe : pipes)
    for (const int end : pipe) ::close(end);
}

/// A config whose loopback port is free, and a state folder with room for the admin socket.
struct Place {
  tests::TemporaryFolder folder;
  config::Config config;

  Place() {
    config.state_directory = folder.path();
    config.api.port = 0;
    std::filesystem::create_directories(folder.path() / "run");
  }
};

TEST(HouseLink, ReadingsForAFrozenHouseDoNotCrowdOutWhatHappenedMeanwhile) {
  auto loop = EventLoop::make();
  ASSERT_TRUE(loop);
  auto channel = sandbox::packet_pair();
  ASSERT_TRUE(channel);
  HouseLink link(*loop, std::move(channel->first));
  wire::SupervisorEvent reading;
  reading.mutable_load()->set_cores(2);
  for (int i = 0; i < 5000; ++i) link.send_reading(reading);
  wire::SupervisorEvent exited;
  exited.mutable_exited()->set_worker(7);
  link.send(exited);
  std::uint64_t told = 0;
  ASSERT_TRUE(loop->watch(channel->second.get(), [&] {
    const auto received = sandbox::receive_packet(channel->second.get());
    wire::SupervisorEvent event;
    ASSERT_TRUE(received && event.ParseFromString(received->packet.bytes));
    told = event.exited().worker();
    if (event.has_exited()) loop->stop();
  }));
  loop->after(10s, [&] { loop->stop(); });
  loop->run();
  EXPECT_EQ(told, 7U);
}

TEST(Listeners, AreLoopbackAndAdminByDefault) {
  Place place;
  const auto listeners = open_listeners(place.config, config::Layout(place.config));
  ASSERT_TRUE(listeners) << listeners.error().message();
  ASSERT_EQ(listeners->sockets.size(), 2U);
  EXPECT_EQ(listeners->sockets[0].name, "loopback");
  EXPECT_EQ(listeners->sockets[1].name, "admin");
  EXPECT_TRUE(listeners->owns_admin_socket);
}

TEST(Listeners, OnABusyPortSayWhichKeyToChange) {
  Place place;
  const UniqueFd busy(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ASSERT_EQ(::bind(busy.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(::listen(busy.get(), 1), 0);
  ::getsockname(busy.get(), reinterpret_cast<sockaddr*>(&address), &length);
  place.config.api.port = ntohs(address.sin_port);
  const auto listeners = open_listeners(place.config, config::Layout(place.config));
  ASSERT_FALSE(listeners);
  EXPECT_THAT(listeners.error().message(), HasSubstr("[api] port"));
}

TEST(Listeners, ComeFromTheServiceManagerWhereItPassesThem) {
  Place place;
  const pid_t child = ::fork();  // LISTEN_PID names the process, and the descriptors begin at 3.
  if (child == 0) {
    ::dup2(::socket(AF_UNIX, SOCK_STREAM, 0), 3);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", "1", 1);
    ::setenv("LISTEN_FDNAMES", "admin", 1);
    const auto listeners = open_listeners(place.config, config::Layout(place.config));
    const bool right = listeners && listeners->sockets.size() == 2 && listeners->sockets[0].name == "admin" &&
                       listeners->sockets[0].socket.get() == 3 && !listeners->owns_admin_socket;
    ::_exit(right ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(Listeners, WithATooLongStatePathSaySo) {
  Place place;
  place.config.state_directory = place.folder.path() / std::string(120, 'x');
  const auto listeners = open_listeners(place.config, config::Layout(place.config));
  ASSERT_FALSE(listeners);
  EXPECT_THAT(listeners.error().message(), HasSubstr("state_directory"));
}

}  // namespace
}  // namespace localscale::supervisor
