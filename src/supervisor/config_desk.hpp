#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <utility>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "wire/control.pb.h"

namespace localscale::supervisor {

/// Shows the config file to the house, and changes it for the house: the house cannot, and is not trusted
/// with more than the keys that a page may change. Every value is checked here again. One thread.
class ConfigDesk {
 public:
  /// Writes wait for the disk: a house may ask for this many in ten seconds.
  static constexpr std::size_t max_changes = 30;

  explicit ConfigDesk(std::filesystem::path file) : file_(std::move(file)), seen_(stamp()) {}

  /// True where the file is another than when this was asked last.
  [[nodiscard]] bool has_changed();

  /// Where the file is, and the file itself for reading; no descriptor if there is none.
  [[nodiscard]] std::pair<wire::ConfigFile, UniqueFd> show() const;

  /// Makes all of the changes or none. Errors: invalid_argument (a key or a value), denied (the file),
  /// conflict (somebody else is changing it), exhausted (too many).
  Result<void> change(const wire::ChangeConfig& request, std::chrono::steady_clock::time_point now);

 private:
  /// Tells one state of the file from another without reading it.
  struct Stamp {
    std::uint64_t inode = 0;  ///< All zero where there is no file.
    std::int64_t bytes = 0;
    std::int64_t changed_s = 0;
    std::int64_t changed_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  [[nodiscard]] Stamp stamp() const;

  std::filesystem::path file_;
  Stamp seen_;
  std::deque<std::chrono::steady_clock::time_point> changed_;  ///< The last times.
};

}  // namespace localscale::supervisor
