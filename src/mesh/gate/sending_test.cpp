#include "mesh/gate/sending.hpp"

#include <gtest/gtest.h>

#include "mesh/gate/test_log.hpp"

namespace localscale::mesh::gate {
namespace {

using core::privacy::Envelope;
using core::privacy::Label;
using core::privacy::Why;

constexpr UnixMs later{test_now.ms + 3000};

class SendingTest : public testing::Test {
 protected:
  SendingTest() { audit.emplace(*LogWriter::open(log.options())); }

  auto open(const Envelope& asked) {
    return Sending::open(*audit, asked, core::privacy::leaving_home_one(members));
  }
  std::vector<Record> records() {
    audit.reset();
    return log.records();
  }

  TestLog log;
  TestMembers members;
  std::optional<AuditLog> audit;
  Envelope envelope = test_envelope();
};

TEST_F(SendingTest, LeavesARecordBeforeTheFirstByteAndOneAfterTheLast) {
  auto sending = open(envelope);
  ASSERT_TRUE(sending) << sending.error().what;
  EXPECT_GT(std::filesystem::file_size(log.file()), core::privacy::encode(envelope).size());
  EXPECT_TRUE(sending->chunk(bytes_of("hel")));
  EXPECT_TRUE(sending->chunk(bytes_of("lo")));
  const Closed expected{later, 0, 5, crypto::sha256(bytes_of("hello")), Ending::complete};
  EXPECT_EQ(sending->close(later), expected);
  EXPECT_EQ(records(), (std::vector<Record>{Opened{test_now, envelope}, expected}));
}

TEST_F(SendingTest, IsNotPermittedForWhatMustStayHomeAndTheLogSaysSo) {
  envelope.label = Label::high;
  const auto sending = open(envelope);
  ASSERT_FALSE(sending);
  EXPECT_EQ(sending.error().why, Why::label_forbids);
  const auto all = records();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(std::get<Refused>(all.front()).refusal, sending.error());
  EXPECT_EQ(std::get<Refused>(all.front()).direction, Direction::leaving);
}

TEST_F(SendingTest, EndsAtItsBudgetToTheByte) {
  envelope.byte_budget = 5;
  auto exact = open(envelope);
  EXPECT_TRUE(exact->chunk(bytes_of("hello")));
  EXPECT_TRUE(exact->chunk({}));
  EXPECT_EQ(exact->close(later)->ending, Ending::complete);
  auto over = open(envelope);
  EXPECT_TRUE(over->chunk(bytes_of("hell")));
  EXPECT_FALSE(over->chunk(bytes_of("o!")));
  EXPECT_FALSE(over->chunk(bytes_of("o"))) << "nothing more, not even what would fit";
  const auto closed = over->close(later);
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->ending, Ending::over_budget);
  EXPECT_EQ(closed->bytes, 4U);
  EXPECT_EQ(closed->digest, crypto::sha256(bytes_of("hell")));
}

TEST_F(SendingTest, NeverOverflowsItsBudget) {
  envelope.byte_budget = 1;
  auto sending = open(envelope);
  EXPECT_TRUE(sending->chunk(bytes_of("x")));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(sending->chunk(bytes_of("x")));
  EXPECT_EQ(sending->bytes(), 1U);
}

TEST_F(SendingTest, TellsWhereContentIsNotWhatWasPromised) {
  envelope.content = crypto::sha256(bytes_of("hello"));
  auto good = open(envelope);
  EXPECT_TRUE(good->chunk(bytes_of("hello")));
  EXPECT_TRUE(good->close(later));
  auto bad = open(envelope);
  EXPECT_TRUE(bad->chunk(bytes_of("hullo")));
  EXPECT_FALSE(bad->close(later));
  const auto all = records();
  EXPECT_EQ(std::get<Closed>(all.back()).ending, Ending::other_content);
}

TEST_F(SendingTest, EndsOnceWhicheverWay) {
  auto sending = open(envelope);
  EXPECT_TRUE(sending->chunk(bytes_of("he")));
  EXPECT_EQ(sending->break_off(later)->ending, Ending::broken_off);
  EXPECT_FALSE(sending->chunk(bytes_of("llo")));
  EXPECT_FALSE(sending->close(later));
  EXPECT_FALSE(sending->break_off(later));
}

TEST_F(SendingTest, ThatIsForgottenCountsAsBrokenOff) {
  {
    auto sending = open(envelope);
    EXPECT_TRUE(sending->chunk(bytes_of("hello")));
    const Sending moved = *std::move(sending);
    EXPECT_EQ(moved.bytes(), 5U);
  }
  const auto all = records();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all.back(),
            Record(Closed{test_now, 0, 5, crypto::sha256(bytes_of("hello")), Ending::broken_off}));
}

TEST_F(SendingTest, IsNotPermittedWithoutADurableRecord) {
  std::filesystem::remove(log.file());
  const auto sending = open(envelope);
  ASSERT_FALSE(sending);
  EXPECT_EQ(sending.error().why, Why::no_record);
}

TEST_F(SendingTest, SharesTheWaitForTheDiskWithOthers) {
  const auto context = core::privacy::leaving_home_one(members);
  auto first = Sending::ask(*audit, envelope, context);
  auto second = Sending::ask(*audit, envelope, context);
  const auto before = std::filesystem::file_size(log.file());
  auto one = Sending::permitted(*audit, *std::move(second));
  const auto after = std::filesystem::file_size(log.file());
  auto two = Sending::permitted(*audit, *std::move(first));
  ASSERT_TRUE(one && two);
  EXPECT_GT(after, before);
  EXPECT_EQ(std::filesystem::file_size(log.file()), after);
  EXPECT_EQ(one->sequence(), 1U);
  EXPECT_EQ(two->sequence(), 0U);
}

}  // namespace
}  // namespace localscale::mesh::gate
