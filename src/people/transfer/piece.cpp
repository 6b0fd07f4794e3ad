// Pieces of an uploaded file, as they are kept: packed, then sealed.
//
// A file in the database costs its size three times more (the log, its archive, the backup). Tables
// shrink to a third or less, so that the whole of it costs about as much as the file once did.
#include <zlib.h>

#include "people/transfer/internal.hpp"

namespace varde::people {

namespace {

constexpr int kFast = 1;
constexpr std::size_t kMost = 64U << 20;  // far more than a piece ever holds

std::string pack(std::string_view plain) {
  uLongf size = compressBound(plain.size());
  std::string out(4 + size, '\0');
  for (int i = 0; i < 4; ++i)
    out[static_cast<std::size_t>(i)] = static_cast<char>(plain.size() >> (8 * i));
  if (compress2(reinterpret_cast<Bytef*>(out.data() + 4), &size,
                reinterpret_cast<const Bytef*>(plain.data()), plain.size(), kFast) != Z_OK)
    throw std::bad_alloc();
  out.resize(4 + size);
  return out;
}

std::optional<std::string> unpack(std::string_view packed) {
  if (packed.size() < 4) return std::nullopt;
  std::size_t size = 0;
  for (int i = 3; i >= 0; --i)
    size = size << 8 | static_cast<unsigned char>(packed[static_cast<std::size_t>(i)]);
  if (size > kMost) return std::nullopt;
  std::string out(size, '\0');
  uLongf got = size;
  if (uncompress(reinterpret_cast<Bytef*>(out.data()), &got,
                 reinterpret_cast<const Bytef*>(packed.data() + 4), packed.size() - 4) != Z_OK ||
      got != size)
    return std::nullopt;
  return out;
}

std::string packed_context(const Uuid& id, std::int64_t number) {
  return piece_context(id, 1, number) + ":packed";
}

}  // namespace

std::string seal_piece(const crypto::Key& key, const Uuid& id, std::int64_t number,
                       std::string_view plain) {
  return crypto::seal(key, pack(plain), packed_context(id, number));
}

std::optional<std::string> open_piece(const crypto::Key& key, const Uuid& id, std::int64_t number,
                                      std::string_view sealed) {
  if (auto packed = crypto::open(key, sealed, packed_context(id, number))) return unpack(*packed);
  return crypto::open(key, sealed, piece_context(id, 1, number));  // from before they were packed
}

std::string warned_row_context(const Uuid& import_id, const Uuid& person) {
  return fmt::format("import:{}:warned:{}", import_id.str(), person.str());
}

std::string pack_rows(const std::vector<WarnedRow>& rows) {
  std::string out;
  for (const auto& row : rows) {
    out += row.person.view();
    for (int i = 0; i < 4; ++i) out += static_cast<char>(row.sealed.size() >> (8 * i));
    out += row.sealed;
  }
  return out;
}

std::vector<WarnedRow> unpack_rows(std::string_view packed) {
  std::vector<WarnedRow> out;
  while (packed.size() >= 20) {
    WarnedRow row;
    std::ranges::copy(packed.substr(0, 16), row.person.bytes.begin());
    std::size_t size = 0;
    for (std::size_t i = 4; i-- > 0;) size = size << 8 | static_cast<unsigned char>(packed[16 + i]);
    packed.remove_prefix(20);
    if (size > packed.size()) break;
    row.sealed = packed.substr(0, size);
    packed.remove_prefix(size);
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace varde::people
