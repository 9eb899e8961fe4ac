#include "supervisor/unit_drop_ins.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace localscale::supervisor {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

config::Config service_config() {
  config::Config config;
  config.state_directory = "/var/lib/localscale";
  return config;
}

std::map<std::string, std::string> of(const config::Config& config) {
  return unit_drop_ins(config, config::Layout(config));
}

TEST(UnitDropIns, TheSocketsListenWhereTheConfigSays) {
  auto config = service_config();
  config.api.port = 8123;
  auto files = of(config);
  EXPECT_THAT(files.at("localscale.socket.d/50-config.conf"),
              HasSubstr("[Socket]\nListenStream=\nListenStream=127.0.0.1:8123\n"));
  EXPECT_THAT(files.at("localscale-admin.socket.d/50-config.conf"),
              HasSubstr("ListenStream=/var/lib/localscale/run/localscale.sock\n"));
}

TEST(UnitDropIns, FoldersOfTheServiceItselfNeedNoMoreRights) {
  auto config = service_config();
  EXPECT_THAT(of(config), Not(Contains(Key("localscale.service.d/50-config.conf"))));
  config.models.directory = "/var/lib/localscale/more";
  EXPECT_THAT(of(config), Not(Contains(Key("localscale.service.d/50-config.conf"))));
}

TEST(UnitDropIns, FoldersElsewhereAreMadeAndMayBeWritten) {
  auto config = service_config();
  config.models.directory = "/srv/big disk/100% \"models\"";
  const auto files = of(config);
  EXPECT_THAT(files.at("localscale-folders.service"),
              HasSubstr("\nExecStart=/bin/mkdir -p -- \"/srv/big disk/100%% \\\"models\\\"\"\n"));
  EXPECT_THAT(files.at("localscale.service.d/50-config.conf"),
              HasSubstr("\nReadWritePaths=\"-/srv/big disk/100%% \\\"models\\\"\"\n"));
}

TEST(UnitDropIns, ALineBreakInAPathAddsNoSetting) {
  auto config = service_config();
  config.models.directory = "/srv/a\nExecStartPre=+/bin/sh";
  config.state_directory = "/srv/b\nExecStartPre=+/bin/sh";
  for (const auto& [name, text] : of(config)) EXPECT_THAT(text, Not(HasSubstr("\nExecStartPre")));
}

}  // namespace
}  // namespace localscale::supervisor
