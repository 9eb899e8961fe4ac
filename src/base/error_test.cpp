#include "base/error.hpp"

#include <cerrno>

#include <gtest/gtest.h>

namespace localscale {
namespace {

TEST(Error, MessageJoinsWhatHappenedAndWhatToDoNext) {
  const Error error{Errc::not_found, "Model 'x' is not here.", "Pull it with: localscale pull x"};
  EXPECT_EQ(error.message(), "Model 'x' is not here. Pull it with: localscale pull x");
  EXPECT_EQ((Error{Errc::internal, "Broken.", ""}).message(), "Broken.");
  EXPECT_EQ((Error{Errc::denied, "open /x: Permission denied", "Run it as root."}).message(),
            "open /x: Permission denied. Run it as root.");
}

TEST(Error, SystemErrorsKeepTheirKindAndText) {
  const Result<int> result = fail_errno("open /nowhere", ENOENT);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Errc::not_found);
  EXPECT_EQ(result.error().what, "open /nowhere: No such file or directory");
  EXPECT_EQ(Result<int>(fail_errno("write", ENOSPC)).error().code, Errc::exhausted);
}

TEST(Error, EveryCodeHasAStableName) {
  EXPECT_EQ(name(Errc::invalid_argument), "invalid_argument");
  EXPECT_EQ(name(Errc::corrupt), "corrupt");
}

}  // namespace
}  // namespace localscale
