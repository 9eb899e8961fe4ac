#include "supervisor/control_groups.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace localscale::supervisor {

namespace fs = std::filesystem;

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

fs::path own_cgroup(std::string_view controller) {
  const std::string text = read_text("/proc/self/cgroup");
  for (std::string_view rest = text; !rest.empty();) {
    const auto line = take_line(rest);
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string controllers = "," + std::string(line.substr(first + 1, second - first - 1)) + ",";
    const bool wanted = controller.empty()
                            ? controllers == ",,"
                            : controllers.find("," + std::string(controller) + ",") != std::string::npos;
    if (!wanted) continue;
    const fs::path mount =
        controller.empty() ? "/sys/fs/cgroup" : "/sys/fs/cgroup/" + std::string(controller);
    return mount / fs::path(line.substr(second + 1)).relative_path();
  }
  return {};
}

}  // namespace localscale::supervisor
