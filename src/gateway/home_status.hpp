#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace localscale::gateway {

/// A wall of the confinement as the start-up self-test found it.
struct Wall {
  std::string name;  ///< "network", "seccomp", "landlock", …
  bool stands = false;
  std::string detail;  ///< Why it is missing, or what was tried.
};

/// A listener.
struct DoorState {
  std::string name;  ///< "loopback", "ollama", "lan", "admin".
  std::string url;   ///< "http://127.0.0.1:7411"; empty while it is closed.
  std::string note;  ///< Why it is closed; empty otherwise.
};

/// How devices on the LAN reach this home, and what they trust it by.
struct LanAccess {
  std::vector<std::string> urls;  ///< "https://192.168.1.20:7443/"; addresses first. Empty: the door is shut.
  std::string ca_file;            ///< The CA's certificate; empty without TLS.
  std::string ca_sha256;          ///< Of the certificate in DER, lower-case hexadecimal; empty without TLS.
};

/// What the house knows about itself.
struct HomeState {
  std::string word;    ///< One word: "ready", "starting", "draining", "degraded", …
  std::string reason;  ///< Why, in one sentence.
  std::int64_t started_unix_s = 0;
  double load_1min = 0;
  std::uint64_t memory_available_bytes = 0;
  std::uint64_t memory_total_bytes = 0;
  std::vector<Wall> walls;
  std::vector<DoorState> doors;
  LanAccess lan;
  std::optional<double> watts{};  ///< Of the processor and its memory; nothing where it cannot be read.
  std::string power_note{};       ///< For people: what is measured, or why nothing is.
};

/// Implemented by the house; called on its executor.
class HomeStatus {
 public:
  virtual ~HomeStatus() = default;
  [[nodiscard]] virtual HomeState state() const = 0;
};

}  // namespace localscale::gateway
