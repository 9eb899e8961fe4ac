#include "cli/log_file.hpp"

#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace localscale::cli {
namespace {

namespace fs = std::filesystem;

class LogFileTest : public testing::Test {
 protected:
  void copy(const std::string& text, const Rotation& rotation) const {
    const fs::path input = folder / "input";
    std::ofstream(input) << text;
    FILE* file = std::fopen(input.c_str(), "r");
    ASSERT_TRUE(copy_to_log(fileno(file), log, STDERR_FILENO, rotation).has_value());
    std::fclose(file);
  }
  tests::TemporaryFolder made;
  fs::path folder = made.path();
  fs::path log = folder / "localscale.log";
};

TEST_F(LogFileTest, RotatesAtItsLimitAndKeepsWholeLines) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "line " + std::to_string(i) + "\n";
  copy(text, {.max_bytes = 1000, .kept = 2});
  EXPECT_TRUE(fs::exists(log.string() + ".1"));
  EXPECT_TRUE(fs::exists(log.string() + ".2"));
  EXPECT_FALSE(fs::exists(log.string() + ".3"));
  EXPECT_LT(fs::file_size(log.string() + ".1"), 1020U);
  EXPECT_THAT(*last_lines(log, 3), testing::ElementsAre("line 997", "line 998", "line 999"));
}

TEST_F(LogFileTest, LastLinesReachIntoTheRotatedFile) {
  std::ofstream(log.string() + ".1") << "a\nb\n";
  std::ofstream(log) << "c\nno end";
  EXPECT_THAT(*last_lines(log, 3), testing::ElementsAre("b", "c", "no end"));
  EXPECT_THAT(*last_lines(log, 10), testing::ElementsAre("a", "b", "c", "no end"));
}

TEST_F(LogFileTest, LinesSinceAMomentAreNoneOfThoseBefore) {
  EXPECT_EQ(log_bytes(log), 0U);
  EXPECT_TRUE(lines_since(log, 0, 3).empty());
  std::ofstream(log) << "before\n";
  const auto begin = log_bytes(log);
  EXPECT_TRUE(lines_since(log, begin, 3).empty());
  std::ofstream(log, std::ios::app) << "a\nb\n";
  EXPECT_THAT(lines_since(log, begin, 3), testing::ElementsAre("a", "b"));
  EXPECT_THAT(lines_since(log, begin, 1), testing::ElementsAre("b"));
  fs::rename(log, log.string() + ".1");
  std::ofstream(log) << "c\n";
  EXPECT_THAT(lines_since(log, begin, 3), testing::ElementsAre("a", "b", "c"));
}

TEST_F(LogFileTest, WhatTheDiskDoesNotTakeIsToldWithTheReasonUpToALimit) {
  fs::create_directory(log);  // Cannot be opened for writing, as root neither.
  const fs::path input = folder / "input";
  std::ofstream(input) << "no room\n" << std::string(10'000, 'x') << "\nlast\n";
  FILE* in = std::fopen(input.c_str(), "r");
  FILE* lost = std::tmpfile();
  EXPECT_TRUE(copy_to_log(fileno(in), log, fileno(lost)).has_value());
  std::string told(20'000, '\0');
  told.resize(static_cast<std::size_t>(::pread(fileno(lost), told.data(), told.size(), 0)));
  EXPECT_EQ(told, "The log " + log.string() +
                      " cannot be written: Is a directory. It was to hold:\nno room\nlast\n");
  std::fclose(in);
  std::fclose(lost);
}

TEST_F(LogFileTest, NoLogYetIsAClearError) {
  EXPECT_EQ(last_lines(log, 1).error().code, Errc::not_found);
}

}  // namespace
}  // namespace localscale::cli
