#pragma once

#include <filesystem>
#include <string>

#include "config/config.hpp"

namespace localscale::house {

/// What lies in the state of the home with this config, as one line of JSON: `models` (how many can be
/// offered), `problems` [{name, path, message}], `unfinished` {files, bytes}, `orphaned` [{path, bytes}] (at
/// most 100; files of our own store that no name has), `lan_certificate_expires_at_unix` (null: none yet),
/// and `error` where the names could not be read. Reads only; `programs` is the folder of our executables.
std::string inspect(const config::Config& config, const std::filesystem::path& programs);

}  // namespace localscale::house
