#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "crypto/sha256.hpp"

namespace localscale::crypto {

// The hash tree of RFC 6962 section 2.1 (RFC 9162 has the same one). Leaves are given by their hashes.

/// The hash of a leaf that holds `entry`.
Digest merkle_leaf(ByteView entry);

/// The root over all of them; that of no leaf is the hash of nothing.
Digest merkle_root(std::span<const Digest> leaves);

/// Proves that the leaf `index` is in the tree over `leaves`. `index` must be one of theirs.
std::vector<Digest> inclusion_proof(std::span<const Digest> leaves, std::uint64_t index);

bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Digest> proof, const Digest& root);

/// Proves that the tree over the first `first` of `leaves` is the beginning of the tree over all. `first`
/// must be at most their number.
std::vector<Digest> consistency_proof(std::span<const Digest> leaves, std::uint64_t first);

/// Nothing proves anything about a larger tree before a smaller one; of an empty tree every tree is a
/// continuation.
bool verify_consistency(std::uint64_t first, std::uint64_t second, const Digest& first_root,
                        const Digest& second_root, std::span<const Digest> proof);

/// A tree that grows, of which only the roots of its full parts are kept: one digest for each bit that is set
/// in its size.
class MerkleFrontier {
 public:
  MerkleFrontier() = default;
  /// As it was kept. Nothing if `parts` is not of the length that `size` needs.
  static std::optional<MerkleFrontier> from(std::uint64_t size, std::vector<Digest> parts);

  void append(const Digest& leaf);
  [[nodiscard]] Digest root() const;
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// The roots of the full parts, the largest first.
  [[nodiscard]] const std::vector<Digest>& parts() const { return parts_; }

  bool operator==(const MerkleFrontier&) const = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> parts_;
};

}  // namespace localscale::crypto
