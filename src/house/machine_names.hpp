#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace localscale::house {

/// This machine's host name and addresses, as the supervisor tells them: a line on a pipe at the start, and
/// another whenever they changed. The house itself sees no network interface.
using MachineNames = std::vector<std::string>;

inline constexpr std::size_t max_machine_names = 64;
inline constexpr std::size_t max_names_line_bytes = 4096;

/// The names of one line, without its end; what is no host name or address is left out.
MachineNames parse_names_line(std::string_view line);

/// The names in what was read from the pipe: the last complete line counts. Empty if there is none.
MachineNames latest_names(std::string_view text);

/// What lies in the pipe now. Does not wait for more than its first line.
Result<MachineNames> read_first_names(const UniqueFd& pipe);

}  // namespace localscale::house
