#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "mesh/fetcher/range_set.hpp"
#include "mesh/fetcher/registries.hpp"
#include "mesh/fetcher/retry.hpp"

namespace localscale::mesh::fetcher {

/// The head of an HTTP answer.
struct Head {
  long status = 0;
  std::vector<std::pair<std::string, std::string>> fields;  ///< Names in lower case.

  [[nodiscard]] std::string_view get(std::string_view name) const;  ///< Empty if absent.
  [[nodiscard]] bool redirects() const;
};

struct TransferOptions {
  std::string accept = "*/*";
  std::string token;  ///< Sent as Authorization: Bearer; empty: none.
  std::optional<Range> range;
  std::chrono::seconds longest{0};  ///< For the whole transfer; 0: no limit.
  std::chrono::seconds stall{20};   ///< Below 1 byte/s for this long: CURLE_OPERATION_TIMEDOUT.
};

/// One GET with libcurl. Redirects are not followed; the connected address is checked against `registries`.
/// Callbacks run inside curl_multi_perform; answering false ends the transfer with CURLE_WRITE_ERROR.
class Transfer {
 public:
  using OnHead = std::function<bool(const Head&)>;
  using OnBody = std::function<bool(std::span<const std::byte>)>;

  Transfer(const Registries& registries, const Url& url, const TransferOptions& options, OnHead on_head,
           OnBody on_body);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  [[nodiscard]] void* easy() const;  ///< A CURL*.
  [[nodiscard]] const Head& head() const;
  [[nodiscard]] std::chrono::seconds retry_after() const;
  /// Why the transfer failed with CURLcode `code`: names the host, never a token or query.
  [[nodiscard]] Error explain(int code) const;
  /// What stands behind its failure `code`.
  [[nodiscard]] Trouble trouble(int code) const;
  /// The name resolved only to addresses that are refused.
  [[nodiscard]] bool address_refused() const;

  /// libcurl's callbacks need it complete.
  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace localscale::mesh::fetcher
