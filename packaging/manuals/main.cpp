// Writes the man pages: make_manuals MAN_FOLDER PROGRAMS_FOLDER DATE.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "cli/doctor/run_program.hpp"
#include "cli/manual/manual.hpp"

namespace {

namespace fs = std::filesystem;
using localscale::fail;
using localscale::Result;
namespace cli = localscale::cli;

Result<void> write(const fs::path& file, const std::string& text) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) return fail(localscale::Errc::internal, file.string() + " could not be written.");
  return {};
}

Result<std::string> help_of(const fs::path& program) {
  const auto ran = cli::doctor::run_program(program, {"--help"}, std::chrono::seconds(60));
  if (!ran) return tl::unexpected(ran.error());
  if (ran->status != 0) return fail(localscale::Errc::internal, program.string() + " gave no help.");
  return ran->output;
}

Result<void> write_all(const fs::path& man, const fs::path& programs, const cli::manual::Edition& edition) {
  if (auto done = write(man / "man1/localscale.1", cli::manual::command_page(cli::all_verbs(), edition));
      !done)
    return done;
  if (auto done = write(man / "man5/localscale.toml.5", cli::manual::config_page(edition)); !done)
    return done;
  for (const char* name : {"localscaled", "localscale-supervisor"}) {
    const auto help = help_of(programs / name);
    if (!help) return tl::unexpected(help.error());
    const fs::path file = man / "man8" / (std::string(name) + ".8");
    if (auto done = write(file, cli::manual::program_page(name, *help, edition)); !done) return done;
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "make_manuals MAN_FOLDER PROGRAMS_FOLDER DATE\n");
    return 2;
  }
  const auto done = write_all(argv[1], argv[2], {argv[3], LOCALSCALE_VERSION});
  if (!done) std::fprintf(stderr, "make_manuals: %s\n", done.error().message().c_str());
  return done ? 0 : 1;
}
