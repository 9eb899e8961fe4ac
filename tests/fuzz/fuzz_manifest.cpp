// What registries say: manifests, listings, challenges, URLs. Any text is an answer or an error with words.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/fetcher/challenge.hpp"
#include "mesh/fetcher/content_range.hpp"
#include "mesh/fetcher/digest.hpp"
#include "mesh/fetcher/hf_listing.hpp"
#include "mesh/fetcher/ollama_manifest.hpp"
#include "mesh/fetcher/url.hpp"

namespace {

using namespace localscale;
using namespace localscale::mesh::fetcher;

void check(const Result<ModelFiles>& model) {
  if (!model) {
    if (model.error().what.empty()) std::abort();
    return;
  }
  if (model->files.empty() || model->files.size() > max_files) std::abort();
  for (const auto& file : model->files) {
    if (!is_digest(file.digest) || !file.path.starts_with('/') || file.bytes > max_file_bytes) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto name = *core::parse_model_name("hf.co/o/r");
  switch (data[0] % 4) {
    case 0:
      check(parse_ollama_manifest(name, text));
      break;
    case 1: {
      std::vector<HfFile> files;
      if (parse_hf_listing(name, text, files)) check(choose_hf_files(name, files));
      break;
    }
    case 2: {
      if (const auto challenge = parse_challenge(text)) static_cast<void>(parse_url(token_url(*challenge)));
      if (const auto token = parse_token(text); token && !is_token(*token)) std::abort();
      const auto next = next_page(text, "https://h");
      if (!next.empty() && !next.starts_with('/')) std::abort();
      break;
    }
    default: {
      static const auto base = *parse_url("https://a.example/x");
      const auto url = resolve_url(base, text);
      if (url && url->scheme != "https" && url->scheme != "http") std::abort();
      if (const auto range = parse_content_range(text); range && range->begin >= range->end) std::abort();
    }
  }
  return 0;
}
