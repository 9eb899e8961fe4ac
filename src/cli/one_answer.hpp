#pragma once

#include <chrono>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/temporary_folder.hpp"

namespace localscale::cli {

/// A home for tests, with a state folder of its own: answers one connection on its admin socket with `pieces`
/// (after reading a request's head), then closes it.
class OneAnswer {
 public:
  explicit OneAnswer(std::vector<std::string> pieces) {
    std::filesystem::create_directories(path_.parent_path());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 4), 0);
    thread_ = std::thread([this, pieces = std::move(pieces)] { answer(pieces); });
  }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;
  ~OneAnswer() {
    thread_.join();
    ::close(listener_);
  }
  [[nodiscard]] const std::filesystem::path& state() const { return folder_.path(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const std::string& request() const { return request_; }

 private:
  void answer(const std::vector<std::string>& pieces) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    std::string buffer(4096, '\0');
    while (request_.find("\r\n\r\n") == std::string::npos) {
      const auto got = ::recv(connection, buffer.data(), buffer.size(), 0);
      if (got <= 0) break;
      request_.append(buffer, 0, static_cast<std::size_t>(got));
    }
    for (const std::string& piece : pieces) {
      ::send(connection, piece.data(), piece.size(), MSG_NOSIGNAL);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ::close(connection);
  }

  tests::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "run" / "localscale.sock";
  int listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
  std::string request_;
  std::thread thread_;
};

}  // namespace localscale::cli
