#include "core/models/model_name.hpp"

#include <gtest/gtest.h>

namespace localscale::core {
namespace {

TEST(ModelName, PlainNamesGetTheDefaultRegistryNamespaceAndTag) {
  EXPECT_EQ(*parse_model_name("seedling"),
            (ModelName{"registry.ollama.ai", "library", "seedling", "latest"}));
  EXPECT_EQ(*parse_model_name("llama3.2:1b"), (ModelName{"registry.ollama.ai", "library", "llama3.2", "1b"}));
  EXPECT_EQ(*parse_model_name("someone/model:x"), (ModelName{"registry.ollama.ai", "someone", "model", "x"}));
}

TEST(ModelName, HuggingFaceNamesKeepTheirQuantization) {
  EXPECT_EQ(*parse_model_name("hf.co/Org/Repo-GGUF:Q4_K_M"),
            (ModelName{"hf.co", "Org", "Repo-GGUF", "Q4_K_M"}));
  EXPECT_EQ(*parse_model_name("HuggingFace.co/Org/Repo"), (ModelName{"hf.co", "Org", "Repo", "latest"}));
}

TEST(ModelName, HostsMayCarryAPort) {
  EXPECT_EQ(parse_model_name("127.0.0.1:5000/library/m:t")->host, "127.0.0.1:5000");
  EXPECT_FALSE(parse_model_name("host:0/library/m").has_value());
  EXPECT_FALSE(parse_model_name("host:99999/library/m").has_value());
}

TEST(ModelName, DisplayIsShortAndParsesBackToTheSameName) {
  for (const auto* text :
       {"seedling:latest", "someone/model:x", "hf.co/Org/Repo:Q8_0", "lab.example:81/a/b:c"}) {
    const auto name = parse_model_name(text);
    ASSERT_TRUE(name.has_value()) << text;
    EXPECT_EQ(name->display(), text);
    EXPECT_EQ(*parse_model_name(name->display()), *name);
  }
}

TEST(ModelName, WhatCouldLeaveItsFolderOrRegistryIsRefused) {
  for (const auto* text :
       {"", "..", "a/../b", "../../etc/passwd", "a//b", "a/b/c/d", "model:", ":tag", "a b", "m\nx", "-rf",
        "ho_st/a/b", "m:t:u", "m?x=1", "m#f", "user@host/a/b", "m:\xC3\xA4"}) {
    const auto name = parse_model_name(text);
    ASSERT_FALSE(name.has_value()) << text;
    EXPECT_EQ(name.error().code, Errc::invalid_argument);
  }
  EXPECT_FALSE(parse_model_name(std::string(351, 'a')).has_value());
  EXPECT_FALSE(parse_model_name("m:" + std::string(129, 'a')).has_value());
  EXPECT_TRUE(parse_model_name("m:" + std::string(128, 'a')).has_value());
}

}  // namespace
}  // namespace localscale::core
