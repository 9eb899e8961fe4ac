#include "house/arguments.hpp"

#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace localscale::house {

std::string usage() {
  return "localscaled: the house, which answers on sockets that localscale-supervisor opened.\n"
         "Usage: localscaled                      serve (started by localscale-supervisor)\n"
         "       localscaled --check-config FILE  check a config and say what is wrong with it\n"
         "       localscaled --inspect FILE       print what lies in the state of the home with this config, "
         "as JSON\n"
         "       localscaled --escape-probe       try every way out of the confinement\n"
         "       localscaled --version\n"
         "To start a home: localscale up\n";
}

Result<Arguments> parse_arguments(int argc, const char* const* argv) {
  using Action = Arguments::Action;
  Arguments arguments;
  const std::vector<std::string_view> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--version") {
      arguments.action = Action::version;
    } else if (words[i] == "--help" || words[i] == "-h") {
      arguments.action = Action::help;
    } else if (words[i] == "--escape-probe") {
      arguments.action = Action::escape_probe;
    } else if (words[i] == "--check-config" && i + 1 < words.size()) {
      arguments.action = Action::check_config;
      arguments.file = words[++i];
    } else if (words[i] == "--inspect" && i + 1 < words.size()) {
      arguments.action = Action::inspect;
      arguments.file = words[++i];
#ifdef LOCALSCALE_FAULT_POINTS
    } else if (words[i] == "--unconfined") {
      arguments.unconfined = true;
#endif
    } else {
      return fail(Errc::invalid_argument, fmt::format("'{}' is not understood, or lacks its file.", words[i]),
                  usage());
    }
  }
  return arguments;
}

}  // namespace localscale::house
