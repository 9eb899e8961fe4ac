#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace localscale::net {

/// Bytes read and not yet used, contiguous. Memory is what was asked for, so that an idle connection stays
/// small.
class ReadBuffer {
 public:
  [[nodiscard]] std::string_view data() const { return {memory_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  void consume(std::size_t bytes) { begin_ += bytes; }
  void commit(std::size_t bytes) { end_ += bytes; }

  /// Room for at least `bytes` more. Moves what is held: not while a read is under way or a view is in use.
  char* prepare(std::size_t bytes) {
    if (empty()) begin_ = end_ = 0;
    if (capacity_ - end_ < bytes) make_room(bytes);
    return memory_.get() + end_;
  }
  [[nodiscard]] std::size_t room() const { return capacity_ - end_; }

  /// Gives memory beyond `bytes` back if nothing is held.
  void shrink(std::size_t bytes) {
    if (!empty() || capacity_ <= bytes) return;
    memory_.reset();
    begin_ = end_ = capacity_ = 0;
  }

 private:
  void make_room(std::size_t bytes) {
    const std::size_t held = size();
    if (capacity_ < held + bytes) {
      const std::size_t wanted = held + bytes;
      std::unique_ptr<char[]> larger(new char[wanted]);  // Not value-initialised: it is read into.
      if (held > 0) std::memcpy(larger.get(), memory_.get() + begin_, held);
      memory_ = std::move(larger);
      capacity_ = wanted;
    } else if (held > 0) {
      std::memmove(memory_.get(), memory_.get() + begin_, held);
    }
    begin_ = 0;
    end_ = held;
  }

  std::unique_ptr<char[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace localscale::net
