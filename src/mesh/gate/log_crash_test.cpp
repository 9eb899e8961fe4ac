// The gate's log under what homes do to it: kill -9 at any moment, power cuts in the middle of a write, a
// full disk.
#include <algorithm>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mesh/gate/sending.hpp"
#include "mesh/gate/test_log.hpp"

namespace localscale::mesh::gate {
namespace {

constexpr int fault_exit = 86;

/// A log whose last write was `batch`, after three other records.
Bytes file_with_last_write(const TestLog& log, const std::vector<Record>& batch, std::size_t& last_begins) {
  auto writer = LogWriter::open(log.options());
  EXPECT_TRUE(writer->append({test_opened()}) && writer->append({test_closed(0)}) &&
              writer->append({test_refused()}));
  last_begins = TestLog::bytes(log.file()).size();
  EXPECT_TRUE(writer->append(batch));
  return TestLog::bytes(log.file());
}

/// Opens a log with this file, and expects that just the last write is gone, and that this is told.
void expect_cut(const TestLog& log, const Bytes& file, std::size_t last_begins) {
  TestLog::write(log.file(), file);
  {
    const auto writer = LogWriter::open(log.options());
    ASSERT_TRUE(writer) << file.size() << ": " << writer.error().message();
  }
  std::vector<Record> expected{test_opened(), test_closed(0), test_refused()};
  const ByteView cut = ByteView(file).subspan(last_begins);
  if (!cut.empty()) expected.emplace_back(Recovered{test_now, cut.size(), crypto::sha256(cut)});
  ASSERT_EQ(log.records(), expected) << file.size();
}

/// The folder as it was before the last write, for the next try.
class Rewound {
 public:
  explicit Rewound(const TestLog& log) : log_(log), checkpoint_(TestLog::bytes(log.checkpoint())) {}
  void rewind() const { TestLog::write(log_.checkpoint(), checkpoint_); }

 private:
  const TestLog& log_;
  Bytes checkpoint_;
};

TEST(LogCrash, AWriteCutAtAnyByteIsTakenBackAndToldOf) {
  const TestLog log;
  std::size_t begins = 0;
  const Bytes whole = file_with_last_write(log, {test_opened()}, begins);
  const Rewound before(log);
  for (std::size_t size = begins; size < whole.size(); ++size) {
    before.rewind();
    expect_cut(log, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}, begins);
  }
}

TEST(LogCrash, AWriteOfWhichSectorsAreMissingIsTakenBack) {
  const TestLog log;
  std::size_t begins = 0;
  const Bytes whole = file_with_last_write(log, std::vector<Record>(9, test_opened()), begins);
  const Rewound before(log);
  ASSERT_GT(whole.size() - begins, 1500U);
  for (std::size_t at = begins; at < whole.size(); at = (at / 512 + 1) * 512) {
    before.rewind();
    Bytes file = whole;
    const std::size_t end = std::min((at / 512 + 1) * 512, file.size());
    std::fill(file.begin() + static_cast<std::ptrdiff_t>(at), file.begin() + static_cast<std::ptrdiff_t>(end),
              std::byte{0});
    expect_cut(log, file, begins);
  }
}

TEST(LogCrash, AWriteThatIsWholeIsNeverTakenBack) {
  const TestLog log;
  std::size_t begins = 0;
  file_with_last_write(log, {test_opened(77)}, begins);
  ASSERT_TRUE(LogWriter::open(log.options()));
  EXPECT_EQ(log.records().size(), 5U);
  EXPECT_EQ(log.records().back(), Record(Closed{test_now, 3, 77, {}, Ending::assumed}));
}

/// Runs `action` in a child of its own; its exit status.
template <class Action>
int in_child(Action action) {
  const pid_t child = fork();
  if (child == 0) _exit(action());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
}

void arm(const char* point) {
  setenv("LOCALSCALE_FAULT", point, 1);  // NOLINT(concurrency-mt-unsafe)
}

TEST(LogCrash, DyingAtAnyPointOfAWriteLosesNothingThatWasAcknowledged) {
#ifndef LOCALSCALE_FAULT_POINTS
  GTEST_SKIP() << "needs fault points";
#endif
  for (const char* point : {"gate.before_write", "gate.before_sync", "gate.after_sync"}) {
    const TestLog log;
    EXPECT_EQ(in_child([&] {
                auto writer = LogWriter::open(log.options());
                if (!writer || !writer->append({test_opened()})) return 1;
                arm(point);
                return writer->append({test_closed(0)}) ? 2 : 3;
              }),
              fault_exit)
        << point;
    ASSERT_TRUE(LogWriter::open(log.options())) << point;
    const auto records = log.records();
    ASSERT_EQ(records.size(), 2U) << point;
    EXPECT_EQ(records[0], Record(test_opened()));
    const bool written = records[1] == Record(test_closed(0));
    EXPECT_TRUE(written || std::get<Closed>(records[1]).ending == Ending::assumed);
    if (std::string_view(point) == "gate.after_sync") EXPECT_TRUE(written);
  }
}

TEST(LogCrash, DyingWhileAFileOrACheckpointIsMadeLosesNothing) {
#ifndef LOCALSCALE_FAULT_POINTS
  GTEST_SKIP() << "needs fault points";
#endif
  for (const char* point : {"gate.before_rename", "gate.after_rename"}) {
    const TestLog log;
    LogOptions options = log.options();
    options.file_bytes_max = 1;
    EXPECT_EQ(in_child([&] {
                arm(point);
                return LogWriter::open(options) ? 2 : 3;
              }),
              fault_exit)
        << "the very first file, " << point;
    EXPECT_EQ(in_child([&] {
                auto writer = LogWriter::open(options);
                if (!writer || !writer->append({test_refused()})) return 1;
                arm(point);
                return writer->checkpoint(test_now) ? 2 : 3;
              }),
              fault_exit)
        << "a checkpoint, " << point;
    EXPECT_EQ(in_child([&] {
                auto writer = LogWriter::open(options);
                if (!writer) return 1;
                arm(point);
                return writer->append({test_refused()}) ? 2 : 3;
              }),
              fault_exit)
        << "the next file, " << point;
    const auto writer = LogWriter::open(options);
    ASSERT_TRUE(writer) << point << ": " << writer.error().message();
    EXPECT_EQ(writer->state().next(), 1U) << point;
  }
}

/// Opens and closes for ever, and says each acknowledged one through the pipe.
[[noreturn]] void send_until_killed(const LogOptions& options, int acknowledged) {
  auto writer = LogWriter::open(options);
  if (!writer) _exit(3);
  for (;;) {
    const auto opened = writer->append({test_opened()});
    if (!opened || write(acknowledged, &*opened, sizeof *opened) != sizeof *opened) _exit(4);
    if (!writer->append({test_closed(*opened)})) _exit(5);
  }
}

TEST(LogCrash, KillNineAtAnyMomentLosesNothingThatWasAcknowledged) {
  const TestLog log;
  LogOptions options = log.options();
  options.file_bytes_max = 4000;
  for (int round = 0; round < 6; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) send_until_killed(options, ends[1]);
    close(ends[1]);
    std::this_thread::sleep_for(std::chrono::milliseconds(30 + 17 * round));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    std::uint64_t last = 0;
    bool any = false;
    while (read(ends[0], &last, sizeof last) == sizeof last) any = true;
    close(ends[0]);
    const auto writer = LogWriter::open(options);
    ASSERT_TRUE(writer) << writer.error().message();
    if (any) EXPECT_GT(writer->state().next(), last);
    EXPECT_TRUE(writer->state().open.empty());
  }
}

void limit_files_to(rlim_t bytes) {
  signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{bytes, RLIM_INFINITY};
  setrlimit(RLIMIT_FSIZE, &limit);
}

TEST(LogCrash, WithAFullDiskNothingMayBeSentAndTheLogStaysValid) {
  const TestLog log;
  const int end = in_child([&] {
    auto writer = LogWriter::open(log.options());
    if (!writer || !writer->append({test_opened()}) || !writer->append({test_closed(0)})) return 1;
    const auto size = std::filesystem::file_size(log.file());
    const TestMembers members;
    AuditLog audit(*std::move(writer));
    // Half of the record fits: it must not stay.
    limit_files_to(size + 100);
    for (int i = 0; i < 3; ++i) {
      const auto sending = Sending::open(audit, test_envelope(), core::privacy::leaving_home_one(members));
      if (sending || sending.error().why != core::privacy::Why::no_record) return 2;
    }
    if (std::filesystem::file_size(log.file()) != size) return 3;
    limit_files_to(RLIM_INFINITY);
    return Sending::open(audit, test_envelope(), core::privacy::leaving_home_one(members)) ? 0 : 4;
  });
  EXPECT_EQ(end, 0);
  const auto records = log.records();
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(std::get<Closed>(records.back()).ending, Ending::broken_off);
}

TEST(LogCrash, ADiskThatFillsUpAtTheNextFileIsTriedAgain) {
  const TestLog log;
  LogOptions options = log.options();
  options.file_bytes_max = 1;
  const int end = in_child([&] {
    auto writer = LogWriter::open(options);
    if (!writer || !writer->append({test_opened()})) return 1;
    limit_files_to(10);
    if (writer->append({test_closed(0)}) || writer->append({test_closed(0)})) return 2;
    limit_files_to(RLIM_INFINITY);
    return writer->append({test_closed(0)}) ? 0 : 3;
  });
  EXPECT_EQ(end, 0);
  EXPECT_EQ(log.records(), (std::vector<Record>{test_opened(), test_closed(0)}));
}

}  // namespace
}  // namespace localscale::mesh::gate
