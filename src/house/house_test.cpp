// The whole house in this process, without its supervisor: it answers, says how it is, and ends as it is
// asked to.
#include "house/house.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/temporary_folder.hpp"

namespace localscale::house {
namespace {

namespace fs = std::filesystem;

class HouseTest : public testing::Test {
 protected:
  void SetUp() override {
    config.state_directory = folder;
    config.models.use_ollama_store = false;
    config.models.use_huggingface_cache = false;
    config.models.use_llama_cache = false;
  }

  InheritedSocket loopback() {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd.get(), 8), 0);
    ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    return {net::Door::loopback, std::move(fd), "http://127.0.0.1:" + std::to_string(port) + "/"};
  }

  std::string get(const std::string& target) const {
    const UniqueFd fd(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      return "refused";
    const std::string request = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    ::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL);
    std::string answer;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::recv(fd.get(), buffer, sizeof buffer, 0)) > 0;)
      answer.append(buffer, static_cast<std::size_t>(got));
    return answer;
  }

  Result<std::unique_ptr<House>> make() {
    Inheritance inherited;
    inherited.sockets.push_back(loopback());
    return House::make(context, config, std::move(inherited));
  }

  tests::TemporaryFolder made;
  fs::path folder = made.path();
  config::Config config;
  std::uint16_t port = 0;
  boost::asio::io_context context{1};
};

TEST_F(HouseTest, AnswersSaysHowItIsAndEndsOnSigterm) {
  auto house = make();
  ASSERT_TRUE(house.has_value()) << house.error().message();
  ASSERT_TRUE((*house)->open().has_value());
  std::string health;
  std::string status;
  std::thread client([&] {
    health = get("/healthz");
    status = get("/localscale/v1/status");
    kill(getpid(), SIGTERM);
  });
  context.run();
  client.join();
  EXPECT_THAT(health, testing::StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(status, testing::HasSubstr("\"state\":\"Error\""));  // no supervisor here
  EXPECT_THAT(status, testing::HasSubstr("localscale up"));
}

TEST_F(HouseTest, AGarbageDatabaseIsAClearErrorBeforeAnyDoorOpens) {
  fs::create_directories(folder / "house");
  std::ofstream(folder / "house" / "localscale.db") << std::string(5000, 'x');
  const auto house = make();
  ASSERT_FALSE(house.has_value());
  EXPECT_THAT(house.error().message(), testing::HasSubstr("localscale.db"));
}

TEST_F(HouseTest, StartsAgainOnItsOwnState) {
  for (int round = 0; round < 2; ++round) {
    auto house = make();
    ASSERT_TRUE(house.has_value()) << house.error().message();
    EXPECT_EQ((*house)->state().word, "Starting");
  }
}

}  // namespace
}  // namespace localscale::house
