#include "supervisor/house_link.hpp"

#include <array>
#include <span>

#include <fcntl.h>

#include "base/log.hpp"
#include "sandbox/packet.hpp"

namespace localscale::supervisor {
namespace {

constexpr std::size_t kMaxWaiting = 256;
constexpr auto kRetryEvery = std::chrono::milliseconds(20);

}  // namespace

HouseLink::HouseLink(EventLoop& loop, UniqueFd channel) : loop_(loop), channel_(std::move(channel)) {
  ::fcntl(channel_.get(), F_SETFL, O_NONBLOCK);
}

HouseLink::~HouseLink() {
  loop_.cancel(retry_);
  loop_.unwatch(channel_.get());
}

void HouseLink::send(const wire::SupervisorEvent& event, UniqueFd attached) {
  if (waiting_.size() >= kMaxWaiting) {
    spdlog::error("the house does not read its messages: one was dropped");
    return;
  }
  waiting_.push_back({event.SerializeAsString(), std::move(attached)});
  flush();
}

void HouseLink::send_reading(const wire::SupervisorEvent& event) {
  if (waiting_.empty()) send(event);
}

void HouseLink::flush() {
  while (!waiting_.empty()) {
    const Waiting& next = waiting_.front();
    const std::array<int, 1> fds{next.fd.get()};
    const auto sent = sandbox::send_packet(channel_.get(), next.bytes,
                                           next.fd ? std::span<const int>(fds) : std::span<const int>());
    if (!sent && sent.error().code == Errc::exhausted) {
      loop_.cancel(retry_);
      retry_ = loop_.after(kRetryEvery, [this] { flush(); });
      return;
    }
    waiting_.pop_front();  // Sent, or the house is gone: its successor knows nothing of this message.
  }
}

}  // namespace localscale::supervisor
