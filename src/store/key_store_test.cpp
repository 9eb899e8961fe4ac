#include "store/key_store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/test_folder.hpp"

namespace localscale::store {
namespace {

class KeyStoreTest : public testing::Test {
 protected:
  KeyStoreTest() : database_(*Database::open(folder_.database())), keys_(*open_key_store(database_)) {}

  KeyWish wish(std::string name) {
    KeyWish wish;
    wish.name = std::move(name);
    return wish;
  }

  TestFolder folder_;
  Database database_;
  std::unique_ptr<KeyStore> keys_;
};

TEST_F(KeyStoreTest, AKeyIsKnownByItsSecretAlsoAfterARestart) {
  const auto made = keys_->create(wish("tablet"));
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(keys_->verify(made->secret)->name, "tablet");
  const auto reopened = open_key_store(database_);
  ASSERT_TRUE(reopened.has_value());
  EXPECT_EQ((*reopened)->verify(made->secret)->id, made->key.id);
}

TEST_F(KeyStoreTest, AnyOtherSecretIsDeniedInTheSameWords) {
  const auto made = keys_->create(wish("tablet"));
  std::string wrong = made->secret;
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  for (const std::string& secret :
       {wrong, std::string(), std::string("ls-"), made->secret + "0", std::string(80, 'x')}) {
    const auto verified = keys_->verify(secret);
    ASSERT_FALSE(verified.has_value());
    EXPECT_EQ(verified.error().code, Errc::denied);
    EXPECT_EQ(verified.error().what, "This API key is not valid.");
  }
}

TEST_F(KeyStoreTest, ARevokedKeyIsDeniedAtOnce) {
  const auto made = keys_->create(wish("tablet"));
  ASSERT_TRUE(keys_->revoke("tablet").has_value());
  EXPECT_FALSE(keys_->verify(made->secret).has_value());
  EXPECT_EQ(keys_->revoke("tablet").error().code, Errc::not_found);
}

TEST_F(KeyStoreTest, TheSecretIsNowhereInTheFile) {
  const auto made = keys_->create(wish("tablet"));
  SQLite::Statement rows(database_.sqlite(),
                         "SELECT count(*) FROM api_keys WHERE instr(hash, ?) OR instr(name, ?)");
  rows.bind(1, made->secret);
  rows.bind(2, made->secret);
  ASSERT_TRUE(rows.executeStep());
  EXPECT_EQ(rows.getColumn(0).getInt(), 0);
}

TEST_F(KeyStoreTest, NamesAreUniqueAndLimitsAreChecked) {
  ASSERT_TRUE(keys_->create(wish("tablet")).has_value());
  EXPECT_EQ(keys_->create(wish("tablet")).error().code, Errc::conflict);
  EXPECT_EQ(keys_->create(wish("")).error().code, Errc::invalid_argument);
  EXPECT_EQ(keys_->create(wish(std::string(81, 'x'))).error().code, Errc::invalid_argument);
  for (const std::string_view name : {"a\nb", "a\x1b[31m", "\xc2\x9b", "\xff", "\xe2\x80\xae"})
    EXPECT_EQ(keys_->create(wish(std::string(name))).error().code, Errc::invalid_argument) << name;
  EXPECT_TRUE(keys_->create(wish("K\xc3\xbc che")).has_value());
  KeyWish none = wish("phone");
  none.max_concurrent = 0;
  EXPECT_EQ(keys_->create(none).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace localscale::store
