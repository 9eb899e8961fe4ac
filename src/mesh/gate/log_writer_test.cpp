#include "mesh/gate/log_writer.hpp"

#include <optional>
#include <stdexcept>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "mesh/gate/test_log.hpp"

namespace localscale::mesh::gate {
namespace {

namespace fs = std::filesystem;

std::uint64_t append(LogWriter& writer, const Record& record) {
  const auto sequence = writer.append({record});
  EXPECT_TRUE(sequence) << sequence.error().message();
  return sequence.value_or(~0ULL);
}

LogWriter open(const LogOptions& options) {
  auto writer = LogWriter::open(options);
  if (!writer) throw std::runtime_error(writer.error().message());
  return *std::move(writer);
}

TEST(LogWriter, BeginsALogOnlyWhereItMay) {
  const TestLog log;
  LogOptions options = log.options();
  options.create = false;
  EXPECT_FALSE(LogWriter::open(options));
  fs::create_directory(log.folder());
  fs::permissions(log.folder(), fs::perms::owner_all);
  const auto missing = LogWriter::open(options);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  options.create = true;
  EXPECT_TRUE(LogWriter::open(options));
  EXPECT_EQ(fs::status(log.file()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST(LogWriter, HoldsWhatWasWrittenOverRestarts) {
  const TestLog log;
  LogId id{};
  {
    LogWriter writer = open(log.options());
    id = writer.state().id;
    EXPECT_EQ(append(writer, test_opened()), 0U);
    EXPECT_EQ(append(writer, test_closed(0)), 1U);
    EXPECT_EQ(append(writer, test_refused()), 2U);
  }
  {
    LogWriter writer = open(log.options());
    EXPECT_EQ(writer.state().id, id);
    EXPECT_EQ(append(writer, test_opened()), 3U);
    EXPECT_EQ(append(writer, test_closed(3)), 4U);
  }
  EXPECT_EQ(log.records(), (std::vector<Record>{test_opened(), test_closed(0), test_refused(), test_opened(),
                                                test_closed(3)}));
}

TEST(LogWriter, CountsTheWholeBudgetOfWhatWasOpenAtACrash) {
  const TestLog log;
  {
    LogWriter writer = open(log.options());
    append(writer, test_opened(111));
    append(writer, test_opened(222));
    append(writer, test_closed(0));
  }
  LogOptions later = log.options();
  later.now = {test_now.ms + 5000};
  EXPECT_TRUE(open(later).state().open.empty());
  EXPECT_EQ(log.records().back(), Record(Closed{later.now, 1, 222, {}, Ending::assumed}));
  EXPECT_EQ(open(later).state().next(), 4U) << "only once";
}

TEST(LogWriter, RefusesASecondWriter) {
  const TestLog log;
  const LogWriter writer = open(log.options());
  const auto second = LogWriter::open(log.options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
}

TEST(LogWriter, GoesOnInANewFileWithTheSameChain) {
  const TestLog log;
  LogOptions options = log.options();
  options.file_bytes_max = 2000;
  LogState end;
  {
    LogWriter writer = open(options);
    const std::uint64_t left_open = append(writer, test_opened(9));
    for (int i = 0; i < 40; ++i) append(writer, test_closed(append(writer, test_opened())));
    EXPECT_TRUE(writer.state().open.contains(left_open));
    end = writer.state();
  }
  EXPECT_GT(end.file, 5U);
  EXPECT_EQ(log.records().size(), end.next());
  const auto held = LogFolder::hold(log.folder(), false);
  const auto state = read_log(*held, [](const LogState&, const Record*) -> Result<void> { return {}; });
  ASSERT_TRUE(state) << state.error().message();
  EXPECT_EQ(*state, end);
}

TEST(LogWriter, NeedsOnlyTheFilesSinceTheLastCheckpoint) {
  const TestLog log;
  LogOptions options = log.options();
  options.file_bytes_max = 2000;
  std::uint64_t last_file = 0;
  {
    LogWriter writer = open(options);
    for (int i = 0; i < 20; ++i) append(writer, test_closed(append(writer, test_opened())));
    last_file = writer.state().file;
  }
  for (std::uint64_t number = 1; number + 1 < last_file; ++number) fs::remove(log.file(number));
  EXPECT_EQ(open(options).state().next(), 40U);
}

TEST(LogWriter, TakesACheckpointOfAnOlderKeyOnlyIfItIsTold) {
  const TestLog log;
  {
    LogWriter writer = open(log.options());
    append(writer, test_refused());
  }
  LogOptions options = log.options();
  options.key = TestMembers::key(2);
  EXPECT_FALSE(LogWriter::open(options));
  options.older_keys = {TestMembers::key(1).public_key()};
  EXPECT_TRUE(LogWriter::open(options));
  options.older_keys.clear();
  EXPECT_TRUE(LogWriter::open(options)) << "the last start signed with the new key";
}

/// The same as a list of records, over restarts, rotations and checkpoints.
RC_GTEST_PROP(LogWriterProperty, HoldsWhatAPlainListHolds, ()) {
  const TestLog log;
  LogOptions options = log.options();
  options.file_bytes_max = *rc::gen::element<std::uint64_t>(1, 700, 5000, 1'000'000);
  std::vector<Record> expected;
  std::map<std::uint64_t, std::uint64_t> open_ones;
  std::optional<LogWriter> writer = open(options);
  const auto steps = *rc::gen::inRange(1, 12);
  for (int i = 0; i < steps; ++i) {
    std::vector<Record> batch;
    switch (*rc::gen::inRange(0, 6)) {
      case 0:
        writer.reset();
        for (const auto& [sequence, budget] : open_ones)
          expected.emplace_back(Closed{options.now, sequence, budget, {}, Ending::assumed});
        open_ones.clear();
        writer = open(options);
        break;
      case 1:
        RC_ASSERT(writer->checkpoint(test_now).has_value());
        break;
      case 2:
        if (!open_ones.empty()) {
          batch = {test_closed(open_ones.begin()->first)};
          open_ones.erase(open_ones.begin());
        }
        break;
      default:
        for (int k = *rc::gen::inRange(1, 4); k > 0; --k) {
          open_ones.emplace(expected.size() + batch.size(), 1000);
          batch.emplace_back(test_opened());
        }
        batch.emplace_back(test_refused());
    }
    if (batch.empty()) continue;
    const auto first = writer->append(batch);
    RC_ASSERT(first == expected.size());
    expected.insert(expected.end(), batch.begin(), batch.end());
  }
  writer.reset();
  RC_ASSERT(log.records() == expected);
}

}  // namespace
}  // namespace localscale::mesh::gate
