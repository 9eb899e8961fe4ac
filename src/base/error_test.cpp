#include "base/error.hpp"

#include <cerrno>

#include <gtest/gtest.h>

#include "base/error_advice.hpp"

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

TEST(Error, OfTheSystemSaysWhatHelpsWhereThatIsKnown) {
  const Error full = fail_errno("write /x", ENOSPC).value();
  EXPECT_EQ(full.message(),
            "write /x: No space left on device. Free some space on that disk, then try again.");
  EXPECT_EQ(with_next(full, "Despair.").next, full.next);
  const Error shut = fail_errno("open /x", EACCES).value();
  EXPECT_EQ(shut.next, "");
  EXPECT_EQ(with_next(shut, "Ask its owner.").next, "Ask its owner.");
}

TEST(Error, EveryCodeHasAStableName) {
  EXPECT_EQ(name(Errc::invalid_argument), "invalid_argument");
  EXPECT_EQ(name(Errc::corrupt), "corrupt");
}

}  // namespace
}  // namespace localscale
