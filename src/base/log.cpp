#include "base/log.hpp"

#include <cerrno>
#include <memory>
#include <mutex>
#include <string>

#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include "base/log_tap.hpp"

namespace localscale::log {
namespace {

/// Standard error, with lines written one by one or together.
class Sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit Sink(Format format) : writer_(format) {}

  void collect(std::function<void()> first_waits) {
    const std::lock_guard lock(mutex_);
    write_out();
    first_waits_ = std::move(first_waits);
  }

  void tap(std::function<void(std::string_view)> take) {
    const std::lock_guard lock(mutex_);
    take_ = std::move(take);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const bool first = lines_.empty();
    const std::size_t begin = lines_.size();
    writer_.append(message.time, view(spdlog::level::to_string_view(message.level)),
                   view(message.logger_name), view(message.payload), lines_);
    if (take_) take_(std::string_view(lines_).substr(begin));
    lines_ += '\n';
    if (!first_waits_ || message.level >= spdlog::level::warn || lines_.size() >= collected_max)
      return write_out();
    if (first) first_waits_();
  }
  void flush_() override { write_out(); }

 private:
  static constexpr std::size_t collected_max = 32U << 10;

  void write_out() {
    for (std::size_t done = 0; done < lines_.size();) {
      const ssize_t written = ::write(STDERR_FILENO, lines_.data() + done, lines_.size() - done);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) break;  // Nobody reads the log: there is nowhere to say so.
      done += static_cast<std::size_t>(written);
    }
    lines_.clear();
  }

  static std::string_view view(spdlog::string_view_t text) { return {text.data(), text.size()}; }

  LineWriter writer_;
  std::string lines_;
  std::function<void()> first_waits_;
  std::function<void(std::string_view)> take_;
};

std::shared_ptr<Sink> the_sink() {
  const auto& sinks = spdlog::default_logger_raw()->sinks();
  return sinks.empty() ? nullptr : std::dynamic_pointer_cast<Sink>(sinks.front());
}

}  // namespace

void start(std::string_view process, Format format, spdlog::level::level_enum level) {
  auto logger = std::make_shared<spdlog::logger>(std::string(process), std::make_shared<Sink>(format));
  logger->set_level(level);
  spdlog::set_default_logger(std::move(logger));
}

void collect(std::function<void()> first_waits) {
  if (const auto sink = the_sink()) sink->collect(std::move(first_waits));
}

void tap(std::function<void(std::string_view)> take) {
  if (const auto sink = the_sink()) sink->tap(std::move(take));
}

void write_collected() {
  spdlog::default_logger_raw()->flush();
}

}  // namespace localscale::log
