#pragma once

#include <string>

#include "base/error.hpp"
#include "engine/engine_table.hpp"
#include "engine/launcher.hpp"

/// What clients are told when an engine can't serve them.
namespace localscale::engine {

/// The engine ended while it should have served.
Error stopped_error(const std::string& model, const WorkerExit& exit);

/// The home stopped before the answer was done.
Error home_stops_error();

/// Somebody else ended the engine: that says nothing about the model.
bool ended_by_others(const WorkerExit& exit);

/// Why no engine was started for a model that is there. Whatever is missing or unreadable is then the engine,
/// not the model, so it is unavailable; limits and time-outs stay what they are.
Error launch_error(const std::string& model, const Error& error);

/// The engine ended while it loaded: most often the file, sometimes memory or an engine that runs nowhere.
Error load_error(const std::string& model, const WorkerExit& exit);

/// A refused request; `error` of the refusal is used where the table has one.
Error refusal_error(const std::string& model, const RefuseRequest& refusal);

/// The lines of an engine's last output that say why, in one line of at most 400 bytes. Never prompt text:
/// the engine runs with a log level that does not print prompts.
std::string telling_lines(const std::vector<std::string>& lines);

}  // namespace localscale::engine
