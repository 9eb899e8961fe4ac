#include "mesh/fetcher/peek.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "base/bytes.hpp"
#include "mesh/fetcher/content_range.hpp"
#include "mesh/fetcher/find_files.hpp"

namespace localscale::mesh::fetcher {
namespace {

constexpr unsigned most_attempts = 2;
constexpr std::chrono::seconds longest_asked{2};

RetryPolicy sooner(RetryPolicy policy) {
  policy.attempts = std::min(policy.attempts, most_attempts);
  policy.unreachable_attempts = 0;
  policy.longest_asked = std::min(policy.longest_asked, longest_asked);
  return policy;
}

}  // namespace

Peek::Peek(const Common& common, std::string name, std::uint64_t most_bytes, const Cancel& cancel)
    : common_(common),
      text_(std::move(name)),
      most_bytes_(std::min(most_bytes, max_peek_bytes)),
      cancel_(cancel),
      policy_(sooner(common.policy)) {}

Result<void> Peek::run(const OnFound& on_found, const OnBytes& on_bytes) {
  const auto name = core::parse_model_name(text_);
  if (!name) return tl::unexpected(name.error());
  auto registry = common_.registries.find(name->host);
  if (!registry) return tl::unexpected(registry.error());
  spdlog::info("looking at {} at {}", name->display(), registry->base.authority());
  Session session(common_.registries, std::move(*registry), policy_, cancel_);
  const auto model = find_files(session, *name);
  if (!model) return tl::unexpected(model.error());
  on_found(*model);
  const auto file = std::ranges::find(model->files, Role::model, &FileRef::role);
  if (file == model->files.end() || file->bytes == 0 || most_bytes_ == 0) return {};
  return read_start(session, *file, on_bytes);
}

Result<void> Peek::read_start(Session& session, const FileRef& file, const OnBytes& on_bytes) {
  const auto end = std::min(file.bytes, most_bytes_);
  std::uint64_t position = 0;
  std::optional<Error> wrong;
  const auto on_head = [&](const Head& head) {
    wrong = contradiction(head, file, session.registry().base.host);
    return !wrong;
  };
  const auto on_body = [&](std::span<const std::byte> bytes) {
    // A server without ranges sends on: what follows is not wanted.
    bytes = bytes.first(std::min<std::uint64_t>(bytes.size(), end - position));
    common_.cap.pay(bytes.size(), cancel_);
    on_bytes(position, bytes);
    position += bytes.size();
    return position < end && !cancel_.requested();
  };
  auto read = session.stream(file.path, {0, end}, on_head, on_body);
  if (wrong) return tl::unexpected(*wrong);
  if (!read) return read;
  if (position == end) return {};
  return fail(Errc::unavailable, session.registry().base.host + " cut the file's beginning short.",
              "Try again later.");
}

std::optional<Error> Peek::contradiction(const Head& head, const FileRef& file, const std::string& host) {
  auto total = parse_u64(head.get("content-length"));
  if (head.status == 206) {
    const auto range = parse_content_range(head.get("content-range"));
    if (!range || range->begin != 0)
      return Error{Errc::corrupt, host + " sent other bytes than were asked for.", "Try again later."};
    total = range->total;
  }
  if (!total || *total == file.bytes) return std::nullopt;
  return Error{Errc::corrupt,
               host + " has a file of " + std::to_string(*total) + " bytes where the manifest says " +
                   std::to_string(file.bytes) + ".",
               "Try again later, or tell the registry's operator."};
}

}  // namespace localscale::mesh::fetcher
