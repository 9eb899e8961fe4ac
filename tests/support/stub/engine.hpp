#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <boost/asio/io_context.hpp>

#include "net/http.hpp"
#include "stub/answer.hpp"
#include "stub/pacer.hpp"

namespace localscale::stub {

struct Options {
  std::string model_path;
  std::string alias;
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  bool embeddings = false;
  bool reranking = false;
};

/// What tests look at: GET /stub/stats, or a prompt with `stub:stats`.
struct Counters {
  std::uint64_t requests = 0;  ///< Generations begun.
  std::uint64_t completed = 0;
  std::uint64_t cancelled = 0;  ///< The client went away before the end.
  std::uint64_t active = 0;
  std::uint64_t tokens = 0;  ///< Sent.

  [[nodiscard]] std::string json() const;
};

/// The endpoints of llama-server, with scripted answers.
class Engine {
 public:
  Engine(boost::asio::io_context& context, Options options, Script script);

  net::Task<void> handle(const net::Request& request, net::Exchange& exchange);

 private:
  class Running;

  net::Task<void> generate(const net::Request& request, net::Exchange& exchange, Api api);
  net::Task<void> stream(Ask ask, net::Exchange& exchange);
  net::Task<void> answer_whole(Ask ask, net::Exchange& exchange);
  net::Task<void> tell(net::Exchange& exchange, std::string body);
  net::Task<void> refuse(net::Exchange& exchange, unsigned status, std::string_view type,
                         std::string_view message);
  [[nodiscard]] Ask understand(const net::Request& request, Api api);
  [[nodiscard]] std::string text_of(const Ask& ask) const;
  [[nodiscard]] std::string models() const;
  [[nodiscard]] std::string props() const;
  [[nodiscard]] bool loading() const { return Pacer::Clock::now() < ready_at_; }

  Options options_;
  Script script_;
  Pacer pacer_;
  Pacer::Clock::time_point ready_at_;
  Counters counters_;
  std::uint64_t next_id_ = 0;
  std::string ready_answer_;
};

}  // namespace localscale::stub
