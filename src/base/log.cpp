#include "base/log.hpp"

#include <cerrno>
#include <memory>
#include <mutex>
#include <string>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include "base/log_tap.hpp"
#include "base/printable.hpp"

namespace localscale::log {
namespace {

/// The message as one line: the names of files in it may hold anything, also what looks like another line.
class OneLineMessage final : public spdlog::custom_flag_formatter {
 public:
  explicit OneLineMessage(Format format) : format_(format) {}

  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const std::string line = one_printable_line({message.payload.data(), message.payload.size()});
    if (format_ == Format::text) return out.append(line.data(), line.data() + line.size());
    for (const char c : line) {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<OneLineMessage>(format_);
  }

 private:
  Format format_;
};

/// Standard error, with lines written one by one or together.
class Sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
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
    const bool first = lines_.size() == 0;
    const std::size_t begin = lines_.size();
    formatter_->format(message, lines_);
    if (take_) take_(std::string_view(lines_.data() + begin, lines_.size() - begin - 1));
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

  spdlog::memory_buf_t lines_;
  std::function<void()> first_waits_;
  std::function<void(std::string_view)> take_;
};

std::shared_ptr<Sink> the_sink() {
  const auto& sinks = spdlog::default_logger_raw()->sinks();
  return sinks.empty() ? nullptr : std::dynamic_pointer_cast<Sink>(sinks.front());
}

}  // namespace

void start(std::string_view process, Format format, spdlog::level::level_enum level) {
  auto logger = std::make_shared<spdlog::logger>(std::string(process), std::make_shared<Sink>());
  logger->set_level(level);
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  if (format == Format::json) {
    formatter->add_flag<OneLineMessage>('*', format)
        .set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","process":"%n","message":"%*"})");
  } else {
    formatter->add_flag<OneLineMessage>('*', format).set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %n: %*");
  }
  logger->set_formatter(std::move(formatter));
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
