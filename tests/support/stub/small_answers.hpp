#pragma once

#include <string>
#include <string_view>

#include "net/http.hpp"

namespace localscale::stub {

/// The endpoints that answer at once: embeddings, tokens, templates, ranking.
struct SmallAnswers {
  std::string model;
  bool embeddings = false;
  bool reranking = false;

  [[nodiscard]] net::Response answer(std::string_view path, std::string_view body) const;
};

}  // namespace localscale::stub
