#include "store/session_store.hpp"

#include <set>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/key_store.hpp"
#include "store/test_folder.hpp"

namespace localscale::store {
namespace {

class SessionStoreTest : public testing::Test {
 protected:
  SessionStoreTest()
      : database_(*Database::open(folder_.database())),
        sessions_(*open_session_store(database_, [this] { return now_; })) {}

  NewSession enter() { return *sessions_->enter_by_token(sessions_->make_token("owner")->secret); }
  bool is_valid(const NewSession& made) { return sessions_->find(made.cookie, made.csrf).has_value(); }

  std::int64_t now_ = 1'800'000'000;
  TestFolder folder_;
  Database database_;
  std::unique_ptr<SessionStore> sessions_;
};

TEST_F(SessionStoreTest, ATokenSignsInOnceAndItsSessionLastsThroughARestart) {
  const auto token = sessions_->make_token("owner");
  const auto made = sessions_->enter_by_token(token->secret);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->session.person, "owner");
  EXPECT_EQ(sessions_->enter_by_token(token->secret).error().code, Errc::denied);
  const auto reopened = open_session_store(database_, [this] { return now_; });
  EXPECT_EQ((*reopened)->find(made->cookie, made->csrf)->id, made->session.id);
}

TEST_F(SessionStoreTest, TheFirstTokenWaitsForAsLongAsItTakesAndLaterOnesForTenMinutes) {
  const auto first = sessions_->make_token("owner");
  const auto second = sessions_->make_token("owner");
  EXPECT_EQ(first->expires_unix_s, 0);
  EXPECT_EQ(second->expires_unix_s, now_ + 600);
  now_ += 600;
  EXPECT_FALSE(sessions_->enter_by_token(second->secret).has_value());
  now_ += 400LL * 24 * 3600;
  EXPECT_TRUE(sessions_->enter_by_token(first->secret).has_value());
}

TEST_F(SessionStoreTest, TheFirstTokenIsVoidOnceSomebodySignedInAndThereIsNoOtherLikeIt) {
  const auto first = sessions_->make_token("owner");
  const NewSession made = enter();
  EXPECT_FALSE(sessions_->enter_by_token(first->secret).has_value());
  ASSERT_TRUE(sessions_->end(made.session.id).has_value());
  EXPECT_EQ(sessions_->make_token("owner")->expires_unix_s, now_ + 600);
}

TEST_F(SessionStoreTest, BothHalvesOfASessionAreNeeded) {
  const NewSession one = enter();
  const NewSession other = enter();
  EXPECT_TRUE(is_valid(one));
  EXPECT_FALSE(sessions_->find(one.cookie, other.csrf).has_value());
  EXPECT_FALSE(sessions_->find(one.csrf, one.cookie).has_value());
  EXPECT_FALSE(sessions_->find(one.cookie, one.cookie).has_value());
  EXPECT_FALSE(sessions_->find(one.cookie, "").has_value());
  EXPECT_FALSE(sessions_->find("", "").has_value());
}

TEST_F(SessionStoreTest, ASessionEndsThirtyDaysAfterItsLastUse) {
  const NewSession made = enter();
  for (int i = 0; i < 3; ++i) {
    now_ += session_lasts_s - 1;
    const auto found = sessions_->find(made.cookie, made.csrf);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->expires_unix_s, now_ + session_lasts_s);
  }
  now_ += session_lasts_s - 1;
  EXPECT_TRUE(*sessions_->is_open(made.session.id));
  now_ += 1;
  EXPECT_FALSE(*sessions_->is_open(made.session.id));
  EXPECT_FALSE(is_valid(made));
}

TEST_F(SessionStoreTest, TheLastUseIsWrittenOnceAnHourAtMost) {
  const NewSession made = enter();
  const auto written = [this] {
    return database_.sqlite().execAndGet("SELECT last_used_unix_s FROM sessions").getInt64();
  };
  const std::int64_t begun = now_;
  now_ += session_use_step_s - 1;
  EXPECT_TRUE(is_valid(made));
  EXPECT_EQ(written(), begun);
  now_ += 1;
  EXPECT_TRUE(is_valid(made));
  EXPECT_EQ(written(), now_);
}

TEST_F(SessionStoreTest, AnEndedSessionIsOver) {
  const NewSession made = enter();
  const NewSession other = enter();
  ASSERT_TRUE(sessions_->end(made.session.id).has_value());
  EXPECT_FALSE(is_valid(made));
  EXPECT_TRUE(is_valid(other));
}

TEST_F(SessionStoreTest, TheOldestMakeRoomForNewOnes) {
  const NewSession oldest = enter();
  std::set<std::string> cookies;
  for (std::size_t i = 0; i < sessions_max; ++i) {
    now_ += 1;
    cookies.insert(enter().cookie);
  }
  EXPECT_EQ(cookies.size(), sessions_max);
  EXPECT_FALSE(is_valid(oldest));
  EXPECT_EQ(database_.sqlite().execAndGet("SELECT count(*) FROM sessions").getInt(), 100);
  for (std::size_t i = 0; i < 2 * sign_in_tokens_max; ++i)
    ASSERT_TRUE(sessions_->make_token("owner").has_value());
  EXPECT_EQ(database_.sqlite().execAndGet("SELECT count(*) FROM sign_in_tokens").getInt(), 20);
}

TEST_F(SessionStoreTest, ManyLaterTokensDoNotDriveTheFirstOut) {
  const auto first = sessions_->make_token("owner");
  for (std::size_t i = 0; i < 2 * sign_in_tokens_max; ++i)
    ASSERT_TRUE(sessions_->make_token("owner").has_value());
  EXPECT_TRUE(sessions_->enter_by_token(first->secret).has_value());
}

TEST_F(SessionStoreTest, ThePasswordSignsInAndChangingItEndsTheOtherSessions) {
  EXPECT_EQ(*sessions_->password_hash("owner"), "");
  EXPECT_FALSE(sessions_->enter_by_password("owner", "").has_value());
  const NewSession here = enter();
  const NewSession elsewhere = enter();
  ASSERT_TRUE(sessions_->set_password("owner", "a hash", here.session.id).has_value());
  EXPECT_EQ(*sessions_->password_hash("owner"), "a hash");
  EXPECT_TRUE(is_valid(here));
  EXPECT_FALSE(is_valid(elsewhere));
  EXPECT_TRUE(sessions_->enter_by_password("owner", "a hash").has_value());
  EXPECT_EQ(sessions_->enter_by_password("guest", "a hash").error().code, Errc::denied);
}

TEST_F(SessionStoreTest, WhoShowedAPasswordThatWasChangedMeanwhileDoesNotComeIn) {
  ASSERT_TRUE(sessions_->set_password("owner", "the old one's hash", 0).has_value());
  ASSERT_TRUE(sessions_->set_password("owner", "the new one's hash", 0).has_value());
  EXPECT_EQ(sessions_->enter_by_password("owner", "the old one's hash").error().code, Errc::denied);
}

TEST_F(SessionStoreTest, RevokingAKeyEndsTheSessionsThatItOpened) {
  const auto keys = *open_key_store(database_);
  KeyWish wish;
  wish.name = "tablet";
  wish.may_sign_in = true;
  const auto key = keys->create(wish);
  EXPECT_TRUE((*open_key_store(database_))->verify(key->secret)->may_sign_in);
  const auto by_key = sessions_->enter_by_key("owner", key->key.id);
  const NewSession by_token = enter();
  ASSERT_TRUE(by_key.has_value());
  EXPECT_TRUE(is_valid(*by_key));
  ASSERT_TRUE(keys->revoke("tablet").has_value());
  EXPECT_FALSE(is_valid(*by_key));
  EXPECT_TRUE(is_valid(by_token));
}

TEST_F(SessionStoreTest, NoSecretIsInTheDatabase) {
  const auto token = sessions_->make_token("owner");
  const NewSession made = enter();
  const auto again = sessions_->make_token("owner");
  for (const std::string& secret : {made.cookie, made.csrf, token->secret, again->secret}) {
    SQLite::Statement rows(database_.sqlite(),
                           "SELECT count(*) FROM sessions s LEFT JOIN sign_in_tokens t WHERE "
                           "instr(hex(s.cookie_hash) || hex(s.csrf_hash) || hex(t.hash), upper(?1)) OR "
                           "instr(s.cookie_hash, ?1) OR instr(s.csrf_hash, ?1) OR instr(t.hash, ?1)");
    rows.bind(1, secret);
    ASSERT_TRUE(rows.executeStep());
    EXPECT_EQ(rows.getColumn(0).getInt(), 0);
  }
}

}  // namespace
}  // namespace localscale::store
