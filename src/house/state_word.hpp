#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace localscale::house {

/// What the one word about the home is made from.
struct Facts {
  struct Engine {
    std::string model;
    std::string state;  ///< "loading", "ready", "stopping", "failed"
    std::uint32_t in_use = 0;
  };
  bool starting = false;
  bool stopping = false;
  bool walls_tested = false;            ///< The escape probes have answered.
  std::vector<std::string> open_walls;  ///< "house: …", what the escape probes found.
  bool supervisor_lost = false;         ///< No engine can be started.
  bool fetcher_lost = false;            ///< No model can be pulled.
  std::vector<std::string> troubles;    ///< Other things that are wrong, each a sentence with what to do.
  std::vector<Engine> engines;
  std::size_t models = 0;
};

/// The state in one word, and why, with what to do where something is wrong.
struct State {
  std::string word;  ///< Starting, Stopping, Error, Degraded, Loading, Busy, Idle.
  std::string reason;
};

/// The most serious thing first: a home that is busy and lacks a wall is Degraded.
State judge(const Facts& facts);

}  // namespace localscale::house
