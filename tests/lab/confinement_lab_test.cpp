// The walls one by one, and the probe itself: it must see a wall that is missing.
#include <array>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/child.hpp"
#include "sandbox/libraries.hpp"
#include "tests/support/temporary_folder.hpp"

namespace localscale::sandbox {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

/// Runs `body` in a process of its own, as the unprivileged user if `as_user`, and returns what it wrote.
std::string in_own_process(bool as_user, const std::function<void(int)>& body) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return "no pipe";
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(ends[0]);
    const bool changed = !as_user || ::geteuid() != 0 ||
                         (::setgroups(0, nullptr) == 0 && ::setgid(65534) == 0 && ::setuid(65534) == 0);
    if (changed) body(ends[1]);
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = ::read(ends[0], buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(ends[0]);
  ::waitpid(pid, nullptr, 0);
  return text;
}

/// The probe, copied to where an unprivileged user can read it too.
class Walls : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (!GetParam() && ::geteuid() != 0) GTEST_SKIP() << "needs root";
    fs::permissions(folder_.path(), fs::perms(0755));
    fs::copy(fs::path(LOCALSCALE_BUILD_FOLDER) / "bin" / "localscale-escape-probe", probe());
  }

  [[nodiscard]] fs::path probe() const { return folder_.path() / "probe"; }

  [[nodiscard]] Confinement confinement(const char* profile) const {
    Confinement made;
    auto mounts = mounts_for_program(probe());
    EXPECT_TRUE(mounts) << mounts.error().message();
    made.mounts = std::move(*mounts);
    made.program = made.mounts.front().target;
    made.arguments = {"probe", profile};
    made.identity = Identity{64999, 64999};
    return made;
  }

  /// Starts it as root or as an ordinary user, and returns its output.
  [[nodiscard]] static std::string run(Confinement made) {
    return in_own_process(GetParam(), [&](int output) {
      made.fds.push_back({output, 1});
      made.fds.push_back({output, 2});
      auto child = start(made);
      const std::string text = child ? "exit " + std::to_string(child->wait().code) : child.error().message();
      [[maybe_unused]] const auto written = ::write(output, text.data(), text.size());
    });
  }

  tests::TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(As, Walls, testing::Bool(),
                         [](const auto& info) { return info.param ? "user" : "root"; });

/// A listener outside of the walls, under the abstract name that the probe always tries.
UniqueFd abstract_listener() {
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  constexpr std::string_view name = "localscale-probe-target";
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0) return {};
  ::listen(socket.get(), 8);
  return socket;
}

TEST_P(Walls, TheProbeFindsManyWaysWithoutWalls) {
  const std::string found = in_own_process(GetParam(), [&](int output) {
    ::dup2(output, 1);
    ::execl(probe().c_str(), "probe", "engine", nullptr);
  });
  EXPECT_GT(std::count(found.begin(), found.end(), '\n'), 30) << found;
  for (const char* way : {"socket family 2", "exec of /bin/sh", "fork", "file /etc/passwd", "pidfd_open"}) {
    EXPECT_THAT(found, HasSubstr(way));
  }
}

TEST_P(Walls, NamespacesAndRootHoldByThemselvesButTheProbeSeesThatTheFilterIsMissing) {
  const UniqueFd outside = abstract_listener();
  const std::string found = run(confinement("engine"));
  for (const char* missing : {"socket family 2", "fork", "system call bpf"})
    EXPECT_THAT(found, HasSubstr(missing));
  for (const char* held : {"file /etc/passwd", "unix socket", "tcp connection", "capabilities", "core files",
                           "mount\n", "writing"}) {
    EXPECT_THAT(found, Not(HasSubstr(held)));
  }
  EXPECT_THAT(found, HasSubstr("exit 1"));
}

TEST_P(Walls, TheProbeReachesTheOutsideThroughTheHostsNetwork) {
  const UniqueFd outside = abstract_listener();
  ASSERT_TRUE(outside) << "another test run listens on it";
  Confinement open = confinement("engine");
  open.network = Network::host;
  const std::string found = run(std::move(open));
  EXPECT_THAT(found, HasSubstr("abstract unix socket @localscale-probe-target"));
  EXPECT_THAT(found, HasSubstr("tcp connection"));
}

TEST_P(Walls, TheProbeTurnsAnInheritedListenerRoundWhereNoFilterForbidsIt) {
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  Confinement open = confinement("house");
  open.fds.push_back({listener.get(), 3});
  const std::string found = run(std::move(open));
  EXPECT_THAT(found, HasSubstr("inherited listener 3: send with MSG_FASTOPEN"));
  EXPECT_THAT(found, HasSubstr("inherited listener 3: connect"));
}

TEST_P(Walls, TheProbeFindsAUnixSocketThatWasMountedByMistake) {
  const fs::path shared = folder_.path() / "shared";
  fs::create_directories(shared);
  fs::permissions(shared, fs::perms(0777));
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, (shared / "door").c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(socket.get(), 8), 0);
  fs::permissions(shared / "door", fs::perms(0777));
  Confinement open = confinement("engine");
  open.mounts.push_back({.kind = Mount::Kind::directory, .source = shared, .target = "/shared"});
  EXPECT_THAT(run(std::move(open)), HasSubstr("unix socket /shared/door"));
}

TEST_P(Walls, NameTheStepThatFailed) {
  Confinement broken = confinement("engine");
  broken.mounts.push_back({.source = "/no/such/file", .target = "/file"});
  EXPECT_THAT(run(std::move(broken)), HasSubstr("open /no/such/file: No such file"));
  Confinement missing = confinement("engine");
  missing.program = "/nothing";
  EXPECT_THAT(run(std::move(missing)), HasSubstr("exec /nothing: No such file"));
}

TEST_P(Walls, RefuseAFileThatWasReplacedAfterItWasChecked) {
  const fs::path file = folder_.path() / "model";
  std::ofstream(file) << "checked";
  Confinement made = confinement("engine");
  made.mounts.push_back({.source = file, .target = "/model", .identity = FileIdentity{1, 1}});
  EXPECT_THAT(run(std::move(made)), HasSubstr("replaced"));
}

TEST_P(Walls, RefuseASymbolicLinkAsASource) {
  const fs::path link = folder_.path() / "link";
  fs::create_symlink("/etc/passwd", link);
  Confinement made = confinement("engine");
  made.mounts.push_back({.source = link, .target = "/file"});
  EXPECT_THAT(run(std::move(made)), HasSubstr("symbolic link"));
}

}  // namespace
}  // namespace localscale::sandbox
