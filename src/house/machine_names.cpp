#include "house/machine_names.hpp"

#include <algorithm>
#include <cerrno>

#include <unistd.h>

namespace localscale::house {
namespace {

constexpr std::size_t max_name_bytes = 253;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= max_name_bytes && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == ':';
  });
}

}  // namespace

MachineNames parse_names_line(std::string_view line) {
  MachineNames names;
  while (!line.empty() && names.size() < max_machine_names) {
    const auto end = std::min(line.find(' '), line.size());
    if (const auto word = line.substr(0, end); is_name(word)) names.emplace_back(word);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return names;
}

MachineNames latest_names(std::string_view text) {
  const auto end = text.rfind('\n');
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end);
  const auto before = text.rfind('\n');
  return parse_names_line(before == std::string_view::npos ? text : text.substr(before + 1));
}

Result<MachineNames> read_first_names(const UniqueFd& pipe) {
  std::string text(max_names_line_bytes, '\0');
  ssize_t count = 0;
  do {
    count = ::read(pipe.get(), text.data(), text.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) return fail_errno("read this machine's names", errno);
  text.resize(static_cast<std::size_t>(count));
  return latest_names(text);
}

}  // namespace localscale::house
