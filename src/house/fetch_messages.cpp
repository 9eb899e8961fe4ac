#include "house/fetch_messages.hpp"

#include <chrono>
#include <filesystem>

#include "core/models/model_name.hpp"
#include "wire/control.pb.h"

namespace localscale::house {
namespace {

store::FileRole role_of(wire::FetchedFile::Role role) {
  switch (role) {
    case wire::FetchedFile::MODEL:
      return store::FileRole::model;
    case wire::FetchedFile::PROJECTOR:
      return store::FileRole::projector;
    case wire::FetchedFile::TEMPLATE:
      return store::FileRole::chat_template;
    case wire::FetchedFile::PARAMETERS:
      return store::FileRole::parameters;
    case wire::FetchedFile::SYSTEM:
      return store::FileRole::system;
    case wire::FetchedFile::LICENSE:
      return store::FileRole::license;
    default:
      return store::FileRole::other;
  }
}

/// The fetcher is not trusted to choose a name: it may only fill in the quantization that nobody asked for.
bool is_what_was_asked(const std::string& brought, const std::string& asked) {
  const auto wanted = core::parse_model_name(asked);
  auto got = core::parse_model_name(brought);
  if (!wanted || !got) return false;
  if (wanted->host == "hf.co" && wanted->tag == "latest") got->tag = wanted->tag;
  return *got == *wanted;
}

}  // namespace

Result<store::NamedModel> model_of(const wire::FetchDone& done, const std::string& asked,
                                   const HeldFiles& held) {
  if (!is_what_was_asked(done.name(), asked)) {
    return fail(Errc::corrupt, "The fetcher was asked for '" + asked + "' and brought '" + done.name() + "'.",
                "Nothing was changed. Run the same pull again.");
  }
  store::NamedModel model;
  model.name = done.name();
  model.manifest_digest = done.manifest_digest();
  model.modified_unix_s =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  for (const auto& file : done.files()) {
    const auto elsewhere = held.find(file.digest());
    const bool ours = elsewhere == held.end();
    if (!ours && elsewhere->second.bytes != file.bytes()) {
      return fail(
          Errc::corrupt,
          elsewhere->second.path.string() + " is not the whole file that '" + done.name() + "' needs.",
          "Repair or remove it there, then run the same pull again.");
    }
    model.files.push_back({role_of(file.role()), file.digest(), file.bytes(),
                           ours ? std::filesystem::path() : elsewhere->second.path});
  }
  return model;
}

Error error_of(const wire::Failure& failure) {
  for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
    const auto code = static_cast<Errc>(i);
    if (name(code) == failure.code()) return {code, failure.what(), failure.next()};
  }
  return {Errc::internal, failure.what(), failure.next()};
}

engine::Progress progress_of(const wire::FetchProgress& progress) {
  return {progress.status(), progress.digest(), progress.total_bytes(), progress.completed_bytes(),
          progress.bytes_per_second()};
}

}  // namespace localscale::house
