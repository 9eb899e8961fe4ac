#include <array>
#include <cerrno>
#include <functional>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/seccomp.hpp"
#include "sandbox/self_confine.hpp"
#include "tests/support/temporary_folder.hpp"

namespace localscale::sandbox {
namespace {

using testing::HasSubstr;
using testing::Not;

/// True if `body` returns true in a process of its own behind the profile's walls.
bool behind(Profile profile, const std::function<bool()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (!enter(profile)) ::_exit(2);
    ::_exit(body() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool refused(long result) {
  return result < 0 && errno == EPERM;
}

TEST(Filter, OfTheHouseLetsNoSocketBeMade) {
  EXPECT_TRUE(behind(Profile::house, [] {
    std::array<int, 2> pair{};
    return refused(::socket(AF_INET, SOCK_STREAM, 0)) && refused(::socket(AF_UNIX, SOCK_STREAM, 0)) &&
           refused(::socketpair(AF_UNIX, SOCK_DGRAM, 0, pair.data()));
  }));
}

TEST(Filter, OfTheHouseLetsAnInheritedPairTalkButNotConnectByFastOpen) {
  std::array<int, 2> pair{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair.data()), 0);
  EXPECT_TRUE(behind(Profile::house, [&] {
    std::array<char, 4> buffer{};
    return ::send(pair[0], "abc", 3, MSG_NOSIGNAL) == 3 && ::recv(pair[1], buffer.data(), 4, 0) == 3 &&
           refused(::send(pair[0], "abc", 3, MSG_FASTOPEN)) && refused(::connect(pair[0], nullptr, 0));
  }));
  ::close(pair[0]);
  ::close(pair[1]);
}

TEST(Filter, OfTheEngineKnowsOnlyUnixStreams) {
  EXPECT_TRUE(behind(Profile::engine, [] {
    return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0 &&
           refused(::socket(AF_UNIX, SOCK_DGRAM, 0)) && refused(::socket(AF_INET, SOCK_STREAM, 0)) &&
           refused(::socket(AF_VSOCK, SOCK_STREAM, 0)) && refused(::connect(0, nullptr, 0));
  }));
}

TEST(Filter, OfTheFetcherConnectsButDoesNotListen) {
  EXPECT_TRUE(behind(Profile::fetcher, [] {
    return ::socket(AF_INET, SOCK_STREAM, 0) >= 0 && ::socket(AF_INET6, SOCK_DGRAM, 0) >= 0 &&
           refused(::socket(AF_INET, SOCK_RAW, 0)) && refused(::socket(AF_UNIX, SOCK_STREAM, 0)) &&
           refused(::socket(AF_NETLINK, SOCK_RAW, 0)) && refused(::bind(0, nullptr, 0)) &&
           refused(::listen(0, 1));
  }));
}

TEST(Filter, LetsThreadsStartButNoProcessAndNoNamespace) {
  for (const Profile profile : {Profile::house, Profile::engine, Profile::fetcher}) {
    EXPECT_TRUE(behind(profile, [] {
      bool ran = false;
      std::thread([&] { ran = true; }).join();
      return ran && refused(::fork()) && refused(::syscall(SYS_unshare, 0));
    })) << name(profile);
  }
}

TEST(Filter, LetsNothingBeExecuted) {
  for (const Profile profile : {Profile::house, Profile::engine, Profile::engine_gpu, Profile::fetcher}) {
    EXPECT_TRUE(behind(profile, [] {
      char* const none[] = {nullptr};
      return refused(::execve("/bin/true", none, none)) && refused(::syscall(SYS_memfd_create, "x", 0U));
    })) << name(profile);
  }
}

TEST(Filter, OfTheShimStartsTheEngineBehindItsOwnWalls) {
  EXPECT_TRUE(behind(Profile::shim, [] {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(enter(Profile::engine) && refused(::socket(AF_INET, SOCK_STREAM, 0)) ? 7 : 8);
    int status = 0;
    return ::waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 7;
  }));
}

TEST(Filter, LeavesRenamingBetweenFoldersPossible) {
  const tests::TemporaryFolder first;
  const tests::TemporaryFolder second;
  const auto from = first.path() / "file";
  const auto to = second.path() / "file";
  EXPECT_TRUE(behind(Profile::fetcher, [&] {
    ::close(::open(from.c_str(), O_WRONLY | O_CREAT, 0600));
    return ::rename(from.c_str(), to.c_str()) == 0;
  }));
}

TEST(Filter, SetsNoNewPrivilegesAndHidesTheMemory) {
  EXPECT_TRUE(behind(Profile::house, [] { return ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0; }));
}

TEST(Filter, ListsNoCallThatNoRoleNeeds) {
  for (const Profile profile :
       {Profile::house, Profile::engine, Profile::engine_gpu, Profile::fetcher, Profile::shim}) {
    const auto text = describe_filter(profile);
    ASSERT_TRUE(text) << text.error().message();
    EXPECT_THAT(*text, HasSubstr("# filter for syscall \"read\""));
    for (const char* call :
         {"ptrace", "io_uring_setup", "bpf", "userfaultfd", "perf_event_open", "keyctl", "mount", "setns",
          "unshare", "process_vm_readv", "pidfd_getfd", "kexec_load", "init_module", "open_by_handle_at",
          "shmget", "personality", "chroot", "setuid"}) {
      EXPECT_THAT(*text, Not(HasSubstr("filter for syscall \"" + std::string(call) + "\""))) << name(profile);
    }
  }
}

}  // namespace
}  // namespace localscale::sandbox
