#include "engine/gguf.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/gguf_cursor.hpp"
#include "engine/gguf_types.hpp"

namespace localscale::engine {
namespace {

constexpr std::uint32_t magic = 0x46554747;  // "GGUF"
constexpr std::uint64_t max_alignment = 1ULL << 20;

/// The numbers of value types in the file format.
enum class ValueType : std::uint32_t {
  u8 = 0,
  i8 = 1,
  u16 = 2,
  i16 = 3,
  u32 = 4,
  i32 = 5,
  f32 = 6,
  boolean = 7,
  string = 8,
  array = 9,
  u64 = 10,
  i64 = 11,
  f64 = 12,
};

/// Bytes of one value; 0 for strings, arrays and unknown types.
std::uint64_t width(ValueType type) {
  switch (type) {
    case ValueType::u8:
    case ValueType::i8:
    case ValueType::boolean:
      return 1;
    case ValueType::u16:
    case ValueType::i16:
      return 2;
    case ValueType::u32:
    case ValueType::i32:
    case ValueType::f32:
      return 4;
    case ValueType::u64:
    case ValueType::i64:
    case ValueType::f64:
      return 8;
    case ValueType::string:
    case ValueType::array:
      return 0;
  }
  return 0;
}

bool is_integer(ValueType type) {
  return width(type) != 0 && type != ValueType::f32 && type != ValueType::f64;
}

template <class Stored, class Kept>
Result<GgufValue> number_value(GgufCursor& in, std::string_view key) {
  return in.read<Stored>(key).map([](Stored value) { return GgufValue(static_cast<Kept>(value)); });
}

Result<GgufValue> read_scalar(GgufCursor& in, ValueType type, std::string_view key) {
  switch (type) {
    case ValueType::u8:
      return number_value<std::uint8_t, std::uint64_t>(in, key);
    case ValueType::i8:
      return number_value<std::int8_t, std::int64_t>(in, key);
    case ValueType::u16:
      return number_value<std::uint16_t, std::uint64_t>(in, key);
    case ValueType::i16:
      return number_value<std::int16_t, std::int64_t>(in, key);
    case ValueType::u32:
      return number_value<std::uint32_t, std::uint64_t>(in, key);
    case ValueType::i32:
      return number_value<std::int32_t, std::int64_t>(in, key);
    case ValueType::u64:
      return number_value<std::uint64_t, std::uint64_t>(in, key);
    case ValueType::i64:
      return number_value<std::int64_t, std::int64_t>(in, key);
    case ValueType::f32:
      return number_value<float, double>(in, key);
    case ValueType::f64:
      return number_value<double, double>(in, key);
    case ValueType::boolean:
      return in.read<std::uint8_t>(key).map([](std::uint8_t value) { return GgufValue(value != 0); });
    case ValueType::string:
    case ValueType::array:
      break;
  }
  return in.damaged(key, "has an unknown value type");
}

Result<GgufValue> read_string_value(GgufCursor& in, std::string_view key) {
  auto text = in.read_or_skip_string(key, in.limits().max_string_bytes);
  if (!text) return tl::unexpected<Error>(text.error());
  if (!*text) return GgufValue{};
  if (auto kept = in.reserve((*text)->size(), key); !kept) return tl::unexpected<Error>(kept.error());
  return GgufValue(std::move(**text));
}

Result<void> skip_strings(GgufCursor& in, std::uint64_t count, std::string_view key) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto length = in.read<std::uint64_t>(key);
    if (!length) return tl::unexpected<Error>(length.error());
    if (auto done = in.skip(*length, key); !done) return done;
  }
  return {};
}

std::int64_t as_signed(const GgufValue& value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return static_cast<std::int64_t>(*number);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
  return 0;
}

Result<GgufValue> read_array(GgufCursor& in, std::string_view key) {
  const auto type_number = in.read<std::uint32_t>(key);
  if (!type_number) return tl::unexpected<Error>(type_number.error());
  const auto count = in.read<std::uint64_t>(key);
  if (!count) return tl::unexpected<Error>(count.error());
  const auto type = static_cast<ValueType>(*type_number);
  GgufArray array{*count, {}};
  if (type == ValueType::string) {
    if (auto done = skip_strings(in, *count, key); !done) return tl::unexpected<Error>(done.error());
    return GgufValue(std::move(array));
  }
  const auto bytes = width(type);
  if (bytes == 0) return in.damaged(key, "is an array of an unknown type or of arrays");
  if (!is_integer(type) || *count > in.limits().max_kept_elements) {
    if (*count > UINT64_MAX / bytes) return in.damaged(key, "is an impossibly long array");
    if (auto done = in.skip(*count * bytes, key); !done) return tl::unexpected<Error>(done.error());
    return GgufValue(std::move(array));
  }
  if (auto kept = in.reserve(*count * sizeof(std::int64_t), key); !kept)
    return tl::unexpected<Error>(kept.error());
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto element = read_scalar(in, type, key);
    if (!element) return tl::unexpected<Error>(element.error());
    array.integers.push_back(as_signed(*element));
  }
  return GgufValue(std::move(array));
}

Result<GgufValue> read_value(GgufCursor& in, std::string_view key) {
  const auto type_number = in.read<std::uint32_t>(key);
  if (!type_number) return tl::unexpected<Error>(type_number.error());
  const auto type = static_cast<ValueType>(*type_number);
  if (type == ValueType::string) return read_string_value(in, key);
  if (type == ValueType::array) return read_array(in, key);
  return read_scalar(in, type, key);
}

Result<void> read_values(GgufCursor& in, std::uint64_t count, GgufHeader& header) {
  for (std::uint64_t i = 0; i < count; ++i) {
    auto key = in.read_string("the name of key " + std::to_string(i + 1), in.limits().max_key_bytes);
    if (!key) return tl::unexpected<Error>(key.error());
    if (key->empty()) return in.damaged("the name of key " + std::to_string(i + 1), "is empty");
    if (header.values.contains(*key)) return in.damaged("key '" + *key + "'", "appears twice");
    if (auto kept = in.reserve(key->size() + sizeof(GgufValue), *key); !kept) return kept;
    auto value = read_value(in, "key '" + *key + "'");
    if (!value) return tl::unexpected<Error>(value.error());
    header.values.emplace(std::move(*key), std::move(*value));
  }
  return {};
}

/// Sets elements and bytes from shape and type; every product is checked.
Result<void> measure(GgufCursor& in, GgufTensor& tensor, std::string_view field) {
  const auto type = tensor_type(tensor.type);
  if (!type) return in.unsupported(field, "has the unknown tensor type " + std::to_string(tensor.type));
  tensor.elements = 1;
  for (const auto length : tensor.shape) {
    if (length == 0 || length > static_cast<std::uint64_t>(INT64_MAX) / tensor.elements) {
      return in.damaged(field, "has an impossible shape");
    }
    tensor.elements *= length;
  }
  if (tensor.shape[0] % type->elements != 0) {
    return in.damaged(field,
                      "has rows that are no multiple of its block of " + std::to_string(type->elements));
  }
  const auto blocks = tensor.elements / type->elements;
  if (blocks > static_cast<std::uint64_t>(INT64_MAX) / type->bytes)
    return in.damaged(field, "has an impossible size");
  tensor.bytes = blocks * type->bytes;
  return {};
}

Result<GgufTensor> read_tensor(GgufCursor& in, std::uint64_t number, std::uint64_t& offset) {
  GgufTensor tensor;
  auto name =
      in.read_string("the name of tensor " + std::to_string(number), in.limits().max_tensor_name_bytes);
  if (!name) return tl::unexpected<Error>(name.error());
  tensor.name = std::move(*name);
  const auto field = "tensor '" + tensor.name + "'";
  if (auto kept = in.reserve(tensor.name.size() + sizeof(GgufTensor), field); !kept)
    return tl::unexpected<Error>(kept.error());
  const auto dimensions = in.read<std::uint32_t>(field);
  if (!dimensions) return tl::unexpected<Error>(dimensions.error());
  if (*dimensions > tensor.shape.size()) return in.damaged(field, "has more than 4 dimensions");
  for (std::uint32_t i = 0; i < *dimensions; ++i) {
    const auto length = in.read<std::uint64_t>(field);
    if (!length) return tl::unexpected<Error>(length.error());
    tensor.shape.at(i) = *length;
  }
  const auto type = in.read<std::uint32_t>(field);
  if (!type) return tl::unexpected<Error>(type.error());
  tensor.type = *type;
  const auto at = in.read<std::uint64_t>(field);
  if (!at) return tl::unexpected<Error>(at.error());
  offset = *at;
  if (auto measured = measure(in, tensor, field); !measured) return tl::unexpected<Error>(measured.error());
  return tensor;
}

std::uint64_t padded(std::uint64_t bytes, std::uint64_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

/// Reads all tensor descriptions. As in the engine, their data must follow each other in order without gaps.
/// `data_bytes` is where the last one ends, counted from the data's begin.
Result<void> read_tensors(GgufCursor& in, std::uint64_t count, std::uint64_t alignment, GgufHeader& header,
                          std::uint64_t& data_bytes) {
  std::set<std::string> names;
  std::uint64_t expected = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t offset = 0;
    auto tensor = read_tensor(in, i + 1, offset);
    if (!tensor) return tl::unexpected<Error>(tensor.error());
    const auto field = "tensor '" + tensor->name + "'";
    if (!names.insert(tensor->name).second) return in.damaged(field, "appears twice");
    if (offset != expected)
      return in.damaged(field,
                        "lies at offset " + std::to_string(offset) + ", not " + std::to_string(expected));
    if (tensor->bytes > header.file_bytes - std::min(expected, header.file_bytes)) {
      return in.damaged(field, "ends beyond the end of the file: the file is cut short");
    }
    data_bytes = expected + tensor->bytes;
    expected = padded(data_bytes, alignment);
    header.tensors.push_back(std::move(*tensor));
  }
  return {};
}

Result<std::uint64_t> alignment_of(GgufCursor& in, const GgufHeader& header) {
  const auto found = header.values.find("general.alignment");
  if (found == header.values.end()) return 32;
  const auto* value = std::get_if<std::uint64_t>(&found->second);
  if (value == nullptr || *value == 0 || (*value & (*value - 1)) != 0 || *value > max_alignment) {
    return in.damaged("key 'general.alignment'", "is not a power of two up to 1 MiB");
  }
  return *value;
}

struct Counts {
  std::uint64_t tensors = 0;
  std::uint64_t keys = 0;
};

Result<Counts> read_preamble(GgufCursor& in, GgufHeader& header) {
  const auto found_magic = in.read<std::uint32_t>("the file's first word");
  if (!found_magic) return tl::unexpected<Error>(found_magic.error());
  if (*found_magic != magic) return in.damaged("the file's first word", "is not 'GGUF'");
  const auto version = in.read<std::uint32_t>("the format version");
  if (!version) return tl::unexpected<Error>(version.error());
  if (*version < 2 || *version > 3) {
    const bool swapped = (*version & 0xFFFFU) == 0;
    return in.unsupported("the format version",
                          swapped ? "is big endian" : "is " + std::to_string(*version) + ", not 2 or 3");
  }
  header.version = *version;
  const auto tensors = in.read<std::uint64_t>("the number of tensors");
  if (!tensors) return tl::unexpected<Error>(tensors.error());
  if (*tensors > in.limits().max_tensors) return in.damaged("the number of tensors", "is impossibly large");
  const auto keys = in.read<std::uint64_t>("the number of keys");
  if (!keys) return tl::unexpected<Error>(keys.error());
  if (*keys > in.limits().max_keys) return in.damaged("the number of keys", "is impossibly large");
  return Counts{*tensors, *keys};
}

}  // namespace

Result<GgufHeader> read_gguf(ByteSource& source, std::string_view file, const GgufLimits& limits) {
  GgufCursor in(source, file, limits);
  GgufHeader header;
  header.file_bytes = source.size();
  const auto counts = read_preamble(in, header);
  if (!counts) return tl::unexpected<Error>(counts.error());
  if (auto done = read_values(in, counts->keys, header); !done) return tl::unexpected<Error>(done.error());
  const auto alignment = alignment_of(in, header);
  if (!alignment) return tl::unexpected<Error>(alignment.error());
  std::uint64_t data_bytes = 0;
  if (auto done = read_tensors(in, counts->tensors, *alignment, header, data_bytes); !done) {
    return tl::unexpected<Error>(done.error());
  }
  header.data_offset = padded(in.position(), *alignment);
  if (counts->tensors != 0 &&
      (header.data_offset > header.file_bytes || data_bytes > header.file_bytes - header.data_offset)) {
    return in.damaged("the tensor data", "ends beyond the end of the file: the file is cut short");
  }
  return header;
}

std::optional<std::uint64_t> GgufHeader::number(std::string_view key) const {
  const auto found = values.find(key);
  if (found == values.end()) return std::nullopt;
  if (const auto* value = std::get_if<std::uint64_t>(&found->second)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&found->second); value != nullptr && *value >= 0) {
    return static_cast<std::uint64_t>(*value);
  }
  return std::nullopt;
}

std::string_view GgufHeader::text(std::string_view key) const {
  const auto found = values.find(key);
  const auto* value = found == values.end() ? nullptr : std::get_if<std::string>(&found->second);
  return value == nullptr ? std::string_view{} : std::string_view(*value);
}

std::optional<bool> GgufHeader::flag(std::string_view key) const {
  const auto found = values.find(key);
  const auto* value = found == values.end() ? nullptr : std::get_if<bool>(&found->second);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

const GgufArray* GgufHeader::array(std::string_view key) const {
  const auto found = values.find(key);
  return found == values.end() ? nullptr : std::get_if<GgufArray>(&found->second);
}

}  // namespace localscale::engine
