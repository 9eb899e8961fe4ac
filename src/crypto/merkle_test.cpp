#include "crypto/merkle.hpp"

#include <bit>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/bytes.hpp"

namespace localscale::crypto {
namespace {

using Leaves = std::vector<Digest>;
using View = std::span<const Digest>;

// The definitions of RFC 6962 section 2.1, as they stand there.

Digest hash_of(std::uint8_t mark, const Digest& a, const Digest& b) {
  return sha256(Encoder().u8(mark).fixed(a).fixed(b).take());
}

std::size_t split_of(View leaves) {
  std::size_t k = 1;
  while (2 * k < leaves.size()) k *= 2;
  return k;
}

Digest mth(View leaves) {
  if (leaves.empty()) return sha256({});
  if (leaves.size() == 1) return leaves.front();
  const std::size_t k = split_of(leaves);
  return hash_of(1, mth(leaves.first(k)), mth(leaves.subspan(k)));
}

Leaves path(std::size_t m, View leaves) {
  if (leaves.size() == 1) return {};
  const std::size_t k = split_of(leaves);
  Leaves proof = m < k ? path(m, leaves.first(k)) : path(m - k, leaves.subspan(k));
  proof.push_back(m < k ? mth(leaves.subspan(k)) : mth(leaves.first(k)));
  return proof;
}

Leaves numbered(std::size_t count) {
  Leaves leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(merkle_leaf(bytes_of(std::to_string(i))));
  return leaves;
}

Bytes from_hex(std::string_view hex) {
  Bytes bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

// The roots that Certificate Transparency's programs test themselves with.
TEST(Merkle, HasTheRootsThatOthersCompute) {
  const std::vector<std::pair<std::string_view, std::string_view>> steps{
      {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
      {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
      {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
      {"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
      {"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
      {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
      {"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
      {"606162636465666768696a6b6c6d6e6f",
       "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}};
  MerkleFrontier tree;
  EXPECT_EQ(to_hex(tree.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (const auto& [entry, root] : steps) {
    tree.append(merkle_leaf(from_hex(entry)));
    EXPECT_EQ(to_hex(tree.root()), root) << tree.size();
  }
}

TEST(Merkle, GrowsToTheSameRootAsTheDefinitionGives) {
  const Leaves leaves = numbered(130);
  MerkleFrontier tree;
  for (std::size_t size = 0; size < leaves.size(); ++size) {
    EXPECT_EQ(tree.root(), mth(View(leaves).first(size))) << size;
    EXPECT_EQ(MerkleFrontier::from(size, tree.parts()), tree);
    tree.append(leaves[size]);
  }
}

TEST(Merkle, TakesNoKeptPartsOfAnotherSize) {
  EXPECT_FALSE(MerkleFrontier::from(3, numbered(1)));
  EXPECT_FALSE(MerkleFrontier::from(0, numbered(1)));
  EXPECT_TRUE(MerkleFrontier::from(3, numbered(2)));
}

TEST(Merkle, ProvesEveryLeafOfEverySize) {
  const Leaves all = numbered(34);
  for (std::size_t size = 1; size <= all.size(); ++size) {
    const View leaves = View(all).first(size);
    const Digest root = mth(leaves);
    for (std::size_t index = 0; index < size; ++index) {
      const Leaves proof = inclusion_proof(leaves, index);
      ASSERT_EQ(proof, path(index, leaves)) << index << " of " << size;
      ASSERT_TRUE(verify_inclusion(leaves[index], index, size, proof, root)) << index << " of " << size;
    }
  }
}

TEST(Merkle, ProvesEverySizeToBeTheBeginningOfEveryLargerOne) {
  const Leaves all = numbered(34);
  for (std::size_t second = 0; second <= all.size(); ++second) {
    for (std::size_t first = 0; first <= second; ++first) {
      const Leaves proof = consistency_proof(View(all).first(second), first);
      ASSERT_TRUE(
          verify_consistency(first, second, mth(View(all).first(first)), mth(View(all).first(second)), proof))
          << first << " of " << second;
    }
  }
}

/// A proof with one thing changed: a bit, one digest less, one more.
Leaves spoilt(const Leaves& proof) {
  Leaves changed = proof;
  const auto how = *rc::gen::inRange(0, 3);
  if (how == 0 && !changed.empty()) {
    changed[*rc::gen::inRange<std::size_t>(0, changed.size())][*rc::gen::inRange<std::size_t>(0, 32)] ^=
        std::byte{1};
  } else if (how == 1 && !changed.empty()) {
    changed.erase(changed.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(changed)));
  } else {
    changed.insert(changed.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(changed) + 1),
                   merkle_leaf(bytes_of("other")));
  }
  return changed;
}

RC_GTEST_PROP(Merkle, BelievesNoOtherLeafPlaceOrProof, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(1, 70);
  const Leaves leaves = numbered(size);
  const auto index = *rc::gen::inRange<std::size_t>(0, size);
  const Leaves proof = inclusion_proof(leaves, index);
  const Digest root = mth(leaves);
  RC_ASSERT(!verify_inclusion(merkle_leaf(bytes_of("other")), index, size, proof, root));
  RC_ASSERT(!verify_inclusion(leaves[index], index, size, spoilt(proof), root));
  for (std::size_t other = 0; other <= size; ++other)
    if (other != index) RC_ASSERT(!verify_inclusion(leaves[index], other, size, proof, root));
}

RC_GTEST_PROP(Merkle, BelievesNoOtherBeginning, ()) {
  const auto second = *rc::gen::inRange<std::size_t>(2, 70);
  const auto first = *rc::gen::inRange<std::size_t>(1, second);
  const Leaves leaves = numbered(second);
  Leaves forked = leaves;
  forked[*rc::gen::inRange<std::size_t>(0, first)] = merkle_leaf(bytes_of("other"));
  const Digest old_root = mth(View(leaves).first(first));
  RC_ASSERT(!verify_consistency(first, second, old_root, mth(forked), consistency_proof(forked, first)));
  RC_ASSERT(
      !verify_consistency(first, second, old_root, mth(leaves), spoilt(consistency_proof(leaves, first))));
  RC_ASSERT(!verify_consistency(second, first, mth(leaves), old_root, consistency_proof(leaves, first)));
}

TEST(Merkle, SaysNothingOfALeafThatIsNotThere) {
  EXPECT_FALSE(verify_inclusion({}, 0, 0, {}, merkle_root({})));
  EXPECT_FALSE(verify_inclusion({}, ~0ULL, ~0ULL, {}, {}));
  EXPECT_FALSE(verify_consistency(3, ~0ULL, {}, {}, {}));
}

}  // namespace
}  // namespace localscale::crypto
