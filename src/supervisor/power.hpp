#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace localscale::supervisor {

/// What the machine draws, as far as it says so.
struct PowerReading {
  std::optional<double> watts;  ///< The mean since the reading before.
  std::string note;             ///< For people: what is measured, or why nothing is.
};

/// Reads the energy counters of processor and memory (RAPL) through Linux's powercap files, which most
/// kernels show to root only. For one thread.
class PowerSensor {
 public:
  explicit PowerSensor(std::filesystem::path zones = "/sys/class/powercap");

  PowerReading read(std::chrono::steady_clock::time_point now);

 private:
  struct Zone {
    std::filesystem::path energy;  ///< Microjoules; starts anew at `range`.
    std::uint64_t range = 0;
    std::uint64_t last = 0;
  };

  /// Microjoules since the reading before; nothing where a counter cannot be read.
  std::optional<std::uint64_t> spent();

  std::vector<Zone> zones_;
  std::string note_;
  std::optional<std::chrono::steady_clock::time_point> last_;
};

}  // namespace localscale::supervisor
