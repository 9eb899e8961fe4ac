#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/privacy/test_envelope.hpp"
#include "mesh/gate/log_writer.hpp"
#include "tests/support/temporary_folder.hpp"

namespace localscale::mesh::gate {

using core::privacy::test_envelope;
using core::privacy::test_now;
using core::privacy::TestMembers;

/// A folder with room for a log, and what tests do to its files.
class TestLog {
 public:
  [[nodiscard]] LogOptions options() const {
    LogOptions options{folder(), TestMembers::key(1)};
    options.create = true;
    options.now = test_now;
    return options;
  }
  [[nodiscard]] std::filesystem::path folder() const { return parent_.path() / "log"; }
  [[nodiscard]] std::filesystem::path file(std::uint64_t number = 1) const {
    return folder() / log_file_name(number);
  }
  [[nodiscard]] std::filesystem::path checkpoint() const { return folder() / checkpoint_file_name; }

  static Bytes bytes(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const ByteView view = bytes_of(text);
    return {view.begin(), view.end()};
  }
  static void write(const std::filesystem::path& path, ByteView bytes) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    std::filesystem::permissions(path,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }

  /// All records, as anybody reads them who has the files.
  [[nodiscard]] std::vector<Record> records() const {
    std::vector<Record> all;
    const auto held = LogFolder::hold(folder(), false);
    if (!held) return all;
    static_cast<void>(read_log(*held, [&](const LogState& /*state*/, const Record* record) -> Result<void> {
      if (record != nullptr) all.push_back(*record);
      return {};
    }));
    return all;
  }

 private:
  tests::TemporaryFolder parent_;
};

inline Opened test_opened(std::uint64_t budget = 1000) {
  Opened opened{test_now, test_envelope()};
  opened.envelope.byte_budget = budget;
  return opened;
}

inline Closed test_closed(std::uint64_t opened, std::uint64_t bytes = 5) {
  return {test_now, opened, bytes, crypto::sha256(bytes_of("hello")), Ending::complete};
}

inline Refused test_refused(std::string what = "It is odd.") {
  return {test_now, Direction::arriving, {core::privacy::Why::forged, TestMembers::id(3), std::move(what)}};
}

}  // namespace localscale::mesh::gate
