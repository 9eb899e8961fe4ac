#include "cli/sign_in_link.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace localscale::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(SignInLink, ThePageThatLeadsOnHoldsTheLinkAndNothingThatActs) {
  EXPECT_THAT(page_that_leads_to("http://127.0.0.1:7411/#/sign-in?token=0a1b"),
              HasSubstr("content=\"0; url=http://127.0.0.1:7411/#/sign-in?token=0a1b\""));
  const std::string strange = page_that_leads_to("x\"><script>'&;");
  EXPECT_THAT(strange, Not(HasSubstr("<script>")));
  EXPECT_THAT(strange, HasSubstr("x&#34;&#62;&#60;script&#62;&#39;&#38;&#59;"));
}

TEST(SignInLink, OpensNothingWithoutADesktop) {
  unsetenv("DISPLAY");          // NOLINT(concurrency-mt-unsafe)
  unsetenv("WAYLAND_DISPLAY");  // NOLINT(concurrency-mt-unsafe)
  EXPECT_FALSE(open_in_browser("http://127.0.0.1:7411/"));
}

}  // namespace
}  // namespace localscale::cli
