// C++ values to and from PostgreSQL's binary formats. Everything travels in binary: bytea doubles
// in text, and numbers and times need no parsing.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace varde::db {

using Oid = unsigned int;

/// A bytea, as opposed to text.
struct Bytes {
  std::string data;
  bool operator==(const Bytes&) const = default;
};

/// A jsonb (or, of a result, a json), as serialised text.
struct Json {
  std::string text;
  bool operator==(const Json&) const = default;
};

namespace oid {
inline constexpr Oid kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23, kText = 25,
                     kFloat8 = 701, kVarchar = 1043, kDate = 1082, kTimestamptz = 1184,
                     kUuid = 2950, kJson = 114, kJsonb = 3802;
inline constexpr Oid kByteaArray = 1001, kInt2Array = 1005, kInt4Array = 1007, kTextArray = 1009,
                     kInt8Array = 1016, kFloat8Array = 1022, kTimestamptzArray = 1185,
                     kUuidArray = 2951, kBoolArray = 1000;
}  // namespace oid

namespace detail {

inline void put_be(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    out += static_cast<char>(value >> shift);
}
inline std::uint64_t get_be(const char* at, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<unsigned char>(at[i]);
  return value;
}
/// PostgreSQL counts time from 2000-01-01.
inline constexpr std::int64_t kEpochShiftUs = 946684800LL * 1000000;
inline constexpr std::int64_t kEpochShiftDays = 10957;

[[noreturn]] void wrong_type(const char* wanted, Oid got);

}  // namespace detail

/// Codec<T>: `oid`, `array_oid`, `encode` (appends) and `decode`. A type without one does not
/// compile.
template <class T>
struct Codec;

template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
struct Codec<T> {
  static constexpr Oid oid = oid::kInt8, array_oid = oid::kInt8Array;
  static void encode(std::string& out, T value) {
    detail::put_be(out, static_cast<std::uint64_t>(static_cast<std::int64_t>(value)), 8);
  }
  static T decode(Oid type, const char* data, int size) {
    if (type != oid::kInt8 && type != oid::kInt4 && type != oid::kInt2)
      detail::wrong_type("an integer", type);
    auto bits = detail::get_be(data, static_cast<std::size_t>(size));
    if (size == 2) return static_cast<T>(static_cast<std::int16_t>(bits));
    if (size == 4) return static_cast<T>(static_cast<std::int32_t>(bits));
    return static_cast<T>(static_cast<std::int64_t>(bits));
  }
};

template <class T>
  requires(std::is_enum_v<T>)
struct Codec<T> {  // enums are smallints: an SQL enum's `=` is not leakproof, and so no index
                   // serves it under row security
  static constexpr Oid oid = oid::kInt8, array_oid = oid::kInt8Array;
  static void encode(std::string& out, T value) {
    Codec<std::int64_t>::encode(out, static_cast<std::int64_t>(value));
  }
  static T decode(Oid type, const char* data, int size) {
    return static_cast<T>(Codec<std::int64_t>::decode(type, data, size));
  }
};

template <>
struct Codec<bool> {
  static constexpr Oid oid = oid::kBool, array_oid = oid::kBoolArray;
  static void encode(std::string& out, bool value) { out += value ? '\1' : '\0'; }
  static bool decode(Oid type, const char* data, int) {
    if (type != oid::kBool) detail::wrong_type("a boolean", type);
    return *data != 0;
  }
};

template <>
struct Codec<double> {
  static constexpr Oid oid = oid::kFloat8, array_oid = oid::kFloat8Array;
  static void encode(std::string& out, double value) {
    std::uint64_t bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    detail::put_be(out, bits, 8);
  }
  static double decode(Oid type, const char* data, int size) {
    if (type == oid::kInt8 || type == oid::kInt4 || type == oid::kInt2)
      return static_cast<double>(Codec<std::int64_t>::decode(type, data, size));
    if (type != oid::kFloat8) detail::wrong_type("a double", type);
    auto bits = detail::get_be(data, 8);
    double value;
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
  }
};

template <>
struct Codec<std::string> {
  static constexpr Oid oid = oid::kText, array_oid = oid::kTextArray;
  static void encode(std::string& out, std::string_view value) { out += value; }
  static std::string decode(Oid type, const char* data, int size) {
    if (type != oid::kText && type != oid::kVarchar && type != 19 && type != 18)
      detail::wrong_type("text", type);
    return {data, static_cast<std::size_t>(size)};
  }
};

template <>
struct Codec<std::string_view> {
  static constexpr Oid oid = oid::kText, array_oid = oid::kTextArray;
  static void encode(std::string& out, std::string_view value) { out += value; }
};

template <>
struct Codec<Bytes> {
  static constexpr Oid oid = oid::kBytea, array_oid = oid::kByteaArray;
  static void encode(std::string& out, const Bytes& value) { out += value.data; }
  static Bytes decode(Oid type, const char* data, int size) {
    if (type != oid::kBytea) detail::wrong_type("bytea", type);
    return {{data, static_cast<std::size_t>(size)}};
  }
};

template <>
struct Codec<Json> {
  static constexpr Oid oid = oid::kJsonb, array_oid = 3807;
  static void encode(std::string& out, const Json& value) {
    out += '\1';  // the version of jsonb's binary format
    out += value.text;
  }
  static Json decode(Oid type, const char* data, int size) {
    if (type == oid::kJson) return {{data, static_cast<std::size_t>(size)}};
    if (type != oid::kJsonb) detail::wrong_type("jsonb", type);
    return {{data + 1, static_cast<std::size_t>(size - 1)}};
  }
};

template <>
struct Codec<Uuid> {
  static constexpr Oid oid = oid::kUuid, array_oid = oid::kUuidArray;
  static void encode(std::string& out, const Uuid& value) { out += value.view(); }
  static Uuid decode(Oid type, const char* data, int) {
    if (type != oid::kUuid) detail::wrong_type("uuid", type);
    Uuid id;
    __builtin_memcpy(id.bytes.data(), data, 16);
    return id;
  }
};

template <>
struct Codec<Timestamp> {
  static constexpr Oid oid = oid::kTimestamptz, array_oid = oid::kTimestamptzArray;
  static void encode(std::string& out, Timestamp value) {
    detail::put_be(
        out, static_cast<std::uint64_t>(value.time_since_epoch().count() - detail::kEpochShiftUs),
        8);
  }
  static Timestamp decode(Oid type, const char* data, int) {
    if (type != oid::kTimestamptz) detail::wrong_type("timestamptz", type);
    return Timestamp(
        Duration(static_cast<std::int64_t>(detail::get_be(data, 8)) + detail::kEpochShiftUs));
  }
};

template <>
struct Codec<Date> {
  static constexpr Oid oid = oid::kDate, array_oid = 1182;
  static void encode(std::string& out, Date value) {
    auto days = std::chrono::sys_days(value).time_since_epoch().count() - detail::kEpochShiftDays;
    detail::put_be(out, static_cast<std::uint32_t>(days), 4);
  }
  static Date decode(Oid type, const char* data, int) {
    if (type != oid::kDate) detail::wrong_type("date", type);
    auto days = static_cast<std::int32_t>(detail::get_be(data, 4));
    return {std::chrono::sys_days(std::chrono::days(days + detail::kEpochShiftDays))};
  }
};

template <class T>
struct Codec<std::vector<T>> {  // one-dimensional arrays without NULLs
  static constexpr Oid oid = Codec<T>::array_oid, array_oid = 0;
  static void encode(std::string& out, const std::vector<T>& values) {
    detail::put_be(out, values.empty() ? 0 : 1, 4);
    detail::put_be(out, 0, 4);
    detail::put_be(out, Codec<T>::oid, 4);
    if (values.empty()) return;
    detail::put_be(out, values.size(), 4);
    detail::put_be(out, 1, 4);
    for (const auto& value : values) {
      auto at = out.size();
      out.append(4, '\0');
      Codec<T>::encode(out, value);
      auto size = out.size() - at - 4;
      for (std::size_t i = 0; i < 4; ++i) out[at + i] = static_cast<char>(size >> (24 - 8 * i));
    }
  }
  static std::vector<T> decode(Oid, const char* data, int) {
    std::vector<T> out;
    auto dimensions = detail::get_be(data, 4);
    auto element = static_cast<Oid>(detail::get_be(data + 8, 4));
    if (dimensions == 0) return out;
    if (dimensions != 1) throw std::logic_error("only one-dimensional arrays are read");
    auto count = detail::get_be(data + 12, 4);
    const char* at = data + 20;
    out.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      auto size = static_cast<std::int32_t>(detail::get_be(at, 4));
      if (size < 0) throw std::logic_error("an array holds NULL where none is expected");
      out.push_back(Codec<T>::decode(element, at + 4, size));
      at += 4 + size;
    }
    return out;
  }
};

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {
  using inner = T;
};

/// The parameters of one statement, encoded one after the other into one buffer.
class Params {
 public:
  Params() = default;
  template <class T>
  void add(const T& value) {
    if constexpr (is_optional<T>::value) {
      using Inner = typename is_optional<T>::inner;
      if (value) {
        add(*value);
      } else {
        add_null(Codec<Inner>::oid);
      }
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
      add_text(value);
    } else {
      Codec<T>::encode(begin(Codec<T>::oid), value);
      end();
    }
  }
  std::size_t size() const { return types_.size(); }
  const std::vector<Oid>& types() const { return types_; }
  /// Fills the arrays that PQsendQueryPrepared wants.
  void arrays(std::vector<const char*>& values, std::vector<int>& lengths,
              std::vector<int>& formats) const;

 private:
  static constexpr std::size_t kNull = SIZE_MAX;
  void add_null(Oid type);
  void add_text(std::string_view text);
  std::string& begin(Oid type);
  void end();
  std::string buffer_;
  std::vector<std::size_t> offsets_, ends_;
  std::vector<Oid> types_;
};

template <class... A>
Params params(const A&... values) {
  Params out;
  (out.add(values), ...);
  return out;
}

}  // namespace varde::db
