#include "cli/manual/manual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/manual/roff.hpp"
#include "config/keys.hpp"

namespace localscale::cli::manual {
namespace {

using testing::HasSubstr;
using testing::Not;

const Edition edition{"2026-01-31", "1.2.3"};

TEST(Roff, TextCannotSteerTheFormatter) {
  EXPECT_EQ(roff_text(".SH x"), "\\&.SH x");
  EXPECT_EQ(roff_text("'x"), "\\&'x");
  EXPECT_EQ(roff_text("a\\b --c"), "a\\eb \\-\\-c");
  EXPECT_EQ(roff_text("see `up` now"), "see \\fBup\\fR now");
}

TEST(CommandPage, HasEveryVerbThatIsNotHiddenWithItsOptionsAndExample) {
  const std::vector<Verb> verbs = all_verbs();
  const std::string page = command_page(verbs, edition);
  for (const Verb& verb : verbs) {
    if (verb.hidden) {
      EXPECT_THAT(page, Not(HasSubstr(".SS " + roff_text(verb.name) + "\n")));
      continue;
    }
    if (verb.run) EXPECT_THAT(page, HasSubstr(".SS " + roff_text(verb.name) + "\n"));
    for (const Option& option : verb.options)
      EXPECT_THAT(page, HasSubstr(roff_text(option.help))) << verb.name;
    for (const Verb& below : verb.verbs) EXPECT_THAT(page, HasSubstr(".SS " + verb.name + " " + below.name));
  }
}

TEST(ConfigPage, HasEveryKeyWithItsDefault) {
  const std::string page = config_page(edition);
  for (const auto& key : config::keys()) {
    EXPECT_THAT(page, HasSubstr(roff_bold(key.name) + " = " + roff_text(key.write({})))) << key.path();
    EXPECT_THAT(page, HasSubstr(roff_text("Takes " + key.allowed)));
  }
  for (const auto& key : config::registry_keys()) EXPECT_THAT(page, HasSubstr(roff_bold(key.name)));
}

TEST(ProgramPage, IsMadeFromTheHelpText) {
  const std::string page = program_page(
      "prog", "prog: does things.\nUsage: prog          serve\n       prog --x FILE  read FILE\nMore.\n",
      edition);
  EXPECT_THAT(page, HasSubstr(".TH PROG 8 2026-01-31 \"localscale 1.2.3\""));
  EXPECT_THAT(page, HasSubstr("prog \\- does things\n"));
  EXPECT_THAT(page, HasSubstr(".TP\n\\fBprog \\-\\-x FILE\\fR\nread FILE.\n"));
  EXPECT_THAT(page, HasSubstr("More."));
}

}  // namespace
}  // namespace localscale::cli::manual
