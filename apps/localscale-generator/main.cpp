#include <cstdio>
#include <filesystem>
#include <fstream>

#include "config/config.hpp"
#include "config/layout.hpp"
#include "supervisor/unit_drop_ins.hpp"

namespace {

namespace fs = std::filesystem;
namespace config = localscale::config;

int complain(const std::string& text) {
  std::fprintf(stderr, "localscale-generator: %s\n", text.c_str());
  return 1;
}

}  // namespace

/// A systemd generator (systemd.generator(7)): the first argument is the folder to write into. With a config
/// that cannot be read it writes nothing: the units' defaults stay, and the service itself says what is
/// wrong.
int main(int argc, char** argv) {
  if (argc < 2) return complain("It is started by systemd, with the folder to write into.");
  const auto read = config::load(config::default_path());
  if (!read) return complain(read.error().message());
  for (const auto& [name, text] : localscale::supervisor::unit_drop_ins(*read, config::Layout(*read))) {
    const fs::path file = fs::path(argv[1]) / name;
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    std::ofstream out(file);
    out << text;
    if (!out.flush()) return complain("cannot write " + file.string());
  }
  return 0;
}
