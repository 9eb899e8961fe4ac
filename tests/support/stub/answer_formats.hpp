#pragma once

#include "stub/answer.hpp"

namespace localscale::stub {

inline constexpr std::string_view kBuild = "b1-stub";

/// The `timings` object, as if the script's rate had been measured.
std::string timings(const Ask& ask);

std::unique_ptr<AnswerFormat> make_openai_format(const Ask& ask);
std::unique_ptr<AnswerFormat> make_messages_format(const Ask& ask);
std::unique_ptr<AnswerFormat> make_responses_format(const Ask& ask);

}  // namespace localscale::stub
