#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace localscale::cli {

/// Puts pieces of a stream together to lines ("\n" or "\r\n"). A line over 8 MiB is cut there.
class LineSplitter {
 public:
  /// `line` gets each line without its end; false: no more.
  explicit LineSplitter(std::function<bool(std::string_view)> line) : line_(std::move(line)) {}

  /// False once `line` said so.
  bool push(std::string_view piece);
  /// The rest counts as a line.
  void finish();

 private:
  bool emit();

  std::function<bool(std::string_view)> line_;
  std::string rest_;
};

}  // namespace localscale::cli
