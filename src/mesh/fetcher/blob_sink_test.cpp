#include "mesh/fetcher/blob_sink.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "mesh/fetcher/digest.hpp"
#include "tests/support/temporary_folder.hpp"

namespace localscale::mesh::fetcher {
namespace {

constexpr std::size_t piece_bytes = 300'000;

std::string noise(std::size_t bytes) {
  std::string out(bytes, '\0');
  std::uint32_t state = 1;
  for (auto& c : out) c = static_cast<char>((state = state * 1'664'525 + 1'013'904'223) >> 24U);
  return out;
}

/// A sink for `text` in a folder of its own.
class BlobSinkTest : public testing::Test {
 protected:
  BlobSink& sink_for(const std::string& text) {
    auto part = PartFile::open(part_path(), text.size(), false);
    EXPECT_TRUE(part) << part.error().what;
    const Journal journal{"sha256:" + sha256_hex(text), text.size(), "m", {}, {}, {}};
    return sink_.emplace(std::move(*part), journal, journal_path());
  }
  static void put(BlobSink& sink, const std::string& text, std::size_t offset) {
    auto chunk = sink.take_chunk(offset);
    chunk.size = std::min(piece_bytes, text.size() - offset);
    std::memcpy(chunk.data.get(), text.data() + offset, chunk.size);
    ASSERT_TRUE(sink.put(std::move(chunk)));
  }
  [[nodiscard]] std::filesystem::path part_path() const { return folder_.path() / "a.part"; }
  [[nodiscard]] std::filesystem::path journal_path() const { return folder_.path() / "a.journal"; }
  [[nodiscard]] std::string on_disk() const {
    std::ifstream in(part_path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  tests::TemporaryFolder folder_;
  Cancel cancel_;
  std::optional<BlobSink> sink_;
};

TEST_F(BlobSinkTest, GivesTheDigestOfWhatWasPutInOrder) {
  const auto text = noise(100 * piece_bytes + 17);
  auto& sink = sink_for(text);
  for (std::size_t at = 0; at < text.size(); at += piece_bytes) put(sink, text, at);
  const auto digest = sink.finish(cancel_, [] {});
  ASSERT_TRUE(digest) << digest.error().what;
  EXPECT_EQ(*digest, "sha256:" + sha256_hex(text));
  EXPECT_EQ(sink.written_bytes(), text.size());
  EXPECT_EQ(on_disk(), text);
}

TEST_F(BlobSinkTest, GivesTheDigestOfWhatWasPutBackwards) {
  const auto text = noise(40 * piece_bytes);
  auto& sink = sink_for(text);
  for (std::size_t at = text.size(); at > 0; at -= piece_bytes) put(sink, text, at - piece_bytes);
  const auto digest = sink.finish(cancel_, [] {});
  ASSERT_TRUE(digest) << digest.error().what;
  EXPECT_EQ(*digest, "sha256:" + sha256_hex(text));
  EXPECT_EQ(on_disk(), text);
}

TEST_F(BlobSinkTest, KeepsEverythingThatWasPutForALaterRun) {
  const auto text = noise(50 * piece_bytes);
  auto& sink = sink_for(text);
  for (std::size_t at = 0; at < 30 * piece_bytes; at += piece_bytes) put(sink, text, at);
  sink.keep();
  const auto journal = read_journal(journal_path());
  ASSERT_TRUE(journal) << journal.error().what;
  EXPECT_EQ(journal->have.bytes(), 30 * piece_bytes);
  EXPECT_EQ(on_disk(), text.substr(0, 30 * piece_bytes));
}

TEST_F(BlobSinkTest, SaysSoWhereTheDiskCannotTakeIt) {
  const auto text = noise(40 * piece_bytes);
  auto& sink = sink_for(text);
  // As a full disk: no write beyond this offset.
  struct rlimit unlimited{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &unlimited), 0);
  std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small{10 * piece_bytes, unlimited.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  for (std::size_t at = 0; at < text.size() && !sink.failure(); at += piece_bytes) {
    auto chunk = sink.take_chunk(at);
    chunk.size = piece_bytes;
    if (!sink.put(std::move(chunk))) break;
  }
  const auto digest = sink.finish(cancel_, [] {});
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &unlimited), 0);
  ASSERT_FALSE(digest);
  EXPECT_NE(digest.error().what.find("write a download"), std::string::npos) << digest.error().what;
}

}  // namespace
}  // namespace localscale::mesh::fetcher
