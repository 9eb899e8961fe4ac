#include "store/conversation_store.hpp"

#include <fstream>
#include <iterator>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/test_folder.hpp"

namespace localscale::store {
namespace {

MessageWish said(Role role, std::string content, MessageState state = MessageState::done) {
  MessageWish wish;
  wish.role = role;
  wish.state = state;
  wish.content = std::move(content);
  return wish;
}

class ConversationStoreTest : public testing::Test {
 protected:
  ConversationStoreTest()
      : database_(*Database::open(folder_.database())), store_(*open_conversation_store(database_)) {}

  std::string make(std::string title = "Bread") {
    return store_->create("ada", {std::move(title), "tiny"}).value().id;
  }
  std::vector<Message> all(const std::string& id) {
    return store_->messages("ada", id, {1, 1000, 1U << 30}).value();
  }
  /// As after a crash of the house.
  void start_again() { store_ = open_conversation_store(database_).value(); }
  void sql(const std::string& text) { database_.sqlite().exec(text); }

  TestFolder folder_;
  Database database_;
  std::unique_ptr<ConversationStore> store_;
};

TEST_F(ConversationStoreTest, MessagesAreNumberedFromOneAndComeBackAsTheyWere) {
  const std::string id = make();
  MessageWish answer = said(Role::assistant, std::string("a\0b \xf0\x9f\x8d\x9e", 8));
  answer.thinking = "";
  answer.model = "tiny";
  answer.tokens = 7;
  answer.tokens_per_second = 17.25;
  EXPECT_EQ(store_->append("ada", id, said(Role::user, "Hello"))->seq, 1U);
  EXPECT_EQ(store_->append("ada", id, answer)->seq, 2U);
  const auto messages = all(id);
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(static_cast<const MessageWish&>(messages[0]), said(Role::user, "Hello"));
  EXPECT_EQ(static_cast<const MessageWish&>(messages[1]), answer);
  EXPECT_GT(messages[1].at_unix_ms, 1'600'000'000'000);
  const Conversation conversation = *store_->find("ada", id);
  EXPECT_EQ(conversation.messages, 2U);
  EXPECT_EQ(conversation.revision, 3U);
}

TEST_F(ConversationStoreTest, NobodyFindsSomebodyElses) {
  const std::string id = make();
  ASSERT_TRUE(store_->append("ada", id, said(Role::user, "Hello", MessageState::writing)).has_value());
  EXPECT_TRUE(store_->list("ben")->empty());
  EXPECT_EQ(store_->find("ben", id).error().code, Errc::not_found);
  EXPECT_EQ(store_->change("ben", id, {.title = "Mine"}).error().code, Errc::not_found);
  EXPECT_EQ(store_->messages("ben", id, {}).error().code, Errc::not_found);
  EXPECT_EQ(store_->append("ben", id, said(Role::user, "x")).error().code, Errc::not_found);
  EXPECT_EQ(store_->replace("ben", id, 1, said(Role::user, "x")).error().code, Errc::not_found);
  EXPECT_EQ(store_->cut("ben", id, 1).error().code, Errc::not_found);
  EXPECT_EQ(store_->remove("ben", id).error().code, Errc::not_found);
  EXPECT_EQ(all(id).at(0).content, "Hello");
}

TEST_F(ConversationStoreTest, IdsThatAreNoneOfOursAreNotFound) {
  for (const std::string& id : {std::string(), std::string("x"), std::string(16, 'G'),
                                std::string(1 << 20, '0'), std::string("0000000000000000")})
    EXPECT_EQ(store_->find("ada", id).error().code, Errc::not_found);
}

TEST_F(ConversationStoreTest, TheOneThatChangedLastComesFirst) {
  const std::string first = make("first");
  const std::string second = make("second");
  sql("UPDATE conversations SET updated_unix_ms = number");
  EXPECT_EQ(store_->list("ada")->at(0).id, second);
  ASSERT_TRUE(store_->append("ada", first, said(Role::user, "x")).has_value());
  EXPECT_EQ(store_->list("ada")->at(0).id, first);
}

TEST_F(ConversationStoreTest, WhatIsStoredIsLabelledHigh) {
  make();
  EXPECT_EQ(database_.sqlite().execAndGet("SELECT label FROM conversations").getString(), "high");
}

TEST_F(ConversationStoreTest, AReplacedMessageKeepsItsPlaceAndTime) {
  const std::string id = make();
  ASSERT_TRUE(store_->append("ada", id, said(Role::assistant, "", MessageState::writing)).has_value());
  sql("UPDATE messages SET at_unix_ms = 5");
  const auto written = store_->replace("ada", id, 1, said(Role::assistant, "Half", MessageState::writing));
  ASSERT_TRUE(written.has_value()) << written.error().message();
  EXPECT_EQ(written->at_unix_ms, 5);
  EXPECT_EQ(written->revision, 3U);
  ASSERT_TRUE(store_->replace("ada", id, 1, said(Role::assistant, "Half and half")).has_value());
  EXPECT_EQ(all(id).at(0).content, "Half and half");
  EXPECT_EQ(store_->replace("ada", id, 2, said(Role::user, "x")).error().code, Errc::not_found);
  EXPECT_EQ(store_->replace("ada", id, ~0ULL, said(Role::user, "x")).error().code, Errc::not_found);
}

TEST_F(ConversationStoreTest, AMessageThatEndedIsNotOverwrittenByAnOlderPieceOfItself) {
  const std::string id = make();
  ASSERT_TRUE(store_->append("ada", id, said(Role::assistant, "", MessageState::writing)).has_value());
  ASSERT_TRUE(store_->replace("ada", id, 1, said(Role::assistant, "The whole answer")).has_value());
  const auto late = store_->replace("ada", id, 1, said(Role::assistant, "The who", MessageState::writing));
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, Errc::conflict);
  EXPECT_EQ(all(id).at(0).content, "The whole answer");
}

TEST_F(ConversationStoreTest, WhatIsBeingWrittenWhenTheHouseStartsIsStopped) {
  const std::string id = make();
  const std::string other = make("other");
  ASSERT_TRUE(store_->append("ada", id, said(Role::user, "Hello")).has_value());
  ASSERT_TRUE(store_->append("ada", id, said(Role::assistant, "Hal", MessageState::writing)).has_value());
  start_again();
  EXPECT_EQ(all(id).at(0).state, MessageState::done);
  EXPECT_EQ(all(id).at(1).state, MessageState::stopped);
  EXPECT_EQ(all(id).at(1).content, "Hal");
  EXPECT_EQ(store_->find("ada", id)->revision, 4U);
  EXPECT_EQ(store_->find("ada", other)->revision, 1U);
}

TEST_F(ConversationStoreTest, CuttingTakesAMessageAndAllAfterIt) {
  const std::string id = make();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(store_->append("ada", id, said(Role::user, "x")).has_value());
  const auto cut = store_->cut("ada", id, 3);
  ASSERT_TRUE(cut.has_value());
  EXPECT_TRUE(cut->done);
  EXPECT_EQ(all(id).size(), 2U);
  EXPECT_EQ(store_->append("ada", id, said(Role::user, "again"))->seq, 3U);
  for (const std::uint64_t seq : {0ULL, 4ULL, ~0ULL})
    EXPECT_EQ(store_->cut("ada", id, seq).error().code, Errc::not_found);
}

TEST_F(ConversationStoreTest, MuchIsRemovedInSteps) {
  sql("PRAGMA synchronous = OFF");
  const std::string id = make();
  const std::size_t count = ConversationStore::cut_messages_max + 3;
  for (std::size_t i = 0; i < count; ++i)
    ASSERT_TRUE(store_->append("ada", id, said(Role::user, "x")).has_value());
  EXPECT_FALSE(store_->cut("ada", id, 2)->done);
  EXPECT_EQ(store_->find("ada", id)->messages, 3U);
  EXPECT_TRUE(store_->cut("ada", id, 2)->done);
  EXPECT_EQ(store_->find("ada", id)->messages, 1U);
  const std::string large(message_text_bytes_max, 'x');
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(store_->append("ada", id, said(Role::user, large)).has_value());
  EXPECT_FALSE(store_->remove("ada", id)->done);
  EXPECT_EQ(store_->find("ada", id)->messages, 2U);
  EXPECT_FALSE(store_->remove("ada", id)->done);
  EXPECT_TRUE(store_->remove("ada", id)->done);
  EXPECT_EQ(store_->find("ada", id).error().code, Errc::not_found);
  EXPECT_EQ(database_.sqlite().execAndGet("SELECT count(*) FROM messages").getInt(), 0);
}

TEST_F(ConversationStoreTest, AReadEndsAtItsBytesButGivesAtLeastOneMessage) {
  const std::string id = make();
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(store_->append("ada", id, said(Role::user, std::string(1000, 'x'))).has_value());
  EXPECT_EQ(store_->messages("ada", id, {1, 10, 2500})->size(), 2U);
  EXPECT_EQ(store_->messages("ada", id, {1, 10, 1})->size(), 1U);
  EXPECT_EQ(store_->messages("ada", id, {2, 2, 1U << 20})->at(1).seq, 3U);
  EXPECT_TRUE(store_->messages("ada", id, {5, 10, 1U << 20})->empty());
  EXPECT_TRUE(store_->messages("ada", id, {~0ULL, 10, 1U << 20})->empty());
}

TEST_F(ConversationStoreTest, FieldsOverTheirLimitsAreRefusedByName) {
  using ::testing::HasSubstr;
  std::string umlauts;
  for (std::size_t i = 0; i < conversation_title_characters_max; ++i) umlauts += "ü";
  EXPECT_TRUE(store_->create("ada", {umlauts, "m"}).has_value());
  for (const std::string& title : {std::string(), umlauts + "x", std::string("\xff")})
    EXPECT_THAT(store_->create("ada", {title, "m"}).error().what, HasSubstr("\"title\""));
  EXPECT_THAT(store_->create("ada", {"t", ""}).error().what, HasSubstr("\"model\""));
  const std::string id = make();
  EXPECT_EQ(store_->change("ada", id, {}).error().code, Errc::invalid_argument);
  EXPECT_THAT(store_->change("ada", id, {.model = std::string(301, 'x')}).error().what,
              HasSubstr("\"model\""));
  const std::string over(message_text_bytes_max + 1, 'x');
  EXPECT_THAT(store_->append("ada", id, said(Role::user, over)).error().what, HasSubstr("\"content\""));
  MessageWish wish = said(Role::user, "x");
  wish.thinking = over;
  EXPECT_THAT(store_->append("ada", id, wish).error().what, HasSubstr("\"thinking\""));
  wish.thinking.reset();
  wish.tokens_per_second = -1;
  EXPECT_THAT(store_->append("ada", id, wish).error().what, HasSubstr("\"tokens_per_second\""));
  EXPECT_TRUE(all(id).empty());
}

TEST_F(ConversationStoreTest, AFullConversationTakesNoMore) {
  const std::string id = make();
  sql("UPDATE conversations SET messages = 100000");
  EXPECT_EQ(store_->append("ada", id, said(Role::user, "x")).error().code, Errc::conflict);
  sql("UPDATE conversations SET messages = 0, bytes = 399999000");
  ASSERT_TRUE(store_->append("ada", id, said(Role::user, "x")).has_value());
  const MessageWish longer = said(Role::user, std::string(1000, 'x'));
  EXPECT_EQ(store_->append("ada", id, longer).error().code, Errc::exhausted);
  EXPECT_EQ(store_->replace("ada", id, 1, longer).error().code, Errc::exhausted);
  EXPECT_TRUE(store_->replace("ada", id, 1, said(Role::user, "y")).has_value());
}

TEST_F(ConversationStoreTest, AllConversationsTogetherHaveALimitAcrossRestarts) {
  const std::string id = make();
  sql("INSERT INTO conversations SELECT 99, '0123456789abcdef', 'ben', label, title, model, 0, 0, 0, "
      "3999999000, 1 "
      "FROM conversations");
  start_again();
  ASSERT_TRUE(store_->append("ada", id, said(Role::user, std::string(700, 'x'))).has_value());
  EXPECT_EQ(store_->append("ada", id, said(Role::user, "x")).error().code, Errc::exhausted);
  ASSERT_TRUE(store_->cut("ada", id, 1).has_value());
  EXPECT_TRUE(store_->append("ada", id, said(Role::user, "x")).has_value());
}

TEST_F(ConversationStoreTest, APersonHasTenThousandConversationsAtMost) {
  sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) INSERT INTO "
      "conversations "
      "SELECT i, printf('%016x', i), 'ada', 'high', 't', 'm', i, i, 0, 0, 1 FROM n");
  EXPECT_EQ(store_->list("ada")->size(), conversations_max);
  EXPECT_EQ(store_->create("ada", {"t", "m"}).error().code, Errc::exhausted);
  EXPECT_TRUE(store_->create("ben", {"t", "m"}).has_value());
}

TEST_F(ConversationStoreTest, NothingOfWhatIsRemovedStaysInTheFile) {
  const std::string id = make();
  ASSERT_TRUE(store_->append("ada", id, said(Role::user, "a small secret")).has_value());
  std::string large;
  while (large.size() < 50'000) large += "a large secret ";
  ASSERT_TRUE(store_->append("ada", id, said(Role::user, large)).has_value());
  const auto file = [&] {
    sql("PRAGMA wal_checkpoint(TRUNCATE)");
    std::ifstream in(folder_.database(), std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  };
  EXPECT_THAT(file(), ::testing::HasSubstr("small secret"));
  ASSERT_TRUE(store_->remove("ada", id)->done);
  EXPECT_EQ(file().find("secret"), std::string::npos);
}

TEST_F(ConversationStoreTest, PagesAndListsAreFoundByAnIndex) {
  const auto plan = [&](const std::string& query) {
    SQLite::Statement rows(database_.sqlite(), "EXPLAIN QUERY PLAN " + query);
    std::string text;
    while (rows.executeStep()) text += rows.getColumn(3).getString() + "\n";
    return text;
  };
  using ::testing::HasSubstr;
  EXPECT_THAT(
      plan("SELECT content FROM messages WHERE conversation = 1 AND seq >= 5000 ORDER BY seq LIMIT 100"),
      HasSubstr("(conversation=? AND seq>?)"));
  EXPECT_THAT(
      plan("SELECT * FROM conversations WHERE person = 'ada' ORDER BY updated_unix_ms DESC, number DESC"),
      ::testing::AllOf(HasSubstr("conversations_by_person"), ::testing::Not(HasSubstr("TEMP B-TREE"))));
  EXPECT_THAT(plan("UPDATE messages SET state = 'stopped' WHERE state = 'writing'"),
              HasSubstr("messages_writing"));
}

}  // namespace
}  // namespace localscale::store
