// Never part of a program: each ATTEMPT takes a value out of its label in a way that must not compile
// (core/CMakeLists.txt). 0 is what is allowed.
#include <iostream>
#include <string>

#include "core/privacy/labeled.hpp"

using namespace localscale::core::privacy;

void attempt(const Labeled<std::string>& secret) {
  std::string out;
  const auto length = secret.map([](const std::string& text) { return text.size(); });
  if (const std::string* text = secret.value_for(Tier::neighbourhood)) out = *text;
#if ATTEMPT == 1
  out = secret;
  std::string copy = secret;
#elif ATTEMPT == 2
  out = secret.value_;
#elif ATTEMPT == 3
  static_cast<void>(secret.map([&out](const std::string& text) { return (out = text).size(); }));
#elif ATTEMPT == 4
  static_cast<void>(lower_label(secret, Label::low));
#elif ATTEMPT == 5
  static_cast<void>(Labeled<std::string>(out, Label::low).value_for(Tier::global));
#elif ATTEMPT == 6
  static_cast<void>(LoweringReason("because"));
  static_cast<void>(LoweringReason{});
#elif ATTEMPT == 7
  std::cout << secret;
#endif
  static_cast<void>(lower_label(length, Label::low, LoweringReason::release_rule("length")));
}
