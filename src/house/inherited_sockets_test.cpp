#include "house/inherited_sockets.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace localscale::house {
namespace {

/// Puts listening sockets at 3, 4, …; only in a child, whose descriptors nobody else uses.
void listen_at(int first, int count, bool listening) {
  for (int i = 0; i < count; ++i) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    if (listening) ::listen(fd, 4);
    ::dup2(fd, first + i);
  }
}

void announce(const char* count, const char* names) {
  setenv("LISTEN_FDS", count, 1);      // NOLINT(concurrency-mt-unsafe)
  setenv("LISTEN_FDNAMES", names, 1);  // NOLINT(concurrency-mt-unsafe)
}

TEST(InheritedSockets, AreTakenWithTheirNamesAndAddresses) {
  EXPECT_EXIT(
      {
        listen_at(3, 2, true);
        announce("2", "loopback:admin");
        const auto sockets = take_inherited_sockets();
        const bool good = sockets && sockets->size() == 2 && (*sockets)[0].door == net::Door::loopback &&
                          (*sockets)[0].url.starts_with("http://127.0.0.1:") &&
                          (*sockets)[1].door == net::Door::admin && std::getenv("LISTEN_FDS") == nullptr;
        std::_Exit(good ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

std::string refused_with(const char* count, const char* names, bool listening) {
  listen_at(3, 2, listening);
  announce(count, names);
  const auto sockets = take_inherited_sockets();
  return sockets ? "" : sockets.error().message();
}

TEST(InheritedSockets, WhatDoesNotFitIsRefusedByName) {
  const auto refuses = [](const char* count, const char* names, bool listening, const char* says) {
    EXPECT_EXIT(
        {
          const auto text = refused_with(count, names, listening);
          std::fputs(text.c_str(), stderr);
          std::_Exit(text.empty() ? 1 : 0);
        },
        testing::ExitedWithCode(0), says);
  };
  refuses("2", "loopback", true, "must agree");
  refuses("x", "loopback", true, "must agree");
  refuses("2", "loopback:window", true, "window");
  refuses("2", "admin:admin", true, "named twice");
  refuses("1", "loopback", false, "no listening socket");
}

TEST(InheritedSockets, DoorsThatCouldNotBeOpenedAreToldWithTheirReason) {
  setenv("LOCALSCALE_SHUT_DOORS", "ollama The port 11434 is taken.\nlan No such address.\n",
         1);  // NOLINT(concurrency-mt-unsafe)
  const auto shut = take_shut_doors();
  ASSERT_EQ(shut.size(), 2U);
  EXPECT_EQ(shut[0].name, "ollama");
  EXPECT_EQ(shut[0].why, "The port 11434 is taken.");
  EXPECT_EQ(shut[1].name, "lan");
  EXPECT_TRUE(take_shut_doors().empty());
}

TEST(InheritedSockets, WithoutAnAnnouncementThereAreNone) {
  unsetenv("LISTEN_FDS");  // NOLINT(concurrency-mt-unsafe)
  EXPECT_TRUE(take_inherited_sockets()->empty());
  EXPECT_FALSE(take_inherited_fd("LOCALSCALE_NOT_SET")->valid());
  setenv("LOCALSCALE_BAD_FD", "1", 1);  // NOLINT(concurrency-mt-unsafe)
  EXPECT_FALSE(take_inherited_fd("LOCALSCALE_BAD_FD").has_value());
}

}  // namespace
}  // namespace localscale::house
