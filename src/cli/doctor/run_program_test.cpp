#include "cli/doctor/run_program.hpp"

#include <gtest/gtest.h>

namespace localscale::cli::doctor {
namespace {

using namespace std::chrono_literals;

TEST(RunProgram, GivesBothOutputsAndTheStatus) {
  const auto ran = run_program("/bin/sh", {"-c", "echo out; echo err >&2; exit 3"}, 5s);
  ASSERT_TRUE(ran) << ran.error().message();
  EXPECT_EQ(ran->status, 3);
  EXPECT_EQ(ran->output, "out\n");
  EXPECT_EQ(ran->errors, "err\n");
}

TEST(RunProgram, EndsWhatTakesTooLongWithAllThatItStarted) {
  const auto begin = std::chrono::steady_clock::now();
  const auto ran = run_program("/bin/sh", {"-c", "sleep 600 & sleep 600"}, 100ms);
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, Errc::timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 60s);
}

TEST(RunProgram, SaysWhichSignalEndedIt) {
  EXPECT_EQ(run_program("/bin/sh", {"-c", "kill -9 $$"}, 5s)->status, 128 + 9);
  EXPECT_EQ(run_program("/nonexistent/program", {}, 5s)->status, 127);
}

}  // namespace
}  // namespace localscale::cli::doctor
