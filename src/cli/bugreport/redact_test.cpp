#include "cli/bugreport/redact.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace localscale::cli::bugreport {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string redacted(std::string_view text, bool keep_names = false) {
  return Redactor({.words = {"margaret", "kitchen-pc", "Rose Cottage"},
                   .models = {"seedling", "my-secret-model:7b"},
                   .home_folder = "/home/margaret",
                   .state_folder = "/home/margaret/.local/share/localscale",
                   .keep_model_names = keep_names})
      .line(text);
}

TEST(Redact, TakesOutKeysAndTokens) {
  for (const char* text : {"made ls-4fJ8sk2Lq9xZ", "token hf_abcdefgh",
                           "Authorization: Bearer "
                           "abcdefghijklmnopqrstuvwxyz0123456789"}) {
    EXPECT_THAT(redacted(text), HasSubstr("SECRET")) << text;
    EXPECT_THAT(redacted(text, true), HasSubstr("SECRET")) << text;
  }
  EXPECT_EQ(redacted("key=ls-4fJ8sk2Lq9xZ."), "key=SECRET.");
}

TEST(Redact, TakesOutPathsAndKeepsWhatTheyWereFor) {
  EXPECT_EQ(redacted("open /home/margaret/letters/to-bank.txt: no"), "open PATH: no");
  EXPECT_EQ(redacted("database /home/margaret/.local/share/localscale/house/localscale.db"),
            "database STATE/…");
  EXPECT_EQ(redacted("GET /localscale/v1/models/hf.co/me/private status=200"),
            "GET /localscale/v1/models/… status=200");
  EXPECT_EQ(redacted("POST /v1/chat/completions status=200 ms=1.5"), "POST /v1/chat/… status=200 ms=1.5");
  EXPECT_EQ(redacted("GET /what-I-typed"), "GET PATH");
}

TEST(Redact, TakesOutModelNamesAlsoThoseItDoesNotKnow) {
  EXPECT_EQ(redacted("pulled my-secret-model:7b (sha256:00ff)"), "pulled MODEL (DIGEST)");
  EXPECT_EQ(redacted("pulled unknown-one:1b"), "pulled MODEL");
  EXPECT_EQ(redacted("loading hf.co/me/private"), "loading MODEL");
  EXPECT_EQ(redacted("loading seedling"), "loading MODEL");
  EXPECT_EQ(redacted("There is no model 'letters to my bank' here"), "There is no model '…' here");
  EXPECT_EQ(redacted("pulled unknown-one:1b", true), "pulled unknown-one:1b");
}

TEST(Redact, TakesOutNamesOfPersonMachineAndHome) {
  const std::string out = redacted("margaret on kitchen-pc.local at Rose Cottage");
  for (const char* name : {"margaret", "kitchen-pc", "Rose Cottage"}) EXPECT_THAT(out, Not(HasSubstr(name)));
}

TEST(Redact, TakesOutAddressesButThisMachines) {
  EXPECT_EQ(redacted("peer 192.168.1.20:7443 fe80::1 http://192.168.1.2/x"), "peer ADDRESS ADDRESS URL");
  EXPECT_EQ(redacted("door open: loopback http://127.0.0.1:7411"),
            "door open: loopback http://127.0.0.1:7411");
}

TEST(Redact, TakesOutWholeUrlsAndPathsWithTheirQueries) {
  EXPECT_EQ(redacted("asked https://lab.example/a?token=abc;b=(c) twice"), "asked URL(c) twice");
  EXPECT_EQ(redacted("open http://127.0.0.1:7411/#/sign-in?token=abc now"),
            "open http://127.0.0.1:7411/… now");
  EXPECT_EQ(redacted("door http://127.0.0.1:7411/"), "door http://127.0.0.1:7411/");
  EXPECT_EQ(redacted("GET /search?words=my,illness status=404"), "GET PATH status=404");
}

TEST(Redact, TakesOutNamesOfMachinesAlsoThoseItDoesNotKnow) {
  EXPECT_EQ(redacted("No network: lab.example could not be resolved."),
            "No network: HOST could not be resolved.");
  EXPECT_EQ(redacted("asking lab.example:5000"), "asking HOST");
  EXPECT_EQ(redacted("localscale 0.1.0"), "localscale 0.1.0");
}

TEST(Redact, KeepsTimesNumbersAndWords) {
  const char* line = "2026-01-02T03:04:05.678Z info house ready after 12 ms";
  EXPECT_EQ(redacted(line), line);
}

TEST(Redact, IsNotConfusedByBrokenText) {
  for (const char* text : {"", "'", "\"", "''", "...", "/", "::::", "= = ="}) EXPECT_NO_THROW(redacted(text));
}

}  // namespace
}  // namespace localscale::cli::bugreport
