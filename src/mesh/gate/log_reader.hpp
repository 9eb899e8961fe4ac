#pragma once

#include <functional>
#include <optional>

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "mesh/gate/log_state.hpp"

namespace localscale::mesh::gate {

/// Told of each file's head (no record) and each record, with the state after it. A failure ends the reading.
using Visit = std::function<Result<void>(const LogState& state, const Record* record)>;

struct FileRead {
  LogState state;
  std::size_t good_bytes = 0;  ///< Up to here all is whole and in the chain.
  bool torn = false;           ///< What follows is a write that was cut short: it was never durable.
};

/// Reads the bytes of one file of a log. `before`: the state at the end of the file before it, if that was
/// read. `corrupt` if anything but an incomplete write at the end is wrong; then the message says where, and
/// what is whole.
Result<FileRead> read_log_file(ByteView bytes, const std::optional<LogState>& before, const Visit& visit);

}  // namespace localscale::mesh::gate
