#pragma once

#include <filesystem>
#include <string>
#include <string_view>

/// Reading the kernel's small text files and finding this process's control groups.
namespace localscale::supervisor {

/// The whole file; empty if it cannot be read.
std::string read_text(const std::filesystem::path& path);

/// Takes the first line off the front of `text`, without its end.
std::string_view take_line(std::string_view& text);

/// The own group of a control group controller: version 2 ("" as controller) or 1. Empty if there is none.
std::filesystem::path own_cgroup(std::string_view controller);

}  // namespace localscale::supervisor
