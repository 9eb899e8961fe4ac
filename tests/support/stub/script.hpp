#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace localscale::stub {

/// What the stub engine does, as `stub:WORD` or `stub:WORD=NUMBER` marks say it: in the model file (then for
/// every request), in $LOCALSCALE_STUB, or in a prompt (then for that request).
///
///   stub:rate=N          tokens a second of each stream; 0: as fast as possible (default 2000)
///   stub:tokens=N        length of the answer (default 16; the request's own limit still counts)
///   stub:prompt-ms=N     pause before the first token
///   stub:die             the process aborts after half of the answer
///   stub:close           the connection closes after half of the answer
///   stub:hang            the request is taken and never answered
///   stub:idle            a streamed answer begins and nothing more comes
///   stub:error400        refused with a 400, as llama-server refuses
///   stub:error500        refused with a 500
///   stub:tool            calls the first tool of the request
///   stub:stats           the answer's text is the stub's counters, as JSON
///   stub:fast            a ready-made answer without looking into the request (for request rates)
///   stub:start-ms=N      model file or environment: `loading` for that long
///   stub:exit            model file or environment: exits while it loads
///   stub:embeddings      model file or environment: as if started with --embeddings
struct Script {
  double tokens_per_second = 2000;
  std::uint32_t tokens = 16;
  std::chrono::milliseconds prompt{0};
  std::chrono::milliseconds start{0};
  bool die = false;
  bool close = false;
  bool hang = false;
  bool idle = false;
  bool tool = false;
  bool stats = false;
  bool exit = false;
  bool embeddings = false;
  std::optional<unsigned> error;

  /// This script with the marks in `text` applied.
  [[nodiscard]] Script with(std::string_view text) const;
};

/// The marks found near the beginning and the end of the model file; nullopt if it does not begin with
/// "GGUF".
std::optional<Script> read_model(const std::string& path);

}  // namespace localscale::stub
