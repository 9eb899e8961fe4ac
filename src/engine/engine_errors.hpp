#pragma once

#include <string>

#include "base/error.hpp"
#include "engine/engine_table.hpp"
#include "engine/launcher.hpp"

/// What clients are told when an engine can't serve them.
namespace localscale::engine {

/// The engine ended while it should have served.
Error stopped_error(const std::string& model, const WorkerExit& exit);

/// The engine ended while it loaded: most often the file, sometimes memory.
Error load_error(const std::string& model, const WorkerExit& exit);

/// A refused request; `error` of the refusal is used where the table has one.
Error refusal_error(const std::string& model, const RefuseRequest& refusal);

/// The lines of an engine's last output that say why, in one line of at most 400 bytes. Never prompt text:
/// the engine runs with a log level that does not print prompts.
std::string telling_lines(const std::vector<std::string>& lines);

}  // namespace localscale::engine
