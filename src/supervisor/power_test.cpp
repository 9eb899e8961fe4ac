#include "supervisor/power.hpp"

#include <fstream>
#include <functional>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace localscale::supervisor {
namespace {

using std::chrono::seconds;

class PowerTest : public testing::Test {
 protected:
  void zone(const std::string& folder, const std::string& name, const std::string& energy) {
    std::filesystem::create_directories(zones.path() / folder);
    write(folder + "/name", name);
    write(folder + "/max_energy_range_uj", "262143328850");
    write(folder + "/energy_uj", energy);
  }
  void write(const std::string& file, const std::string& text) {
    std::ofstream(zones.path() / file) << text << '\n';
  }
  /// Watts after the counters stood as they are and `later` has changed them two seconds later.
  std::optional<double> watts(const std::function<void()>& later) {
    PowerSensor sensor(zones.path());
    const std::chrono::steady_clock::time_point start{seconds(100)};
    EXPECT_EQ(sensor.read(start).watts, std::nullopt);
    later();
    return sensor.read(start + seconds(2)).watts;
  }

  tests::TemporaryFolder zones;
};

TEST_F(PowerTest, IsTheEnergyOfPackagesAndMemoryOverTime) {
  zone("intel-rapl:0", "package-0", "1000000");
  zone("intel-rapl:0:0", "core", "900000");
  zone("intel-rapl:0:1", "dram", "500000");
  zone("intel-rapl:1", "package-1", "7000000");
  const auto later = [&] {
    write("intel-rapl:0/energy_uj", "61000000");
    write("intel-rapl:0:1/energy_uj", "4500000");
    write("intel-rapl:1/energy_uj", "23000000");
  };
  EXPECT_DOUBLE_EQ(*watts(later), 40);
}

TEST_F(PowerTest, OfTheWholeMachineCountsAlone) {
  zone("intel-rapl:0", "package-0", "1000000");
  zone("intel-rapl:1", "psys", "0");
  EXPECT_DOUBLE_EQ(*watts([&] { write("intel-rapl:1/energy_uj", "90000000"); }), 45);
}

TEST_F(PowerTest, StandsACounterThatBeginsAnew) {
  zone("intel-rapl:0", "package-0", "262143328000");
  EXPECT_NEAR(*watts([&] { write("intel-rapl:0/energy_uj", "20000000"); }), 10, 0.001);
}

TEST_F(PowerTest, SaysSoWhereNothingIsTold) {
  PowerSensor nothing(zones.path());
  EXPECT_EQ(nothing.read({}).note, "this machine does not tell what it draws");
  zone("intel-rapl:0", "package-0", "no number");
  PowerSensor broken(zones.path());
  EXPECT_EQ(broken.read({}).watts, std::nullopt);
  EXPECT_EQ(broken.read({}).note, "the energy counters cannot be read at the moment");
}

}  // namespace
}  // namespace localscale::supervisor
