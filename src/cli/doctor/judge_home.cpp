#include <fmt/format.h>

#include "cli/doctor/judge.hpp"
#include "cli/failure.hpp"

/// The config and the running home.
namespace localscale::cli::doctor {
namespace {

constexpr std::uint32_t others_may_write = 022;
constexpr std::uint32_t others_may_read = 044;

void judge_token_file(const FileFacts& file, std::vector<Finding>& out) {
  if (!file.exists) {
    out.push_back({"config", Level::warning, fmt::format("The token file {} is not there.", file.path),
                   "Make it, or take token_file out of that registry in the config."});
  } else if ((file.mode & (others_may_read | others_may_write)) != 0) {
    out.push_back({"config", Level::failure,
                   fmt::format("Others on this machine can read the token in {}.", file.path),
                   fmt::format("chmod 600 '{}'", file.path)});
  }
}

void judge_walls(const HomeFacts& home, std::vector<Finding>& out) {
  if (home.walls.empty()) {
    out.push_back({"walls", Level::warning, "The walls are being tested just now.",
                   "Ask again in half a minute; if this stays: localscale logs"});
  }
  for (const WallFacts& wall : home.walls) {
    if (wall.stands) {
      out.push_back({"walls", Level::ok, fmt::format("The wall of the {} stands.", wall.process), ""});
    } else {
      out.push_back({"walls", Level::failure,
                     fmt::format("The wall of the {}: {}.", wall.process, wall.detail),
                     "Something on this machine keeps Localscale from shutting it in; the findings on limits "
                     "name what is missing. Until then treat what runs there as not shut in."});
    }
  }
}

void judge_doors(const HomeFacts& home, std::vector<Finding>& out) {
  for (const DoorFacts& door : home.doors) {
    if (door.url.empty()) {
      out.push_back({"doors", Level::failure, fmt::format("The {} door is shut: {}", door.name, door.note),
                     "Mend what it says, then: localscale down; localscale up"});
    } else {
      out.push_back({"doors", Level::ok, fmt::format("The {} door is open: {}", door.name, door.url), ""});
    }
  }
}

void judge_answering(const HomeFacts& home, const std::string& own_version, std::vector<Finding>& out) {
  const bool works = home.word != "Degraded" && home.word != "Error";
  out.push_back({"home", works ? Level::ok : Level::warning,
                 fmt::format("Localscale is running. {}: {}", home.word, home.reason),
                 works ? "" : "Do what the reason says; more in: localscale logs"});
  if (home.version != own_version) {
    out.push_back(
        {"home", Level::warning,
         fmt::format("The running home is version {}, this command line is {}.", home.version, own_version),
         std::string(restart_advice)});
  }
  judge_walls(home, out);
  judge_doors(home, out);
}

}  // namespace

void judge_config(const ConfigFacts& config, std::vector<Finding>& out) {
  if (!config.error.empty()) {
    out.push_back(
        {"config", Level::failure, config.error,
         fmt::format("Mend {}; `localscale config --default` prints every key.", config.file.path)});
  } else if (!config.file.exists) {
    out.push_back({"config", Level::ok,
                   fmt::format("There is no config file {}: the defaults hold.", config.file.path), ""});
  } else if ((config.file.mode & others_may_write) != 0) {
    out.push_back({"config", Level::failure,
                   fmt::format("Others on this machine can change the config {}.", config.file.path),
                   fmt::format("chmod go-w '{}'", config.file.path)});
  } else if (!config.file.is_own) {
    out.push_back({"config", Level::warning,
                   fmt::format("The config {} belongs to another user, who can change it.", config.file.path),
                   fmt::format("Take it over: chown \"$(id -u)\" '{}'", config.file.path)});
  } else {
    out.push_back({"config", Level::ok, fmt::format("The config {} is valid.", config.file.path), ""});
  }
  for (const FileFacts& file : config.token_files) judge_token_file(file, out);
}

void judge_home(const HomeFacts& home, const std::string& own_version, std::vector<Finding>& out) {
  switch (home.state) {
    case HomeFacts::State::stopped:
      out.push_back({"home", Level::warning,
                     "Localscale is not running, so its walls and doors were not looked at.",
                     "Start it with: localscale up"});
      return;
    case HomeFacts::State::silent:
      out.push_back({"home", Level::failure,
                     home.supervisor == 0
                         ? std::string("The house does not answer.")
                         : fmt::format("The supervisor (process {}) runs, but the house does not answer.",
                                       home.supervisor),
                     std::string(restart_advice)});
      return;
    case HomeFacts::State::refuses:
      out.push_back({"home", Level::failure, home.error + " Its ports, disks and models were not looked at.",
                     "Run this as the user who started the home, or as root."});
      return;
    case HomeFacts::State::answers:
      judge_answering(home, own_version, out);
  }
}

}  // namespace localscale::cli::doctor
