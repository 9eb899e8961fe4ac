// The database under what homes do to it: kill -9 at any moment, a full disk, a file that may not be written.
#include <chrono>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "store/settings.hpp"
#include "store/test_folder.hpp"

namespace localscale::store {
namespace {

namespace fs = std::filesystem;

/// Writes counters for ever and says each acknowledged one through the pipe.
[[noreturn]] void write_until_killed(const fs::path& path, int acknowledged) {
  auto database = Database::open(path);
  if (!database) _exit(3);
  Settings settings(*database);
  for (std::uint64_t i = 1;; ++i) {
    if (!settings.set("counter", std::to_string(i))) _exit(4);
    if (write(acknowledged, &i, sizeof i) != sizeof i) _exit(5);
  }
}

std::uint64_t last_acknowledged(int pipe) {
  std::uint64_t last = 0;
  std::uint64_t next = 0;
  while (read(pipe, &next, sizeof next) == sizeof next) last = next;
  return last;
}

TEST(Crash, WhatWasAcknowledgedSurvivesKillNine) {
  const TestFolder folder;
  std::uint64_t before = 0;
  for (int round = 0; round < 8; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) write_until_killed(folder.database(), ends[1]);
    close(ends[1]);
    std::this_thread::sleep_for(std::chrono::milliseconds(40 + 17 * round));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    const std::uint64_t acknowledged = last_acknowledged(ends[0]);
    close(ends[0]);

    auto database = Database::open(folder.database());
    ASSERT_TRUE(database.has_value()) << database.error().message();
    const auto stored = Settings(*database).get("counter");
    ASSERT_TRUE(stored.has_value());
    if (acknowledged > 0) {
      ASSERT_TRUE(stored->has_value());
      EXPECT_GE(*parse_u64(**stored), acknowledged);
      EXPECT_LE(*parse_u64(**stored), acknowledged + 1);
    }
    before += acknowledged;
  }
  EXPECT_GT(before, 0U) << "no round wrote anything";
}

// Earlier than any write of the application: while the file itself is made.
TEST(Crash, KillNineAtAnyMomentOfTheFirstOpenLeavesAFileThatOpens) {
  for (int round = 0; round < 30; ++round) {
    const TestFolder folder;
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) _exit(Database::open(folder.database()).has_value() ? 0 : 1);
    std::this_thread::sleep_for(std::chrono::microseconds(700 * round));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    const auto database = Database::open(folder.database());
    ASSERT_TRUE(database.has_value()) << "round " << round << ": " << database.error().message();
  }
}

TEST(Crash, AMigrationKilledHalfwayIsDoneAtTheNextStart) {
#ifndef LOCALSCALE_FAULT_POINTS
  GTEST_SKIP() << "needs fault points";
#endif
  const TestFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    setenv("LOCALSCALE_FAULT", "store.migration_before_commit", 1);  // NOLINT(concurrency-mt-unsafe)
    _exit(Database::open(folder.database()).has_value() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 86);
  const auto database = Database::open(folder.database());
  EXPECT_TRUE(database.has_value()) << database.error().message();
}

/// Runs `action` in a child that may write files of at most `bytes`; gives its exit status.
template <class Action>
int with_file_limit(rlim_t bytes, Action action) {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, bytes};
    setrlimit(RLIMIT_FSIZE, &limit);
    _exit(action());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
}

TEST(Crash, AFullDiskIsAnErrorAndKeepsWhatWasThere) {
  const TestFolder folder;
  {
    auto database = Database::open(folder.database());
    ASSERT_TRUE(database.has_value());
    ASSERT_TRUE(Settings(*database).set("kept", "yes").has_value());
  }
  const int failed_cleanly = with_file_limit(200'000, [&] {
    auto database = Database::open(folder.database());
    if (!database) return 2;
    Settings settings(*database);
    for (int i = 0; i < 100; ++i) {
      const auto saved = settings.set("k" + std::to_string(i), std::string(60'000, 'v'));
      if (!saved) return saved.error().what.empty() || *settings.get("kept") != "yes" ? 3 : 0;
    }
    return 4;
  });
  EXPECT_EQ(failed_cleanly, 0);
  auto database = Database::open(folder.database());
  ASSERT_TRUE(database.has_value()) << database.error().message();
  EXPECT_EQ(*Settings(*database).get("kept"), "yes");
}

TEST(Crash, NoRoomForTheFirstByteIsAClearError) {
  const TestFolder folder;
  EXPECT_EQ(with_file_limit(0, [&] { return Database::open(folder.database()).has_value() ? 1 : 0; }), 0);
}

TEST(Crash, AFileThatMayNotBeWrittenIsToldByName) {
  if (geteuid() == 0) {
    // Root writes anyway: give the rights up in a child.
    const TestFolder folder;
    {
      ASSERT_TRUE(Database::open(folder.database()).has_value());
    }
    fs::permissions(folder.path(), fs::perms(0755));
    fs::permissions(folder.database().parent_path(), fs::perms(0755));
    fs::permissions(folder.database(), fs::perms(0444));
    const pid_t child = fork();
    if (child == 0) {
      if (setgid(65534) != 0 || setuid(65534) != 0) _exit(9);
      const auto database = Database::open(folder.database());
      _exit(!database && database.error().code == Errc::denied &&
                    database.error().message().find(folder.database().string()) != std::string::npos
                ? 0
                : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
}

}  // namespace
}  // namespace localscale::store
