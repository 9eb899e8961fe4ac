#include "supervisor/load.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace localscale::supervisor {
namespace {

constexpr const char* kStat =
    "cpu  60 0 0 900 0 0 0 0 0 0\n"
    "cpu0 10 1 2 300 50 3 4 5 9 9\n"
    "cpu1 20 0 0 300 0 0 0 0 0 0\n"
    "cpu12 30 0 0 300 0 0 0 0 0 0\n"
    "intr 1 2 3\n";

TEST(Load, CountsBusyTicksOfTheOwnProcessorsOnly) {
  EXPECT_EQ(busy_ticks(kStat, {0}), 25U);  // Neither idle nor waiting for disks.
  EXPECT_EQ(busy_ticks(kStat, {1, 12}), 50U);
  EXPECT_EQ(busy_ticks(kStat, {}), 0U);
  EXPECT_EQ(busy_ticks("", {0}), 0U);
}

TEST(Load, ReadsMemoryInBytes) {
  constexpr const char* text = "MemTotal:       24684084 kB\nMemFree: 1 kB\nMemAvailable:   20 kB\n";
  EXPECT_EQ(meminfo_bytes(text, "MemTotal"), 24'684'084ULL * 1024);
  EXPECT_EQ(meminfo_bytes(text, "MemAvailable"), 20U * 1024);
  EXPECT_EQ(meminfo_bytes(text, "Mem"), 0U);
}

TEST(Load, ReadsAProcessesTicksWhateverItsName) {
  EXPECT_EQ(process_ticks("7 (a) b) 1 2) S 1 7 7 0 -1 4 0 0 0 0 100 20 3 4 20 0 1 0"), 127U);
  EXPECT_EQ(process_ticks(""), 0U);
  EXPECT_EQ(process_ticks("nonsense"), 0U);
}

class GroupFiles : public testing::Test {
 protected:
  std::filesystem::path group(const char* name, const char* limit, const char* used, const char* stat) const {
    const auto path = folder_.path() / name;
    std::filesystem::create_directories(path);
    std::ofstream(path / "memory.max") << limit << "\n";
    std::ofstream(path / "memory.current") << used << "\n";
    std::ofstream(path / "memory.stat") << stat;
    return path;
  }

  tests::TemporaryFolder folder_;
};

TEST_F(GroupFiles, TheTightestOfAGroupAndItsParentsCounts) {
  const auto leaf = group("unit/supervisor", "max", "10", "");
  const auto unit = group("unit", "1000", "300", "anon 200\nactive_file 60\ninactive_file 40\n");
  const auto top = group("", "5000", "4500", "anon 4500\n");
  const auto limit = memory_limit({leaf, unit, top}, memory_files_v2);
  EXPECT_EQ(limit.total, 1000U);
  EXPECT_EQ(limit.left,
            500U);  // The unit alone would leave 800, but its neighbours use most of what is above.
  EXPECT_EQ(memory_limit({leaf, unit}, memory_files_v2).left, 800U);
}

TEST_F(GroupFiles, NoLimitIsNone) {
  EXPECT_EQ(memory_limit({group("a", "max", "10", "")}, memory_files_v2).total, 0U);
  EXPECT_EQ(memory_limit({group("b", "9223372036854771712", "10", "")}, memory_files_v2).total, 0U);
  EXPECT_EQ(memory_limit({folder_.path() / "missing"}, memory_files_v2).total, 0U);
  EXPECT_EQ(memory_limit({}, memory_files_v2).total, 0U);
}

TEST(Load, OfThisMachineIsPlausible) {
  LoadSensor sensor;
  (void)sensor.sample();
  const wire::Load load = sensor.sample();
  EXPECT_GE(load.cores(), 1U);
  EXPECT_GT(load.memory_available_bytes(), 0U);
  EXPECT_LE(load.memory_available_bytes(), load.memory_total_bytes());
}

}  // namespace
}  // namespace localscale::supervisor
