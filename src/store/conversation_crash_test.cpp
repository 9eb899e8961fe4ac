// Conversations under kill -9: what was acknowledged is there, and counts and messages agree.
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/conversation_store.hpp"
#include "store/test_folder.hpp"

namespace localscale::store {
namespace {

/// What the writer said it had stored last: the number of messages, and the version of the newest one.
struct Acknowledged {
  std::uint64_t messages = 0;
  std::uint64_t version = 0;
};

/// Text that tells where it belongs, and is long enough for overflow pages.
std::string text_of(std::uint64_t seq, std::uint64_t version) {
  const std::string mark = std::to_string(seq) + "/" + std::to_string(version) + " ";
  std::string text;
  while (text.size() < 6000) text += mark;
  return text;
}

/// Writes messages in three versions each, as a page does while an answer comes, and cuts now and then.
[[noreturn]] void converse_until_killed(const std::filesystem::path& path, const std::string& id, int pipe) {
  auto database = Database::open(path);
  if (!database) _exit(3);
  auto store = open_conversation_store(*database);
  if (!store) _exit(4);
  const auto acknowledge = [pipe](std::uint64_t messages, std::uint64_t version) {
    const Acknowledged said{messages, version};
    if (write(pipe, &said, sizeof said) != sizeof said) _exit(5);
  };
  std::uint64_t seq = (*store)->find("ada", id)->messages;
  for (std::uint64_t turn = 1;; ++turn) {
    ++seq;
    for (std::uint64_t version = 1; version <= 3; ++version) {
      MessageWish wish;
      wish.content = text_of(seq, version);
      wish.state = version < 3 ? MessageState::writing : MessageState::done;
      const auto written =
          version == 1 ? (*store)->append("ada", id, wish) : (*store)->replace("ada", id, seq, wish);
      if (!written || written->seq != seq) _exit(6);
      acknowledge(seq, version);
    }
    if (turn % 7 != 0) continue;
    if (!(*store)->cut("ada", id, seq - 3)) _exit(7);
    seq -= 4;
    acknowledge(seq, 3);
  }
}

Acknowledged last_acknowledged(int pipe) {
  Acknowledged last;
  Acknowledged next;
  while (read(pipe, &next, sizeof next) == sizeof next) last = next;
  return last;
}

/// The next step may have been stored without its acknowledgement: a version further, or a message, or a cut.
void expect_follows(const Acknowledged& said, const std::vector<Message>& messages) {
  const std::uint64_t count = messages.size();
  const bool one_more = count == said.messages + 1;
  const bool cut = count + 4 == said.messages;
  ASSERT_TRUE(count == said.messages || one_more || cut) << count << " instead of " << said.messages;
  for (const Message& message : messages) {
    const bool newest = message.seq == count;
    const std::uint64_t from = newest && one_more ? 1 : newest && !cut ? said.version : 3;
    const bool is_one_of_them = message.content == text_of(message.seq, from) ||
                                (newest && message.content == text_of(message.seq, from + 1));
    ASSERT_TRUE(is_one_of_them) << "message " << message.seq << " is " << message.content.substr(0, 12);
    const MessageState end =
        message.content == text_of(message.seq, 3) ? MessageState::done : MessageState::stopped;
    ASSERT_EQ(message.state, end) << "message " << message.seq;
  }
}

void expect_counts(const std::vector<Message>& messages, const Conversation& conversation) {
  std::uint64_t bytes = 0;
  for (const Message& message : messages) bytes += bytes_of(message);
  EXPECT_EQ(conversation.messages, messages.size());
  EXPECT_EQ(conversation.bytes, bytes);
}

/// Lets a writer run for a while and kills it.
Acknowledged write_and_kill(const std::filesystem::path& path, const std::string& id,
                            std::chrono::milliseconds after) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child == 0) converse_until_killed(path, id, ends[1]);
  close(ends[1]);
  std::this_thread::sleep_for(after);
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself: " << WEXITSTATUS(status);
  const Acknowledged said = last_acknowledged(ends[0]);
  close(ends[0]);
  return said;
}

TEST(ConversationCrash, WhatWasAcknowledgedIsThereAfterKillNine) {
  const TestFolder folder;
  std::string id;
  {
    auto database = Database::open(folder.database());
    id = open_conversation_store(*database).value()->create("ada", {"Crash", "tiny"}).value().id;
  }
  Acknowledged before{0, 3};
  int rounds_that_wrote = 0;
  for (int round = 0; round < 8; ++round) {
    const Acknowledged said =
        write_and_kill(folder.database(), id, std::chrono::milliseconds(60 + 23 * round));
    auto database = Database::open(folder.database());
    ASSERT_TRUE(database.has_value()) << database.error().message();
    auto store = open_conversation_store(*database);
    ASSERT_TRUE(store.has_value()) << store.error().message();
    const auto messages = (*store)->messages("ada", id, {1, 100'000, 1U << 30}).value();
    expect_counts(messages, (*store)->find("ada", id).value());
    ASSERT_NO_FATAL_FAILURE(expect_follows(said.version > 0 ? said : before, messages)) << "round " << round;
    rounds_that_wrote += said.version > 0 ? 1 : 0;
    // The next writer goes on from whole messages.
    const bool half = !messages.empty() && messages.back().state != MessageState::done;
    if (half) ASSERT_TRUE((*store)->cut("ada", id, messages.size()).has_value());
    before.messages = messages.size() - (half ? 1 : 0);
  }
  EXPECT_GT(rounds_that_wrote, 0) << "no round wrote anything";
}

}  // namespace
}  // namespace localscale::store
