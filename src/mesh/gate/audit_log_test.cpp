#include "mesh/gate/audit_log.hpp"

#include <set>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "mesh/gate/frame.hpp"
#include "mesh/gate/test_log.hpp"

namespace localscale::mesh::gate {
namespace {

LogWriter writer_of(const TestLog& log) {
  auto writer = LogWriter::open(log.options());
  if (!writer) throw std::runtime_error(writer.error().message());
  return *std::move(writer);
}

std::size_t frames_in(const TestLog& log) {
  const Bytes file = TestLog::bytes(log.file());
  std::size_t count = 0;
  for (std::size_t at = 0; at < file.size(); ++count) at += read_frame(ByteView(file).subspan(at))->size;
  return count;
}

TEST(AuditLog, RecordsOfOneTimeShareAWrite) {
  const TestLog log;
  AuditLog audit(writer_of(log));
  const auto first = audit.enqueue(test_opened());
  const auto second = audit.enqueue(test_opened());
  const auto third = audit.enqueue(test_refused());
  EXPECT_EQ(frames_in(log), 1U) << "nothing but the head yet";
  EXPECT_EQ(audit.durable(*second), 1U);
  EXPECT_EQ(frames_in(log), 2U);
  EXPECT_EQ(audit.durable(*first), 0U);
  EXPECT_EQ(audit.durable(*third), 2U);
  EXPECT_EQ(frames_in(log), 2U);
  EXPECT_EQ(audit.append(test_closed(0)), 3U);
  EXPECT_EQ(frames_in(log), 3U);
}

TEST(AuditLog, ManyThreadsGetNumbersOfTheirOwnAndLoseNothing) {
  const TestLog log;
  constexpr int threads = 8;
  constexpr int each = 20;
  std::mutex mutex;
  std::set<std::uint64_t> numbers;
  {
    AuditLog audit(writer_of(log));
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t)
      running.emplace_back([&] {
        for (int i = 0; i < each; ++i) {
          const auto opened = audit.append(test_opened());
          const auto closed = audit.append(test_closed(opened.value_or(~0ULL)));
          if (i % 7 == 0) static_cast<void>(audit.checkpoint(test_now));
          const std::lock_guard lock(mutex);
          if (opened) numbers.insert(*opened);
          if (closed) numbers.insert(*closed);
        }
      });
    for (std::thread& thread : running) thread.join();
  }
  EXPECT_EQ(numbers.size(), 2U * threads * each);
  EXPECT_EQ(*numbers.rbegin(), 2U * threads * each - 1);
  EXPECT_EQ(log.records().size(), numbers.size());
  EXPECT_TRUE(writer_of(log).state().open.empty());
}

TEST(AuditLog, NotesWaitForARecordThatNeedsTheDisk) {
  const TestLog log;
  AuditLog audit(writer_of(log));
  audit.note(test_refused());
  EXPECT_EQ(frames_in(log), 1U);
  EXPECT_EQ(audit.append(test_opened()), 1U);
  EXPECT_EQ(frames_in(log), 2U);
}

TEST(AuditLog, NotesAreWrittenAtTheEndAndAtACheckpoint) {
  const TestLog log;
  {
    AuditLog audit(writer_of(log));
    audit.note(test_refused());
    EXPECT_EQ(audit.checkpoint(test_now)->size, 1U);
    audit.note(test_refused());
  }
  EXPECT_EQ(log.records().size(), 2U);
}

TEST(AuditLog, AFloodOfRefusalsOfOneHomeIsCountedAndHidesNoOthers) {
  const TestLog log;
  Refused other = test_refused("Another home's.");
  other.refusal.who = TestMembers::id(1);
  Refused later = test_refused("A minute later.");
  later.at.ms += 60'000;
  {
    AuditLog audit(writer_of(log));
    for (int i = 0; i < 10'000; ++i) {
      audit.note(test_refused());
      if (i % 1000 == 0) EXPECT_TRUE(audit.checkpoint(test_now));
    }
    audit.note(other);
    audit.note(later);
  }
  const auto records = log.records();
  ASSERT_EQ(records.size(), 34U);
  EXPECT_EQ(std::get<Refused>(records[32]).refusal.what,
            "(After 9968 more refusals that are not listed.) Another home's.");
  EXPECT_EQ(records[33], Record(later));
}

TEST(AuditLog, AFloodOfRefusalsOfManyHomesKeepsNoOpeningOut) {
  const TestLog log;
  AuditLog audit(writer_of(log));
  for (std::uint8_t home = 1; home <= 100; ++home) {
    Refused refused = test_refused();
    refused.refusal.who = crypto::HomeId{crypto::sha256(bytes_of(std::string(home, 'x')))};
    for (int i = 0; i < 100; ++i) audit.note(refused);
  }
  EXPECT_EQ(audit.append(test_opened()), 256U);
}

TEST(AuditLog, TakesNoMoreThanFitsInOneWrite) {
  const TestLog log;
  AuditLog audit(writer_of(log));
  std::vector<AuditLog::Ticket> tickets;
  for (std::size_t i = 0; i < records_per_frame_max; ++i) {
    auto ticket = audit.enqueue(test_opened());
    ASSERT_TRUE(ticket);
    tickets.push_back(*std::move(ticket));
  }
  const auto refused = audit.enqueue(test_opened());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::exhausted);
  EXPECT_EQ(audit.durable(tickets.back()), records_per_frame_max - 1);
  EXPECT_TRUE(audit.enqueue(test_opened()));
}

TEST(AuditLog, TakesNoMoreOpeningsThanMayBeOpen) {
  const TestLog log;
  AuditLog audit(writer_of(log));
  for (std::size_t i = 0; i < open_sendings_max; ++i) {
    const auto ticket = audit.enqueue(test_opened());
    ASSERT_TRUE(ticket) << i;
    if (i % records_per_frame_max == records_per_frame_max - 1) ASSERT_TRUE(audit.durable(*ticket));
  }
  EXPECT_FALSE(audit.enqueue(test_opened()));
  EXPECT_TRUE(audit.append(test_closed(17)));
  EXPECT_TRUE(audit.append(test_opened()));
}

TEST(AuditLog, AllOfAWriteThatFailsAreToldSo) {
  const TestLog log;
  AuditLog audit(writer_of(log));
  const auto first = audit.enqueue(test_opened());
  const auto second = audit.enqueue(test_opened());
  std::filesystem::remove(log.file());
  EXPECT_FALSE(audit.durable(*first));
  EXPECT_FALSE(audit.durable(*second));
  EXPECT_FALSE(audit.append(test_opened()));
}

TEST(AuditLog, KnowsTheLatestTimeOfItsRecords) {
  const TestLog log;
  AuditLog audit(writer_of(log));
  EXPECT_EQ(audit.latest(), UnixMs{0});
  Refused later = test_refused();
  later.at.ms += 86'400'000;
  EXPECT_TRUE(audit.append(later));
  EXPECT_TRUE(audit.append(test_refused()));
  EXPECT_EQ(audit.latest(), later.at);
}

}  // namespace
}  // namespace localscale::mesh::gate
