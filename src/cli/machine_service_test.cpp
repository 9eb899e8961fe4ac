#include "cli/machine_service.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace localscale::cli {
namespace {

namespace fs = std::filesystem;

class MachineService : public testing::Test {
 protected:
  void systemd() { fs::create_directories(folder_.path() / "run/systemd/system"); }
  void unit(const char* folder) {
    fs::create_directories(folder_.path() / folder);
    std::ofstream(folder_.path() / folder / "localscale.service") << "[Service]\n";
  }
  [[nodiscard]] bool refused(const char* config, const char* state) const {
    const auto result = refuse_start_beside_service(config, state, folder_.path());
    if (!result) EXPECT_EQ(result.error().code, Errc::conflict);
    return !result;
  }

  tests::TemporaryFolder folder_;
};

constexpr const char* its_config = "/etc/localscale/config.toml";
constexpr const char* its_state = "/var/lib/localscale";

TEST_F(MachineService, IsNotStartedByHandWhereSystemdStartsIt) {
  systemd();
  unit("usr/lib/systemd/system");
  EXPECT_TRUE(refused(its_config, its_state));
  EXPECT_TRUE(refused(its_config, "/srv/localscale"));
  EXPECT_TRUE(refused("/root/config.toml", its_state));
  EXPECT_FALSE(refused("/root/config.toml", "/root/home"));
}

TEST_F(MachineService, IsFoundInTheFoldersOfUnits) {
  systemd();
  EXPECT_FALSE(refused(its_config, its_state));
  unit("etc/systemd/system");
  EXPECT_TRUE(refused(its_config, its_state));
}

TEST_F(MachineService, MeansNothingWithoutSystemd) {
  unit("lib/systemd/system");
  EXPECT_FALSE(refused(its_config, its_state));
}

}  // namespace
}  // namespace localscale::cli
