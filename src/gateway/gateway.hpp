#pragma once

#include <memory>
#include <string_view>

#include "gateway/options.hpp"
#include "gateway/services.hpp"
#include "net/http.hpp"

namespace localscale::gateway {

/// The home's HTTP face: OpenAI, Anthropic, Ollama, the home's own API and its page on one port. Checks who
/// asks and from where, finds the endpoint, counts and logs (never text).
class Gateway {
 public:
  Gateway(const Home& home, Options options);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  /// The config's live keys became others; everything else stays.
  void take(LiveOptions options);
  /// Somebody edited the config file: pages ask for it anew.
  void config_edited();

  /// For net's server. Must not be called after the gateway is gone.
  [[nodiscard]] net::Handler handler();

  /// For net's server: refuses by the head alone, so that nobody without a right makes the home read a body.
  [[nodiscard]] net::HeadCheck head_check();

  /// Takes the samples behind `GET history`, for as long as the home runs: until it is cancelled.
  net::Task<void> keep_history();

  /// Cuts what runs by a session that is over by its time, for as long as the home runs: until it is
  /// cancelled.
  net::Task<void> watch_sessions();

  /// The home stops: ends the streams that would go on for ever.
  void end_streams();

  /// For net's server: what never reaches the handler (too large, malformed) in the shape of the API it was
  /// meant for.
  static net::Response refuse(unsigned status, std::string_view message, const net::Request& request);

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace localscale::gateway
