#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "cli/failure.hpp"
#include "cli/json.hpp"
#include "config/layout.hpp"

namespace localscale::cli {

/// The running home behind its admin socket. Blocks; each call is one connection.
class Home {
 public:
  explicit Home(config::Layout layout) : layout_(std::move(layout)) {}

  [[nodiscard]] const config::Layout& layout() const { return layout_; }

  /// GET; the answer's JSON object.
  [[nodiscard]] Outcome<Json> get(const std::string& target) const;
  /// Any method with a JSON body; the answer may be empty (then an empty object).
  [[nodiscard]] Outcome<Json> call(const std::string& method, const std::string& target,
                                   const Json& body) const;
  /// GET whose answer is a stream of lines that does not end by itself; one must come each minute.
  [[nodiscard]] Outcome<void> follow(const std::string& target,
                                     const std::function<bool(std::string_view)>& line) const;
  /// POST whose answer is a stream of lines. `line` gets each without its end; false stops the stream.
  /// `waiting` is called about four times a second while nothing comes.
  [[nodiscard]] Outcome<void> stream(const std::string& target, const Json& body,
                                     const std::function<bool(std::string_view)>& line,
                                     const std::function<void()>& waiting = {}) const;

 private:
  /// Fails where the house answers nothing at all any more. Models may take their time: this one question
  /// does not.
  [[nodiscard]] Result<void> still_answers(const std::function<void()>& waiting) const;

  config::Layout layout_;
};

/// The error inside an answer of the home's APIs, whichever shape it has; `status` gives the code where it
/// has none.
Error error_in_answer(unsigned status, std::string_view body);

}  // namespace localscale::cli
