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

}  // namespace
}  // namespace localscale::mesh::fetcher
