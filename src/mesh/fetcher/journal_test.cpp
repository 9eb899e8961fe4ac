#include "mesh/fetcher/journal.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace localscale::mesh::fetcher {
namespace {

Journal sample() {
  Journal journal{"sha256:" + std::string(64, 'a'), 1000, "m:latest", "host:443", "\"etag\"", {}};
  journal.have.add({0, 10});
  journal.have.add({20, 1000});
  return journal;
}

TEST(Journal, ReadsBackWhatItWrote) {
  const auto read = decode_journal(encode(sample()));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, sample());
}

TEST(Journal, AnyTornOrChangedTextIsRefused) {
  const auto text = encode(sample());
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(decode_journal(text.substr(0, size)).has_value()) << size;
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(decode_journal(changed).has_value()) << at;
  }
}

TEST(Journal, FieldsThatWouldBreakItsLinesAreLeftOut) {
  auto journal = sample();
  journal.etag = "\"a\nrange 0 1000\"";
  const auto read = decode_journal(encode(journal));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->etag, "");
  EXPECT_EQ(read->have, sample().have);
}

TEST(Journal, AFileIsReplacedAsAWhole) {
  const tests::TemporaryFolder folder;
  const auto path = folder.path() / "x.journal";
  EXPECT_EQ(read_journal(path).error().code, Errc::not_found);
  ASSERT_TRUE(write_journal(path, sample()));
  auto other = sample();
  other.have.add({10, 20});
  ASSERT_TRUE(write_journal(path, other));
  EXPECT_EQ(*read_journal(path), other);
}

RC_GTEST_PROP(Journal, AnySetOfRangesSurvives, (const std::vector<std::uint16_t>& cuts)) {
  auto journal = sample();
  journal.size = 1ULL << 17;
  journal.have = {};
  for (std::size_t i = 0; i + 1 < cuts.size(); i += 2) {
    journal.have.add({std::min(cuts[i], cuts[i + 1]), std::max(cuts[i], cuts[i + 1])});
  }
  const auto read = decode_journal(encode(journal));
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == journal);
}

}  // namespace
}  // namespace localscale::mesh::fetcher
