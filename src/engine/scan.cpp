#include "engine/scan.hpp"

#include "core/models/model_name.hpp"
#include "engine/scan_files.hpp"

namespace localscale::engine {
namespace fs = std::filesystem;

void scan(const ScanRoot& root, Scan& out) {
  switch (root.source) {
    case Source::ollama:
      return scan_ollama(root, out);
    case Source::huggingface:
      return scan_huggingface(root, out);
    case Source::llama_cache:
      return scan_llama_cache(root, out);
    case Source::own:
      return;
    case Source::shipped:
    case Source::folder:
      return scan_folder(root, out);
  }
}

void scan_folder(const ScanRoot& root, Scan& out) {
  for (const auto& group : gguf_files(root.path, max_scan_depth, out)) {
    for (const auto& file : model_files(group)) {
      const auto name = name_part(file_label(file).stem);
      if (name.empty()) continue;
      out.found.push_back(
          {name + ":latest", file, projector_for(file, group, false), {}, {}, {}, root.source});
    }
  }
}

}  // namespace localscale::engine
