#include "base/log.hpp"

#include <string>

#include <gtest/gtest.h>

namespace localscale::log {
namespace {

/// What `message` is written as, without the time.
std::string written(Format format, const std::string& message) {
  const auto before = spdlog::default_logger();
  testing::internal::CaptureStderr();
  start("test", format, spdlog::level::info);
  spdlog::warn("file {}", message);
  spdlog::default_logger()->flush();
  spdlog::set_default_logger(before);
  const auto line = testing::internal::GetCapturedStderr();
  return line.substr(line.find(format == Format::json ? "\"level" : " warning"));
}

TEST(Log, WritesAFilesNameAsPartOfOneLine) {
  const std::string name = "nl\nx \x1b[2J \xff \"ü\"";
  EXPECT_EQ(written(Format::text, name), " warning test: file nl\\nx \\x1b[2J \\xff \"ü\"\n");
  EXPECT_EQ(written(Format::json, name),
            R"("level":"warning","process":"test","message":"file nl\\nx \\x1b[2J \\xff \"ü\""})"
            "\n");
}

}  // namespace
}  // namespace localscale::log
