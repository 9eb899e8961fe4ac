#include "engine/launcher.hpp"

namespace localscale::engine {

std::string_view name(CacheType type) {
  switch (type) {
    case CacheType::f16:
      return "f16";
    case CacheType::f32:
      return "f32";
    case CacheType::q8_0:
      return "q8_0";
  }
  return "f16";
}

}  // namespace localscale::engine
