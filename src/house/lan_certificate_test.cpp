#include "house/lan_certificate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace localscale::house {
namespace {

using testing::ElementsAre;

const MachineNames machine = {"box", "192.168.1.20", "fd00::1"};

TEST(LanUrls, AreTheAddressesThatTheDoorListensOnAndThenItsNames) {
  config::Lan lan;
  lan.names = {"attic.example"};
  EXPECT_THAT(
      lan_urls("https://0.0.0.0:7443/", lan, machine),
      ElementsAre("https://192.168.1.20:7443/", "https://attic.example:7443/", "https://box.local:7443/"));
  lan.address = "::";
  lan.names.clear();
  EXPECT_THAT(
      lan_urls("https://[::]:7443/", lan, machine),
      ElementsAre("https://192.168.1.20:7443/", "https://[fd00::1]:7443/", "https://box.local:7443/"));
  lan.address = "fd00::1";
  EXPECT_THAT(lan_urls("https://[fd00::1]:7443/", lan, machine), ElementsAre("https://[fd00::1]:7443/"));
}

TEST(LanUrls, OfAMachineThatToldNoNameAreTheDoorItself) {
  EXPECT_THAT(lan_urls("http://0.0.0.0:7443/", {}, {}), ElementsAre("http://0.0.0.0:7443/"));
}

}  // namespace
}  // namespace localscale::house
