// What changes our own store: names and the blobs behind them.
#include <algorithm>
#include <ctime>
#include <set>
#include <utility>

#include "base/bytes.hpp"
#include "core/models/model_name.hpp"
#include "engine/catalog.hpp"
#include "engine/scan_files.hpp"

namespace localscale::engine {
namespace fs = std::filesystem;

std::string_view owner_of(Source source) {
  switch (source) {
    case Source::own:
      return "this home";
    case Source::shipped:
      return "Localscale";
    case Source::ollama:
      return "Ollama's store";
    case Source::huggingface:
      return "the Hugging Face cache";
    case Source::llama_cache:
      return "llama.cpp's cache";
    case Source::folder:
      return "one of your own folders";
  }
  return "another program";
}

fs::path FileCatalog::blob(std::string_view digest) const {
  if (!digest.starts_with(digest_scheme) || !is_hex(digest.substr(digest_scheme.size()), 64)) return {};
  return blobs_ / ("sha256-" + std::string(digest.substr(digest_scheme.size())));
}

Found FileCatalog::found_of(const store::NamedModel& named) const {
  constexpr std::size_t max_text_bytes = 256U << 10;
  Found found;
  found.name = named.name;
  found.source = Source::own;
  for (const auto& file : named.files) {
    const auto path = file.path.empty() ? blob(file.digest) : file.path;
    const auto text = [&] { return read_small_file(path, max_text_bytes).value_or(std::string{}); };
    switch (file.role) {
      case store::FileRole::model:
        if (found.file.empty()) {
          found.file = path;
          found.digest = file.digest;
        } else {
          found.more_parts.push_back(path);
        }
        break;
      case store::FileRole::projector:
        found.projector = path;
        break;
      case store::FileRole::system:
        found.system = text();
        break;
      case store::FileRole::license:
        found.license = text();
        break;
      case store::FileRole::chat_template:
      case store::FileRole::parameters:
      case store::FileRole::other:
        break;
    }
  }
  return found;
}

Result<void> FileCatalog::add(const store::NamedModel& model) {
  const auto own = names_.list();
  if (!own) return tl::unexpected<Error>(own.error());
  const auto replaced = std::ranges::find(*own, model.name, &store::NamedModel::name);
  if (auto put = names_.put(model); !put) return put;
  stale_ = true;
  return replaced == own->end() ? Result<void>() : delete_unused(*replaced);
}

Result<void> FileCatalog::add_pulled(const store::NamedModel& model) {
  for (const auto& file : model.files) {
    std::error_code none_there;
    if (!file.path.empty() || fs::exists(blob(file.digest), none_there)) continue;
    return fail(Errc::conflict,
                "A file of '" + model.name + "' was removed while the rest of it came, with another model.",
                "Run the same pull again.");
  }
  return add(model);
}

Result<void> FileCatalog::refuse_taken(const std::string& name,
                                       const std::vector<store::NamedModel>& own) const {
  const bool ours = std::ranges::find(own, name, &store::NamedModel::name) != own.end();
  const auto known = models_.find(name);
  if (!ours && known == models_.end()) return {};
  if (ours) {
    return fail(Errc::conflict,
                "There is a model '" + name + "' already; it was kept, and nothing was copied.",
                "Take another name, remove that one first with `localscale rm " + name +
                    "`, or put this model in its place with `localscale cp --replace`.");
  }
  return fail(Errc::conflict,
              "'" + name + "' is a model of " + std::string(owner_of(known->second.model.source)) +
                  " already; nothing was copied.",
              "Take another name, or let it mean this model with `localscale cp --replace`; the other one's "
              "file stays.");
}

Result<void> FileCatalog::copy(std::string_view from, std::string_view to, WhenTaken taken) {
  const auto target = core::parse_model_name(to);
  if (!target) return tl::unexpected<Error>(target.error());
  const auto source = entry(from);
  if (!source) return tl::unexpected<Error>(source.error());
  store::NamedModel named;
  const auto own = names_.list();
  if (!own) return tl::unexpected<Error>(own.error());
  if (taken == WhenTaken::refuse) {
    if (auto free = refuse_taken(target->display(), *own); !free) return free;
  }
  const auto known = std::ranges::find(*own, source->model.name, &store::NamedModel::name);
  if (known != own->end() && source->model.source == Source::own) {
    named = *known;
  } else {
    // A model of another store stays where it is: the new name points there.
    named.files.push_back(
        {store::FileRole::model, source->model.digest, source->model.bytes, source->model.path});
    for (const auto& part : source->model.more_parts)
      named.files.push_back({store::FileRole::model, {}, 0, part});
    for (const auto& [role, path] : {std::pair(store::FileRole::projector, source->model.projector),
                                     std::pair(store::FileRole::system, source->system_file),
                                     std::pair(store::FileRole::license, source->license_file)}) {
      if (!path.empty()) named.files.push_back({role, {}, 0, path});
    }
  }
  named.name = target->display();
  named.modified_unix_s = static_cast<std::int64_t>(std::time(nullptr));
  return add(named);
}

Result<void> FileCatalog::remove(std::string_view name) {
  const auto found = entry(name);
  const auto own = names_.list();
  if (!own) return tl::unexpected<Error>(own.error());
  // A name whose file is gone is in no list any more, but can still be forgotten.
  const auto parsed = core::parse_model_name(name);
  const auto wanted = found ? found->model.name : parsed ? parsed->display() : std::string(name);
  const auto named = std::ranges::find(*own, wanted, &store::NamedModel::name);
  if (named == own->end()) {
    if (!found) return tl::unexpected<Error>(found.error());
    if (found->model.source == Source::shipped) {
      return fail(Errc::denied,
                  "'" + wanted + "' ships with Localscale, answers where nothing else can, and was kept.",
                  "To answer with another one by default, set default_model in the config's [models].");
    }
    return fail(
        Errc::denied,
        "'" + wanted + "' belongs to " + std::string(owner_of(found->model.source)) + " and was kept.",
        "Remove it there, or leave that store out in the config's [models].");
  }
  if (auto erased = names_.erase(wanted); !erased) return erased;
  stale_ = true;
  return delete_unused(*named);
}

Result<void> FileCatalog::delete_unused(const store::NamedModel& removed) {
  const auto rest = names_.list();
  if (!rest) return tl::unexpected<Error>(rest.error());
  std::set<std::string> used;
  for (const auto& named : *rest) {
    for (const auto& file : named.files) used.insert(file.digest);
  }
  for (const auto& file : removed.files) {
    const auto path = blob(file.digest);
    if (!file.path.empty() || path.empty() || used.contains(file.digest)) continue;
    std::error_code failed;
    fs::remove(path, failed);  // An engine that has it mapped keeps the bytes until it ends.
    if (failed) {
      return fail(Errc::denied,
                  "The name '" + removed.name + "' is forgotten, but its file " + path.string() +
                      " stays: " + failed.message() + ".",
                  "Delete the file by hand.");
    }
  }
  return {};
}

}  // namespace localscale::engine
