#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/shape.hpp"
#include "net/http.hpp"
#include "store/session_store.hpp"

namespace localscale::gateway {

/// The id of the person that the command line and every session stand for.
inline constexpr std::string_view the_owner = "owner";

/// How a streamed answer's pieces are told apart, which decides how an error can be put into it.
enum class Framing {
  none,    ///< Not at all: the client can only be told by breaking off.
  events,  ///< text/event-stream
  lines,   ///< NDJSON
};

/// What a request was admitted by may end while it runs.
enum class Cut { no, session_over, key_revoked };

/// The answering side of one request: adds the headers that every answer carries and counts what went out.
class Answer {
 public:
  Answer(net::Exchange& exchange, net::Headers always) : exchange_(exchange), always_(std::move(always)) {}

  net::Task<Result<void>> send(net::Response response);
  net::Task<Result<void>> begin(unsigned status, net::Headers headers);
  net::Task<Result<void>> write(std::string_view piece);
  net::Task<Result<void>> end();
  /// See net::Exchange.
  void interrupt() { exchange_.interrupt(); }

  [[nodiscard]] unsigned status() const { return status_; }  ///< 0 until something was answered.
  [[nodiscard]] std::uint64_t bytes() const {
    return bytes_;
  }  ///< Body bytes handed to the client's connection.
  [[nodiscard]] Framing framing() const { return framing_; }
  [[nodiscard]] bool streaming() const { return streaming_; }  ///< Between begin and end.

 private:
  void add_always(net::Headers& headers) const;

  net::Exchange& exchange_;
  net::Headers always_;
  unsigned status_ = 0;
  std::uint64_t bytes_ = 0;
  bool streaming_ = false;
  Framing framing_ = Framing::none;
};

/// One request on its way through the gateway. Lives in Gateway::handle's frame.
struct Call {
  const net::Request& request;
  Answer& answer;
  Shape shape;
  std::string path;  ///< Normalised: aliases resolved, no query.
  std::string rest;  ///< What the pattern's tail matched, percent-decoded ("/v1/models/REST").
  std::string person = std::string(the_owner);  ///< Whose things this request reads and changes.
  std::optional<store::Session> session{};      ///< The caller's; none for programs and the command line.
  std::string key_name{};                       ///< The device's; empty without a key.
  Cut cut = Cut::no;                            ///< Set by LiveCalls.
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();

  /// `person` is proven: by a session or the command line's socket.
  [[nodiscard]] bool signed_in() const { return session || request.door == net::Door::admin; }
  /// Answers with `problem` in this API's shape; as a last event or line if the answer streams already.
  net::Task<void> refuse(Problem problem);
  net::Task<void> refuse(Error error);
  /// Answers with a JSON text.
  net::Task<void> send_json(std::string json, unsigned status = 200);
};

}  // namespace localscale::gateway
