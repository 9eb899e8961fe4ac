#include <cmath>
#include <utility>

#include "gateway/json.hpp"
#include "gateway/ollama_answer.hpp"

namespace localscale::gateway {
namespace {

/// The vectors of an OpenAI embeddings answer, ordered by index.
Result<Json> vectors_of(const Json& engine) {
  const Json& data = member(engine, "data");
  if (!data.is_array()) return fail(Errc::internal, "The engine's embeddings answer has no data.");
  Json vectors = Json::array();
  for (std::size_t i = 0; i < data.size(); ++i) vectors.push_back(nullptr);
  for (std::size_t i = 0; i < data.size(); ++i) {
    const Json& index = member(data[i], "index");
    const std::size_t at = index.is_number_unsigned() ? index.get<std::size_t>() : i;
    const Json& vector = member(data[i], "embedding");
    if (at >= vectors.size() || !vector.is_array())
      return fail(Errc::internal, "The engine sent a broken embedding.");
    vectors[at] = vector;
  }
  return vectors;
}

/// The first `dimensions` numbers, scaled to length one again.
Json cut(const Json& vector, std::uint32_t dimensions) {
  double square = 0;
  for (std::size_t i = 0; i < dimensions; ++i) square += vector[i].get<double>() * vector[i].get<double>();
  const double scale = square > 0 ? 1 / std::sqrt(square) : 1;
  Json shorter = Json::array();
  for (std::size_t i = 0; i < dimensions; ++i)
    shorter.push_back(static_cast<float>(vector[i].get<double>() * scale));
  return shorter;
}

bool all_numbers(const Json& vector) {
  for (const Json& number : vector) {
    if (!number.is_number()) return false;
  }
  return true;
}

}  // namespace

Result<std::string> ollama_embed_answer(std::string_view engine_body, const std::string& shown_model,
                                        std::uint32_t dimensions, const AnswerTimes& times) {
  const Json engine = Json::parse(engine_body, nullptr, false);
  auto vectors = vectors_of(engine);
  if (!vectors) return tl::unexpected(vectors.error());
  for (Json& vector : *vectors) {
    if (dimensions > 0 && vector.size() > dimensions && all_numbers(vector)) vector = cut(vector, dimensions);
  }
  const Json& tokens = member(member(engine, "usage"), "prompt_tokens");
  return dump({{"model", shown_model},
               {"embeddings", std::move(*vectors)},
               {"total_duration", times.total.count()},
               {"load_duration", times.load.count()},
               {"prompt_eval_count", tokens.is_number() ? tokens : Json(0)}});
}

Result<std::string> ollama_embeddings_answer(std::string_view engine_body) {
  auto vectors = vectors_of(Json::parse(engine_body, nullptr, false));
  if (!vectors) return tl::unexpected(vectors.error());
  return dump({{"embedding", vectors->empty() ? Json(Json::array()) : vectors->front()}});
}

}  // namespace localscale::gateway
