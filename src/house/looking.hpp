#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/error.hpp"
#include "engine/header_prefix.hpp"
#include "engine/remote_model.hpp"

namespace localscale::wire {
class FetchEvent;
class PeekFound;
}  // namespace localscale::wire

namespace localscale::house {

/// One look at a model at its registry: puts together what the fetcher sends about it.
class Looking {
 public:
  Looking(const boost::asio::any_io_executor& executor, std::string name)
      : wake(executor), name_(std::move(name)) {}

  /// An event for it. True if that ended it: `result` is there, and the fetcher need not send more.
  bool take(const wire::FetchEvent& event);
  void end(Result<engine::RemoteModel> how);

  [[nodiscard]] const std::string& name() const { return name_; }

  boost::asio::steady_timer wake;
  std::optional<Result<engine::RemoteModel>> result;

 private:
  void found(const wire::PeekFound& found);
  void read(std::string_view bytes);
  void end_with(Result<engine::ModelFacts> facts);

  std::string name_;
  std::optional<engine::RemoteModel> model_;
  std::optional<engine::HeaderPrefix> header_;
  std::uint64_t first_file_bytes_ = 0;
  std::uint64_t model_bytes_ = 0;  ///< Of all parts.
};

}  // namespace localscale::house
