#include "house/inspect.hpp"

#include <fstream>
#include <iterator>
#include <set>

#include "config/layout.hpp"
#include "config/model_roots.hpp"
#include "engine/catalog.hpp"
#include "engine/roots.hpp"
#include "gateway/json.hpp"
#include "net/certificate_expiry.hpp"
#include "store/memory_model_store.hpp"
#include "store/model_look.hpp"

namespace localscale::house {
namespace {

namespace fs = std::filesystem;
using gateway::Json;

constexpr std::size_t max_listed = 100;
constexpr std::size_t max_entries = 100'000;

/// Each plain file in `folder` with its size.
std::vector<std::pair<fs::path, std::uint64_t>> files_in(const fs::path& folder) {
  std::vector<std::pair<fs::path, std::uint64_t>> out;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end && out.size() < max_entries;
       at.increment(error)) {
    std::error_code gone;
    if (at->is_regular_file(gone) && !at->is_symlink(gone)) out.emplace_back(at->path(), at->file_size(gone));
  }
  return out;
}

Json problems_json(engine::FileCatalog& catalog) {
  Json list = Json::array();
  for (const engine::Problem& problem : catalog.problems()) {
    if (list.size() == max_listed) break;
    list.push_back(
        {{"name", problem.name}, {"path", problem.file.string()}, {"message", problem.error.message()}});
  }
  return list;
}

/// A pull that is not done keeps a journal beside what it has, also of files that lie in blobs/ already.
std::set<std::string> journals(const fs::path& incoming) {
  std::set<std::string> stems;
  for (const auto& [path, bytes] : files_in(incoming)) {
    if (path.extension() == ".journal") stems.insert(path.stem().string());
  }
  return stems;
}

Json unfinished_json(const fs::path& incoming) {
  std::uint64_t bytes = 0;
  for (const auto& [path, size] : files_in(incoming)) bytes += size;
  return {{"files", journals(incoming).size()}, {"bytes", bytes}};
}

Json orphaned_json(const config::Layout& layout, const std::vector<store::NamedModel>& names) {
  std::set<std::string> known = journals(layout.incoming);
  for (const store::NamedModel& model : names) {
    for (const store::NamedFile& file : model.files) {
      std::string name = file.digest;
      if (const auto colon = name.find(':'); colon != std::string::npos) name[colon] = '-';
      known.insert(std::move(name));
    }
  }
  Json list = Json::array();
  for (const auto& [path, bytes] : files_in(layout.blobs)) {
    if (list.size() == max_listed || known.contains(path.filename().string())) continue;
    list.push_back({{"path", path.string()}, {"bytes", bytes}});
  }
  return list;
}

Json expiry_json(const fs::path& file) {
  constexpr std::size_t max_bytes = 64U << 10;
  std::ifstream in(file, std::ios::binary);
  std::string pem(max_bytes, '\0');
  in.read(pem.data(), static_cast<std::streamsize>(pem.size()));
  pem.resize(static_cast<std::size_t>(in.gcount()));
  const auto expires = net::certificate_expiry(pem);
  return expires ? Json(*expires) : Json(nullptr);
}

/// Empty where it is a matter of rights.
std::string what_helps(const Error& error) {
  if (!error.next.empty() || error.code == Errc::denied) return error.next;
  return "Stop Localscale, then move the file aside if it is not this home's, or restore a backup.";
}

}  // namespace

std::string inspect(const config::Config& config, const fs::path& programs) {
  const config::Layout layout(config);
  const auto names = store::look_at_models(layout.database);
  store::MemoryModelStore known;
  for (const store::NamedModel& model : names.value_or(std::vector<store::NamedModel>())) {
    const auto put = known.put(model);
    static_cast<void>(put);  // in memory: cannot fail
  }
  engine::FileCatalog catalog(known, layout.blobs,
                              engine::scan_roots(config::model_roots(config, layout, programs)));
  Json out = {{"models", catalog.list().size()},
              {"problems", problems_json(catalog)},
              {"unfinished", unfinished_json(layout.incoming)},
              {"lan_certificate_expires_at_unix", expiry_json(layout.house / "tls" / "server.pem")}};
  if (names) {
    out["orphaned"] = orphaned_json(layout, *names);
  } else {
    out["error"] = names.error().what;
    out["next"] = what_helps(names.error());
  }
  return gateway::dump(out);
}

}  // namespace localscale::house
