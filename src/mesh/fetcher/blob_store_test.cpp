#include "mesh/fetcher/blob_store.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "mesh/fetcher/digest.hpp"
#include "mesh/fetcher/journal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace localscale::mesh::fetcher {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class BlobStoreTest : public testing::Test {
 protected:
  BlobStoreTest() { EXPECT_TRUE(store_.prepare()); }

  /// An unfinished download of some blob; gives its digest.
  std::string unfinished(const std::string& name, std::chrono::hours age) {
    const auto digest = "sha256:" + sha256_hex(name);
    std::ofstream(store_.part_path(digest)) << "some bytes";
    Journal journal{digest, 100, name, {}, {}, {}};
    journal.have.add({0, 10});
    EXPECT_TRUE(write_journal(store_.journal_path(digest), journal));
    fs::last_write_time(store_.journal_path(digest), fs::file_time_type::clock::now() - age);
    return digest;
  }
  /// A file that came whole for a pull that did not end; gives its digest.
  std::string finished(const std::string& name, std::chrono::hours age = 0h) {
    const auto digest = unfinished(name, age);
    fs::resize_file(store_.part_path(digest), 100);
    EXPECT_TRUE(store_.publish(digest));
    return digest;
  }
  [[nodiscard]] bool has(const std::string& digest) const {
    return store_.has({Role::other, digest, 100, {}});
  }
  [[nodiscard]] bool here(const std::string& digest) const { return fs::exists(store_.part_path(digest)); }

  tests::TemporaryFolder folder_;
  BlobStore store_{folder_.path() / "blobs", folder_.path() / "incoming", 0};
};

TEST_F(BlobStoreTest, RemovesOnlyWhatNobodyWentOnWithForThatLong) {
  const auto old = unfinished("old:latest", 25h);
  const auto young = unfinished("young:latest", 23h);
  store_.remove_abandoned(24h);
  EXPECT_FALSE(here(old));
  EXPECT_FALSE(fs::exists(store_.journal_path(old)));
  EXPECT_TRUE(here(young));
  EXPECT_EQ(store_.kept_bytes(young), 10U);
}

TEST_F(BlobStoreTest, RemovesNothingThatIsBeingDownloadedNow) {
  const auto old = unfinished("old:latest", 25h);
  std::shared_ptr<LiveBlob> other;
  const auto claim = store_.claim(old, other);
  store_.remove_abandoned(24h);
  store_.discard_name("old:latest");
  EXPECT_TRUE(here(old));
}

TEST_F(BlobStoreTest, AClockThatWentBackRemovesNothing) {
  const auto ahead = unfinished("ahead:latest", -1000h);
  store_.remove_abandoned(24h);
  EXPECT_TRUE(here(ahead));
}

TEST_F(BlobStoreTest, NamesAndDiscardsWhatAPullLeft) {
  const auto one = unfinished("one:latest", 0h);
  const auto two = unfinished("two:latest", 0h);
  EXPECT_EQ(store_.unfinished_names(), (std::set<std::string>{"one:latest", "two:latest"}));
  store_.discard_name("one:latest");
  EXPECT_FALSE(here(one));
  EXPECT_TRUE(here(two));
}

TEST_F(BlobStoreTest, PrepareKeepsWhatCanBeResumedAndNothingElse) {
  const auto good = unfinished("good:latest", 0h);
  const auto torn = unfinished("torn:latest", 0h);
  fs::resize_file(store_.journal_path(torn), 20);
  std::ofstream(folder_.path() / "incoming" / "sha256-x.journal.new") << "half";
  ASSERT_TRUE(store_.prepare());
  EXPECT_TRUE(here(good));
  EXPECT_FALSE(here(torn));
  EXPECT_FALSE(fs::exists(folder_.path() / "incoming" / "sha256-x.journal.new"));
}

TEST_F(BlobStoreTest, AFinishedFileGoesWithItsUnfinishedPull) {
  const auto dropped = finished("dropped:latest");
  const auto old = finished("old:latest", 25h);
  const auto renewed = finished("renewed:latest", 25h);
  ASSERT_TRUE(store_.prepare());
  EXPECT_EQ(store_.unfinished_names(),
            (std::set<std::string>{"dropped:latest", "old:latest", "renewed:latest"}));
  EXPECT_EQ(store_.kept_for("dropped:latest").have_bytes, 100U);
  store_.discard_name("dropped:latest");
  EXPECT_FALSE(has(dropped));
  store_.renew(renewed);
  store_.remove_abandoned(24h);
  EXPECT_FALSE(has(old));
  EXPECT_TRUE(has(renewed));
}

TEST_F(BlobStoreTest, AFileThatAModelHasStays) {
  const auto settled = finished("settled:latest", 25h);
  ASSERT_TRUE(store_.settle({{Role::model, settled, 100, {}}}));
  store_.remove_abandoned(24h);
  store_.discard_name("settled:latest");
  EXPECT_TRUE(has(settled));
  EXPECT_TRUE(store_.unfinished_names().empty());
}

TEST_F(BlobStoreTest, AFileThatWasDamagedInItsPlaceIsNotThePullsAlone) {
  const auto digest = unfinished("again:latest", 0h);
  fs::resize_file(store_.part_path(digest), 100);
  std::ofstream(folder_.path() / "blobs" / ("sha256-" + digest.substr(7))) << "damaged";
  ASSERT_TRUE(store_.publish(digest));
  store_.discard_name("again:latest");
  EXPECT_TRUE(has(digest));
}

}  // namespace
}  // namespace localscale::mesh::fetcher
