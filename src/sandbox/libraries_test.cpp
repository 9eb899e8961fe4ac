#include "sandbox/libraries.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace localscale::sandbox {
namespace {

TEST(Libraries, OfThisProgramAreTheProgramItsLoaderAndLibc) {
  const auto mounts = mounts_for_program("/proc/self/exe");
  ASSERT_TRUE(mounts) << mounts.error().message();
  EXPECT_EQ(mounts->front().source, std::filesystem::canonical("/proc/self/exe"));
  const auto shows = [&](const char* part) {
    return std::any_of(mounts->begin(), mounts->end(), [&](const Mount& mount) {
      return mount.target.string().find(part) != std::string::npos;
    });
  };
  EXPECT_TRUE(shows("/ld-linux"));
  EXPECT_TRUE(shows("/libc.so"));
  for (const Mount& mount : *mounts) {
    EXPECT_TRUE(mount.executable);
    EXPECT_FALSE(mount.writable);
    EXPECT_FALSE(std::filesystem::is_symlink(mount.source)) << mount.source;
  }
}

TEST(Libraries, OfWhatIsNoProgramIsAnErrorThatNamesIt) {
  const auto path = std::filesystem::temp_directory_path() / "localscale-no-program";
  std::ofstream(path) << "#!/bin/sh\n";
  const auto mounts = mounts_for_program(path);
  ASSERT_FALSE(mounts);
  EXPECT_THAT(mounts.error().what, testing::HasSubstr(path.string()));
  std::filesystem::remove(path);
  EXPECT_FALSE(mounts_for_program("/nonexistent/program"));
}

}  // namespace
}  // namespace localscale::sandbox
