#include "crypto/merkle.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>

#include "base/assert.hpp"

namespace localscale::crypto {
namespace {

constexpr std::array leaf_mark{std::byte{0}};
constexpr std::array node_mark{std::byte{1}};

Digest node(const Digest& left, const Digest& right) {
  std::array<std::byte, 1 + 2 * sizeof(Digest)> bytes{};
  auto end = std::ranges::copy(node_mark, bytes.begin()).out;
  end = std::ranges::copy(left, end).out;
  std::ranges::copy(right, end);
  return sha256(bytes);
}

/// The size of the left part of a tree: the largest power of two below `size`, which is at least 2.
std::uint64_t left_part(std::uint64_t size) {
  return std::bit_floor(size - 1);
}

/// A place in a tree, and the last one of its level, on the way up to the root (RFC 9162 section 2.1.3.2).
struct Way {
  std::uint64_t at;
  std::uint64_t last;

  void up() {
    at >>= 1U;
    last >>= 1U;
  }
  /// Goes up past the next member of a proof; whether that one stands on the left.
  bool pass_sibling() {
    const bool is_left = (at & 1U) != 0 || at == last;
    while (is_left && (at & 1U) == 0 && at != 0) up();
    up();
    return is_left;
  }
};

/// RFC 6962's SUBPROOF. `known`: the verifier has the root over the first `first` leaves.
void subproof(std::span<const Digest> leaves, std::uint64_t first, bool known, std::vector<Digest>& proof) {
  if (first == leaves.size()) {
    if (!known) proof.push_back(merkle_root(leaves));
    return;
  }
  const std::uint64_t left = left_part(leaves.size());
  if (first <= left) {
    subproof(leaves.first(left), first, known, proof);
    proof.push_back(merkle_root(leaves.subspan(left)));
  } else {
    subproof(leaves.subspan(left), first - left, false, proof);
    proof.push_back(merkle_root(leaves.first(left)));
  }
}

}  // namespace

Digest merkle_leaf(ByteView entry) {
  return Sha256().update(leaf_mark).update(entry).digest();
}

Digest merkle_root(std::span<const Digest> leaves) {
  MerkleFrontier tree;
  for (const Digest& leaf : leaves) tree.append(leaf);
  return tree.root();
}

std::vector<Digest> inclusion_proof(std::span<const Digest> leaves, std::uint64_t index) {
  LS_ASSERT(index < leaves.size());
  std::vector<Digest> proof;
  while (leaves.size() > 1) {
    const std::uint64_t left = left_part(leaves.size());
    const bool is_left = index < left;
    proof.push_back(merkle_root(is_left ? leaves.subspan(left) : leaves.first(left)));
    leaves = is_left ? leaves.first(left) : leaves.subspan(left);
    if (!is_left) index -= left;
  }
  std::ranges::reverse(proof);
  return proof;
}

// RFC 9162 section 2.1.3.2.
bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Digest> proof, const Digest& root) {
  if (index >= size) return false;
  Way way{index, size - 1};
  Digest hash = leaf;
  for (const Digest& other : proof) {
    if (way.last == 0) return false;
    hash = way.pass_sibling() ? node(other, hash) : node(hash, other);
  }
  return way.last == 0 && hash == root;
}

std::vector<Digest> consistency_proof(std::span<const Digest> leaves, std::uint64_t first) {
  LS_ASSERT(first <= leaves.size());
  std::vector<Digest> proof;
  if (first > 0 && first < leaves.size()) subproof(leaves, first, true, proof);
  return proof;
}

// RFC 9162 section 2.1.4.2.
bool verify_consistency(std::uint64_t first, std::uint64_t second, const Digest& first_root,
                        const Digest& second_root, std::span<const Digest> proof) {
  if (first > second) return false;
  if (first == second) return proof.empty() && first_root == second_root;
  if (first == 0) return proof.empty() && first_root == merkle_root({});
  const bool first_is_full = std::has_single_bit(first);
  if (!first_is_full && proof.empty()) return false;
  Way way{first - 1, second - 1};
  while ((way.at & 1U) != 0) way.up();
  Digest first_hash = first_is_full ? first_root : proof.front();
  Digest second_hash = first_hash;
  for (const Digest& other : first_is_full ? proof : proof.subspan(1)) {
    if (way.last == 0) return false;
    if (way.pass_sibling()) {
      first_hash = node(other, first_hash);
      second_hash = node(other, second_hash);
    } else {
      second_hash = node(second_hash, other);
    }
  }
  return way.last == 0 && first_hash == first_root && second_hash == second_root;
}

std::optional<MerkleFrontier> MerkleFrontier::from(std::uint64_t size, std::vector<Digest> parts) {
  if (parts.size() != static_cast<std::size_t>(std::popcount(size))) return std::nullopt;
  MerkleFrontier tree;
  tree.size_ = size;
  tree.parts_ = std::move(parts);
  return tree;
}

void MerkleFrontier::append(const Digest& leaf) {
  Digest hash = leaf;
  // Like a carry: each full part of the same size is taken up.
  for (std::uint64_t size = size_; (size & 1U) != 0; size >>= 1U) {
    hash = node(parts_.back(), hash);
    parts_.pop_back();
  }
  parts_.push_back(hash);
  ++size_;
}

Digest MerkleFrontier::root() const {
  if (parts_.empty()) return sha256({});
  Digest hash = parts_.back();
  for (auto part = std::next(parts_.rbegin()); part != parts_.rend(); ++part) hash = node(*part, hash);
  return hash;
}

}  // namespace localscale::crypto
