#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "gateway/call.hpp"

namespace localscale::gateway {

/// A 200 whose length is not known before: sent whole if it stays small, streamed in pieces if not, so that
/// little of it is in memory. Until the first piece is sent the call can still be refused. Nobody else is to
/// keep it: Cache-Control is no-store.
class GrowingAnswer {
 public:
  GrowingAnswer(Call& call, net::Headers headers);

  void add(std::string_view text) { text_ += text; }
  /// There is enough for a piece: call send_piece.
  [[nodiscard]] bool is_large() const { return text_.size() >= piece_bytes; }
  /// False if there is no use in going on: the client is gone, or wants the head only.
  net::Task<bool> send_piece();
  net::Task<void> end();

 private:
  static constexpr std::size_t piece_bytes = 256U << 10;

  Call& call_;
  net::Headers headers_;
  std::string text_;
};

}  // namespace localscale::gateway
