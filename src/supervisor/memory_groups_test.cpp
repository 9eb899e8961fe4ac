#include "supervisor/memory_groups.hpp"

#include <csignal>
#include <cstdlib>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/load.hpp"

namespace localscale::supervisor {
namespace {

constexpr std::size_t limit_bytes = 32U << 20;

/// In a process of its own: joins the group and uses memory page by page. How that process ended.
int use_memory_in(const MemoryGroup& group, std::size_t bytes) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::write(group.joining_fd(), "0", 1) != 1) ::_exit(2);
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) ::_exit(3);
    for (std::size_t at = 0; at < bytes; at += 4096) static_cast<volatile char*>(memory)[at] = 1;
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(MemoryGroups, AWorkerThatUsesMoreThanItsLimitIsEndedAndNobodyElse) {
  const MemoryGroups groups(limit_bytes);
  if (!groups.missing().empty()) GTEST_SKIP() << groups.missing();
  const auto kills_before = out_of_memory_kills();
  {
    const auto group = groups.make(1);
    ASSERT_TRUE(group) << group.error().what;
    const int status = use_memory_in(*group, 8 * limit_bytes);
    ASSERT_TRUE(WIFSIGNALED(status)) << "exit " << WEXITSTATUS(status);
    EXPECT_EQ(WTERMSIG(status), SIGKILL);
    EXPECT_GT(out_of_memory_kills(), kills_before);
  }
  const auto again = groups.make(1);  // the former group of this number is gone
  ASSERT_TRUE(again) << again.error().what;
  const int status = use_memory_in(*again, limit_bytes / 4);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(MemoryGroups, TheLimitLeavesTheReserveButNeverLessThanHalf) {
  EXPECT_EQ(worker_memory_limit(16ULL << 30, 1ULL << 30), 15ULL << 30);
  EXPECT_EQ(worker_memory_limit(1ULL << 30, 2ULL << 30), 512ULL << 20);
}

}  // namespace
}  // namespace localscale::supervisor
