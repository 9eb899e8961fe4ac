#include "supervisor/power.hpp"

#include <algorithm>
#include <string_view>

#include <unistd.h>

#include "base/bytes.hpp"
#include "supervisor/control_groups.hpp"

namespace localscale::supervisor {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "intel-rapl:";
constexpr std::size_t zones_max = 64;

std::string first_line(const fs::path& path) {
  const std::string text = read_text(path);
  return text.substr(0, text.find('\n'));
}

/// A folder's zone if it is one to add up: packages, and the memory below them, which they do not count.
bool counts(const fs::path& folder) {
  const std::string name = first_line(folder / "name");
  return name.starts_with("package") || name == "dram";
}

/// The folders of the zones; the whole machine's alone where it has a counter of its own.
std::vector<fs::path> zone_folders(const fs::path& all) {
  std::vector<fs::path> folders;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(all, none)) {
    if (!entry.path().filename().native().starts_with(prefix) || folders.size() == zones_max) continue;
    if (first_line(entry.path() / "name") == "psys") return {entry.path()};
    if (counts(entry.path())) folders.push_back(entry.path());
  }
  return folders;
}

std::optional<std::uint64_t> counter(const fs::path& path) {
  return parse_u64(first_line(path));
}

}  // namespace

PowerSensor::PowerSensor(fs::path zones) {
  for (const fs::path& folder : zone_folders(zones)) {
    const fs::path energy = folder / "energy_uj";
    if (::access(energy.c_str(), R_OK) != 0) {
      note_ = "this machine counts its energy, but shows it to root only";
      continue;
    }
    zones_.push_back({energy, counter(folder / "max_energy_range_uj").value_or(0), 0});
  }
  if (!zones_.empty())
    note_ = "processor and memory, measured";
  else if (note_.empty())
    note_ = "this machine does not tell what it draws";
}

std::optional<std::uint64_t> PowerSensor::spent() {
  std::uint64_t sum = 0;
  for (Zone& zone : zones_) {
    const auto now = counter(zone.energy);
    if (!now) return std::nullopt;
    const bool began_anew = *now < zone.last;
    sum += began_anew ? *now + zone.range - std::min(zone.range, zone.last) : *now - zone.last;
    zone.last = *now;
  }
  return sum;
}

PowerReading PowerSensor::read(std::chrono::steady_clock::time_point now) {
  if (zones_.empty()) return {std::nullopt, note_};
  constexpr double microjoules = 1e6;
  const auto energy = spent();
  const double seconds = last_ ? std::chrono::duration<double>(now - *last_).count() : 0;
  if (!energy) {
    last_.reset();
    return {std::nullopt, "the energy counters cannot be read at the moment"};
  }
  last_ = now;
  if (seconds <= 0) return {std::nullopt, "being measured"};
  return {static_cast<double>(*energy) / microjoules / seconds, note_};
}

}  // namespace localscale::supervisor
