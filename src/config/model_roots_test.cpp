#include "config/model_roots.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace localscale::config {
namespace {

using testing::Contains;
using testing::Field;
using testing::Not;

/// The environment with just these variables of other tools.
class ModelRoots : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"OLLAMA_MODELS", "HF_HOME", "HF_HUB_CACHE", "LLAMA_CACHE", "XDG_CACHE_HOME",
                             "LOCALSCALE_SHIPPED_MODELS"}) {
      unsetenv(name);  // NOLINT(concurrency-mt-unsafe)
    }
    setenv("HOME", "/home/ann", 1);  // NOLINT(concurrency-mt-unsafe)
    config_.state_directory = "/state";
  }

  [[nodiscard]] std::vector<ModelRoot> roots() const {
    return model_roots(config_, Layout(config_), "/opt/ls/bin");
  }
  static auto at(const char* path) { return Contains(Field(&ModelRoot::path, path)); }

  Config config_;
};

TEST_F(ModelRoots, BeginWithOursAndTheShippedOnes) {
  const auto found = roots();
  EXPECT_EQ(found[0].path, "/state/models/blobs");
  EXPECT_EQ(found[0].kind, ModelRootKind::own);
  EXPECT_EQ(found[1].path, "/opt/ls/share/localscale/models");
  EXPECT_EQ(found[1].kind, ModelRootKind::shipped);
}

TEST_F(ModelRoots, KnowTheDefaultsOfOtherTools) {
  const auto found = roots();
  EXPECT_THAT(found, at("/home/ann/.ollama/models"));
  EXPECT_THAT(found, at("/usr/share/ollama/.ollama/models"));
  EXPECT_THAT(found, at("/home/ann/.cache/huggingface/hub"));
  EXPECT_THAT(found, at("/home/ann/.cache/llama.cpp"));
}

TEST_F(ModelRoots, FollowTheVariablesOfOtherTools) {
  setenv("OLLAMA_MODELS", "/big/ollama", 1);  // NOLINT(concurrency-mt-unsafe)
  setenv("HF_HOME", "/big/hf", 1);            // NOLINT(concurrency-mt-unsafe)
  setenv("LLAMA_CACHE", "relative", 1);       // NOLINT(concurrency-mt-unsafe)
  const auto found = roots();
  EXPECT_THAT(found, at("/big/ollama"));
  EXPECT_THAT(found, at("/big/hf/hub"));
  EXPECT_THAT(found, Not(at("relative")));
}

TEST_F(ModelRoots, LeaveOutWhatTheConfigSwitchesOffAndRepetitions) {
  config_.models.use_ollama_store = false;
  config_.models.use_huggingface_cache = false;
  config_.models.use_llama_cache = false;
  config_.models.folders = {"/data/gguf/", "/data/gguf", "/data/./gguf"};
  const auto found = roots();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[2].path, "/data/gguf");
  EXPECT_EQ(found[2].kind, ModelRootKind::folder);
}

}  // namespace
}  // namespace localscale::config
