#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace localscale::mesh::fetcher {

/// The fetcher's end of its packet channel to the house. `send` may be called from any thread.
class Channel {
 public:
  explicit Channel(UniqueFd fd) : fd_(std::move(fd)) {}

  [[nodiscard]] int fd() const { return fd_.get(); }
  /// The next packet; nullopt once the house has closed its end. Blocks until there is one.
  Result<std::optional<std::string>> receive();
  /// Sends one packet. `droppable`: rather not at all than wait for a slow house.
  Result<void> send(std::string_view packet, bool droppable);

  /// Sends one packet if that needs no waiting; false if it was not sent.
  bool try_send(std::string_view packet);

 private:
  UniqueFd fd_;
};

}  // namespace localscale::mesh::fetcher
