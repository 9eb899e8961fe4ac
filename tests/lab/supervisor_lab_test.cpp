// The real supervisor, shim, walls and engine, with a stub house that does what the test says.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include "tests/lab/home_lab.hpp"

namespace localscale::lab {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class SupervisorLab : public testing::TestWithParam<Starter> {
 protected:
  void SetUp() override {
    if (!HomeLab::possible(GetParam(), false)) GTEST_SKIP() << "needs root";
  }
};

class EngineLab : public SupervisorLab {
 protected:
  void SetUp() override {
    SupervisorLab::SetUp();
    if (!HomeLab::possible(GetParam(), true)) GTEST_SKIP() << "needs llama-server: ./dev build links it";
  }
};

std::string starter_name(const testing::TestParamInfo<Starter>& info) {
  return info.param == Starter::root ? "root" : "user";
}

INSTANTIATE_TEST_SUITE_P(As, SupervisorLab, testing::Values(Starter::root, Starter::user), starter_name);
INSTANTIATE_TEST_SUITE_P(As, EngineLab, testing::Values(Starter::root, Starter::user), starter_name);

TEST_P(SupervisorLab, StartsHouseAndFetcherConnectedToEachOther) {
  const HomeLab home(GetParam());
  EXPECT_THAT(home.ask("pid"), StartsWith("pid ")) << home.log();
  EXPECT_EQ(home.ask("fetcher"), "pong");
}

TEST_P(SupervisorLab, AllWallsHold) {
  const HomeLab home(GetParam());
  EXPECT_EQ(home.ask("walls", 40), "house{} fetcher{} engine{} ") << home.log();
}

TEST_P(EngineLab, AWallThatCouldNotBeTestedIsTestedAgain) {
  const HomeLab home(GetParam(), "localscale-escape-probe");
  EXPECT_THAT(home.ask("walls", 40), HasSubstr("engine{")) << home.log();
  EXPECT_THAT(home.log(), HasSubstr("wall of the engine was not tested"));
  home.put("localscale-escape-probe");
  home.ask("forget_walls");
  EXPECT_EQ(home.ask("walls", 60), "house{} fetcher{} engine{} ") << home.log();
}

TEST_P(SupervisorLab, ShowsTheHouseItsStateAndTheModelsAndNothingElse) {
  const HomeLab home(GetParam());
  EXPECT_THAT(home.ask("list " + home.model().parent_path().string()), HasSubstr("tiny.gguf"));
  EXPECT_EQ(home.ask("write " + (home.state() / "house" / "x").string()), "ok");
  EXPECT_EQ(home.ask("write " + (home.state() / "models" / "blobs" / "x").string()), "ok");
  EXPECT_THAT(home.ask("write " + (home.model().parent_path() / "x").string()), StartsWith("error"));
  EXPECT_THAT(home.ask("write " + (home.state() / "run" / "x").string()), StartsWith("error"));
  EXPECT_THAT(home.ask("list /etc"), StartsWith("error"));
  EXPECT_THAT(home.ask("list /proc"), StartsWith("error"));
  EXPECT_THAT(home.ask("list /"), Not(HasSubstr("run")));
}

TEST_P(SupervisorLab, KeepsTheAdminSocketToItsOwner) {
  const HomeLab home(GetParam());
  struct stat found{};
  ASSERT_EQ(::stat((home.state() / "run" / "localscale.sock").c_str(), &found), 0);
  EXPECT_TRUE(S_ISSOCK(found.st_mode));
  EXPECT_EQ(found.st_mode & 0007, 0U);
}

TEST_P(SupervisorLab, StartsAKilledHouseAgainWhileClientsOnlyWait) {
  const HomeLab home(GetParam());
  const pid_t first = home.wait_for("localscaled");
  ASSERT_GT(first, 0);
  ::kill(first, SIGKILL);
  EXPECT_THAT(home.ask("pid"), StartsWith("pid "))
      << home.log();  // The socket stayed open: no refusal in between.
  EXPECT_NE(home.wait_for("localscaled", first), 0);
  EXPECT_EQ(home.ask("fetcher"), "pong");
}

TEST_P(SupervisorLab, StartsAKilledFetcherAgainAndConnectsTheHouseToIt) {
  const HomeLab home(GetParam());
  const pid_t first = home.wait_for("localscale-fetcher");
  ::kill(first, SIGKILL);
  EXPECT_EQ(home.ask("fetcher"), "pong") << home.log();
  EXPECT_NE(home.wait_for("localscale-fetcher", first), 0);
}

TEST_P(SupervisorLab, WaitsLongerEachTimeTheHouseDies) {
  const HomeLab home(GetParam());
  for (int i = 0; i < 3; ++i) {
    home.ask("die 9");
    EXPECT_THAT(home.ask("pid"), StartsWith("pid "));
  }
  EXPECT_THAT(home.log(), HasSubstr("started again in 100 ms"));
  EXPECT_THAT(home.log(), HasSubstr("started again in 400 ms"));
}

TEST_P(SupervisorLab, EndsAtOnceWithAHouseThatCannotRun) {
  HomeLab home(GetParam());
  home.ask("quit 78");
  EXPECT_EQ(home.wait_for_end(), 78) << home.log();
  EXPECT_THAT(home.log(), HasSubstr("The house cannot run"));
  EXPECT_THAT(home.log(), Not(HasSubstr("started again")));
}

TEST_P(SupervisorLab, RefusesASecondSupervisorAndSaysWhoRuns) {
  const HomeLab home(GetParam());
  const std::string second = home.start_another();
  EXPECT_THAT(second, HasSubstr("runs already"));
  EXPECT_THAT(second, HasSubstr(std::to_string(home.supervisor())));
  EXPECT_THAT(home.ask("pid"), StartsWith("pid "));
}

TEST_P(SupervisorLab, EndsCleanlyOnSigterm) {
  HomeLab home(GetParam());
  const pid_t house = home.wait_for("localscaled");
  EXPECT_EQ(home.stop(), 0) << home.log();
  EXPECT_NE(::kill(house, 0), 0);
  EXPECT_FALSE(std::filesystem::exists(home.state() / "run" / "localscale.sock"));
}

TEST_P(SupervisorLab, EndsAHouseThatDoesNotListen) {
  HomeLab home(GetParam());
  EXPECT_EQ(home.ask("stubborn"), "ok");
  EXPECT_EQ(home.stop(), 0) << home.log();
}

TEST_P(SupervisorLab, TakesAllChildrenWithItWhenItIsKilled) {
  HomeLab home(GetParam());
  const pid_t house = home.wait_for("localscaled");
  ::kill(home.supervisor(), SIGKILL);
  bool gone = false;
  for (int i = 0; i < 200 && !gone; ++i) {
    gone = ::kill(house, 0) != 0;
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_TRUE(gone);
}

TEST_P(SupervisorLab, IgnoresSighup) {
  const HomeLab home(GetParam());
  ::kill(home.supervisor(), SIGHUP);
  EXPECT_THAT(home.ask("pid"), StartsWith("pid "));
  EXPECT_THAT(home.ask("load"), StartsWith("cores "));
}

TEST_P(EngineLab, RunsTheRealEngineBehindTheShim) {
  const HomeLab home(GetParam());
  ASSERT_EQ(home.ask("launch " + home.model().string()), "started 1") << home.log();
  EXPECT_EQ(home.ask("get 1"), "HTTP/1.1 200 OK") << home.log();
  EXPECT_EQ(home.ask("stop 1"), "ok");
  EXPECT_THAT(home.ask("exited"), StartsWith("worker 1 code 0 signal 0 oom 0"));
}

TEST_P(EngineLab, RunsWithTheGpusDevicesLetInWhereThereAreAny) {
  const HomeLab home(GetParam());
  ASSERT_EQ(home.ask("gpu " + home.model().string()), "started 1") << home.log();
  EXPECT_EQ(home.ask("get 1"), "HTTP/1.1 200 OK") << home.ask("exited");
}

TEST_P(EngineLab, MeasuresWithLlamaBench) {
  const HomeLab home(GetParam());
  ASSERT_EQ(home.ask("bench " + home.model().string()), "started 1") << home.log();
  EXPECT_THAT(home.ask("output 1"), HasSubstr("\"avg_ts\""));
  EXPECT_THAT(home.ask("exited"), StartsWith("worker 1 code 0"));
}

TEST_P(EngineLab, ReportsAKilledEngineWithItsSignal) {
  const HomeLab home(GetParam());
  ASSERT_EQ(home.ask("launch " + home.model().string()), "started 1") << home.log();
  ASSERT_EQ(home.ask("get 1"), "HTTP/1.1 200 OK");
  ::kill(home.wait_for("/engine/llama-server"), SIGKILL);
  EXPECT_THAT(home.ask("exited"), StartsWith("worker 1 code -1 signal 9 oom 0"));
  EXPECT_EQ(home.ask("launch " + home.model().string()), "started 2");
  EXPECT_EQ(home.ask("get 2"), "HTTP/1.1 200 OK");
}

TEST_P(EngineLab, ReportsWhyAModelDoesNotLoad) {
  const HomeLab home(GetParam());
  const auto broken = home.model().parent_path() / "broken.gguf";
  std::ofstream(broken) << "GGUF this is no model";
  std::filesystem::permissions(broken, std::filesystem::perms(0644));
  ASSERT_EQ(home.ask("launch " + broken.string()), "started 1");
  EXPECT_THAT(home.ask("exited"), testing::AllOf(HasSubstr("code 1"), HasSubstr("failed to load model")));
}

TEST_P(EngineLab, RefusesModelsOutsideOfTheFoldersAlsoThroughLinks) {
  const HomeLab home(GetParam());
  EXPECT_THAT(home.ask("launch /etc/passwd"), StartsWith("failed denied"));
  EXPECT_THAT(home.ask("launch " + home.model().parent_path().string() + "/../config.toml"),
              StartsWith("failed denied"));
  const auto link = home.model().parent_path() / "link.gguf";
  std::filesystem::create_symlink("/etc/passwd", link);
  EXPECT_THAT(home.ask("launch " + link.string()), StartsWith("failed denied"));
  EXPECT_THAT(home.ask("launch " + home.model().parent_path().string()), StartsWith("failed denied"));
  EXPECT_THAT(home.ask("launch " + home.model().string() + ".none"), StartsWith("failed not_found"));
}

TEST_P(EngineLab, EndsTheWorkersOfAHouseThatDied) {
  const HomeLab home(GetParam());
  ASSERT_EQ(home.ask("launch " + home.model().string()), "started 1");
  ASSERT_EQ(home.ask("get 1"), "HTTP/1.1 200 OK");
  home.ask("die 1");
  EXPECT_THAT(home.ask("pid"), StartsWith("pid "));
  for (int i = 0; i < 300 && !home.descendants("localscale-shim").empty(); ++i)
    std::this_thread::sleep_for(20ms);
  EXPECT_TRUE(home.descendants("localscale-shim").empty());
  EXPECT_TRUE(home.descendants("/engine/llama-server").empty());
}

TEST_P(EngineLab, LeavesNoZombiesAndNoDescriptorsBehind) {
  const HomeLab home(GetParam());
  ASSERT_EQ(home.ask("walls", 40), "house{} fetcher{} engine{} ");
  const auto before = home.open_descriptors();
  for (int i = 1; i <= 5; ++i) {
    ASSERT_EQ(home.ask("launch " + home.model().string()), "started " + std::to_string(i));
    home.ask("kill " + std::to_string(i));
    EXPECT_THAT(home.ask("exited"), HasSubstr("signal 9"));
  }
  EXPECT_EQ(home.open_descriptors(), before);
  EXPECT_EQ(home.zombies(), 0U);
}

}  // namespace
}  // namespace localscale::lab
