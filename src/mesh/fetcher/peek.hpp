#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/error.hpp"
#include "mesh/fetcher/cancel.hpp"
#include "mesh/fetcher/file_ref.hpp"
#include "mesh/fetcher/pull.hpp"

namespace localscale::mesh::fetcher {

inline constexpr std::uint64_t max_peek_bytes = 32ULL << 20;

/// Looks at one model at its registry without downloading it: which files it is, and how its (first) model
/// file begins. Nothing is written. Blocks; one thread a peek.
class Peek {
 public:
  using OnFound = std::function<void(const ModelFiles&)>;
  using OnBytes = std::function<void(std::uint64_t offset, std::span<const std::byte> bytes)>;

  /// `most_bytes`: of the file; never more than max_peek_bytes.
  Peek(const Common& common, std::string name, std::uint64_t most_bytes, const Cancel& cancel);

  /// Calls `on_found` once, then `on_bytes` in order. Fails as a pull does, only sooner: somebody waits for
  /// the answer.
  Result<void> run(const OnFound& on_found, const OnBytes& on_bytes);

 private:
  Result<void> read_start(Session& session, const FileRef& file, const OnBytes& on_bytes);
  /// What is wrong with an answer whose head this is; nullopt if nothing.
  [[nodiscard]] static std::optional<Error> contradiction(const Head& head, const FileRef& file,
                                                          const std::string& host);

  const Common& common_;
  std::string text_;
  std::uint64_t most_bytes_;
  const Cancel& cancel_;
  RetryPolicy policy_;
};

}  // namespace localscale::mesh::fetcher
