#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/verb.hpp"

/// Man pages, made from what the programs themselves know: the verbs, the config's table, the help texts.
namespace localscale::cli::manual {

struct Edition {
  std::string date;     ///< "2026-01-31"
  std::string version;  ///< "0.1.0"
};

/// localscale(1)
std::string command_page(const std::vector<Verb>& verbs, const Edition& edition);

/// localscale.toml(5)
std::string config_page(const Edition& edition);

/// A page of section 8 from a program's --help: "NAME: about", "Usage: NAME [WORDS]  meaning" with more such
/// lines below it, then sentences.
std::string program_page(std::string_view name, std::string_view help, const Edition& edition);

}  // namespace localscale::cli::manual
