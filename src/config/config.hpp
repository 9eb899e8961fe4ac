#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace localscale::config {

/// One registry the fetcher may ask, in addition to or instead of the built-in ones.
struct Registry {
  std::string name;        ///< The host part people write: "registry.ollama.ai", "hf.co", "lab.example".
  std::string protocol;    ///< "ollama" or "huggingface".
  std::string url;         ///< Base URL; plain http only for a listed address.
  std::string address;     ///< If set: the one address (may be private) that the name may resolve to.
  std::string token_file;  ///< File with a bearer token, read by the fetcher alone; may be empty.
  bool operator==(const Registry&) const = default;
};

struct Api {
  std::uint16_t port = 7411;
  bool ollama_port = false;                  ///< Also serve on 11434, if free.
  std::vector<std::string> allowed_origins;  ///< CORS: exact origins beside the home's own pages.
  std::vector<std::string> allowed_hosts;    ///< Host headers accepted beside loopback names.
  std::uint64_t max_body_bytes = 64ULL << 20;
  std::uint32_t max_header_bytes = 32U << 10;
  std::uint32_t max_connections = 4096;
  std::uint32_t slow_client_timeout_ms = 30'000;  ///< A client that takes no byte for this long is dropped.
  std::uint32_t idle_timeout_ms = 75'000;         ///< A kept-alive connection without a request.
  std::uint32_t drain_timeout_ms = 10'000;        ///< How long answers may finish at stop.
  bool operator==(const Api&) const = default;
};

struct Lan {
  bool enabled = false;
  std::string address = "0.0.0.0";
  std::uint16_t port = 7443;
  bool allow_plaintext = false;    ///< Named opt-in: HTTP without TLS on the LAN.
  std::vector<std::string> names;  ///< Extra DNS names and addresses for the certificate.
  bool operator==(const Lan&) const = default;
};

struct Engine {
  std::filesystem::path
      directory;              ///< Holds llama-server, llama-bench and their libraries; empty: the built one.
  std::uint32_t threads = 0;  ///< 0: measured.
  std::uint32_t context_tokens = 0;  ///< Per slot; 0: the model's own, bounded by what fits (at most 8192).
  std::uint32_t slots = 4;           ///< Parallel answers per model.
  std::uint32_t max_loaded = 3;      ///< Models in memory at once; least recently used goes first.
  std::uint32_t keep_alive_seconds = 300;
  std::uint32_t load_timeout_seconds = 300;
  std::uint32_t hang_timeout_seconds =
      30;  ///< Without any sign of life while it has work; 0: never ended for it.
  std::uint64_t memory_reserve_bytes = 512ULL << 20;  ///< Never given to models.
  std::uint32_t gpu_layers = 0;
  bool tune = true;
  bool operator==(const Engine&) const = default;
};

struct Models {
  std::filesystem::path directory;             ///< Ours; empty: STATE/models.
  std::vector<std::filesystem::path> folders;  ///< More folders with GGUF files, read only.
  bool use_ollama_store = true;
  bool use_huggingface_cache = true;
  bool use_llama_cache = true;
  std::string default_model = "seedling";
  bool operator==(const Models&) const = default;
};

struct Fetcher {
  std::uint32_t connections = 4;               ///< Parallel ranges per file.
  std::uint64_t max_bytes_per_second = 0;      ///< 0: no cap.
  std::uint64_t keep_free_bytes = 2ULL << 30;  ///< Refuse a pull that would leave less disk than this.
  std::uint32_t keep_unfinished_days = 30;     ///< Then an unfinished download that nobody went on with goes.
  std::vector<Registry> registries;
  bool operator==(const Fetcher&) const = default;
};

struct Update {
  std::string url;  ///< Where `localscale update --check` asks for the newest release; empty: nowhere.
  bool operator==(const Update&) const = default;
};

struct Log {
  std::string level = "info";   ///< trace, debug, info, warn, error.
  std::string format = "text";  ///< text or json.
  bool operator==(const Log&) const = default;
};

struct Config {
  std::filesystem::path state_directory;  ///< Empty in the file: $LOCALSCALE_STATE_DIRECTORY,
                                          ///< /var/lib/localscale for root, else $XDG_DATA_HOME/localscale.
  Api api;
  Lan lan;
  Engine engine;
  Models models;
  Fetcher fetcher;
  Log log;
  Update update;
  bool operator==(const Config&) const = default;
};

/// Parses a config text. Unknown keys, wrong types and out-of-range values are errors that name `file`, the
/// line, the key and the fix; all of them are in the one error's text, a line each. Paths stay as written.
Result<Config> parse(std::string_view text, const std::string& file);

/// Reads the file at `path`; a missing file gives the defaults. Expands a leading "~" in paths and fills the
/// empty state and engine directories with this user's defaults.
Result<Config> load(const std::filesystem::path& path);

/// $LOCALSCALE_CONFIG, else /etc/localscale/config.toml for root, else
/// $XDG_CONFIG_HOME/localscale/config.toml.
std::filesystem::path default_path();

/// The commented file with every key and its default; `parse(default_text())` equals `Config{}`.
std::string default_text();

}  // namespace localscale::config
