#include "house/looking.hpp"

#include <utility>

#include "house/fetch_messages.hpp"
#include "wire/control.pb.h"

namespace localscale::house {
namespace {

Error disorder() {
  return {Errc::corrupt, "The fetcher sent the beginning of a file out of order.", "Try again."};
}

}  // namespace

void Looking::end(Result<engine::RemoteModel> how) {
  result = std::move(how);
  wake.cancel();
}

bool Looking::take(const wire::FetchEvent& event) {
  if (result) return true;
  if (event.has_failed()) {
    // What its manifest says is known all the same, where only the file is wrong.
    auto error = error_of(event.failed());
    if (model_ && error.code == Errc::corrupt)
      end_with(tl::unexpected(std::move(error)));
    else
      end(tl::unexpected(std::move(error)));
  } else if (event.has_peek_found() && !model_) {
    found(event.peek_found());
  } else if (event.has_peek_bytes() && header_) {
    if (event.peek_bytes().offset() == header_->size())
      read(event.peek_bytes().data());
    else
      end(tl::unexpected(disorder()));
  } else if (event.has_peek_end() && header_) {
    end_with(header_->finish());
  } else {
    end(tl::unexpected(disorder()));
  }
  return result.has_value();
}

void Looking::found(const wire::PeekFound& found) {
  model_.emplace();
  model_->name = name_;
  for (const auto& file : found.files()) {
    model_->bytes += file.bytes();
    if (file.role() == wire::FetchedFile::PROJECTOR) model_->projector_bytes += file.bytes();
    if (file.role() != wire::FetchedFile::MODEL) continue;
    model_bytes_ += file.bytes();
    if (header_) continue;  // another part
    model_->digest = file.digest();
    first_file_bytes_ = file.bytes();
    header_.emplace("'" + name_ + "'", file.bytes());
  }
  if (!header_) end(tl::unexpected(disorder()));
}

void Looking::read(std::string_view bytes) {
  auto facts = header_->take(bytes);
  if (!facts)
    end_with(tl::unexpected(facts.error()));
  else if (*facts)
    end_with(std::move(**facts));
}

void Looking::end_with(Result<engine::ModelFacts> facts) {
  if (facts)
    model_->facts = engine::scaled_to_parts(std::move(*facts), first_file_bytes_, model_bytes_);
  else
    model_->trouble = facts.error().what;
  end(std::move(*model_));
}

}  // namespace localscale::house
