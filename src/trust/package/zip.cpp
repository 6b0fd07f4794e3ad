#include "trust/package/zip.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <exception>
#include <optional>
#include <stdexcept>

namespace varde::trust {

struct ZipWriter::Impl {
  std::function<bool(std::string_view)> out;
  std::time_t at = 0;
  struct archive* archive = nullptr;
  bool gone = false;
  std::exception_ptr thrown;  // no exception crosses the C library

  static la_ssize_t write(struct archive*, void* self, const void* bytes, std::size_t size) {
    auto& impl = *static_cast<Impl*>(self);
    if (impl.gone) return -1;
    try {
      if (impl.out({static_cast<const char*>(bytes), size})) return static_cast<la_ssize_t>(size);
    } catch (...) {
      impl.thrown = std::current_exception();
    }
    impl.gone = true;
    return -1;
  }

  bool ok(int result) {
    if (thrown) std::rethrow_exception(std::exchange(thrown, nullptr));
    if (gone) return false;
    if (result >= ARCHIVE_WARN) return true;
    const char* what = archive_error_string(archive);
    throw std::runtime_error(std::string("the archive cannot be written: ") +
                             (what != nullptr ? what : "no memory"));
  }

  // Without a size, it stands after the bytes (APPNOTE 4.3.9).
  bool header(const std::string& name, std::optional<std::size_t> size) {
    std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                        archive_entry_free);
    if (entry == nullptr) throw std::bad_alloc();
    archive_entry_set_pathname(entry.get(), name.c_str());
    if (size) archive_entry_set_size(entry.get(), static_cast<la_int64_t>(*size));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_mtime(entry.get(), at, 0);
    return ok(archive_write_header(archive, entry.get()));
  }
};

ZipWriter::ZipWriter(std::function<bool(std::string_view)> out, Timestamp at)
    : impl_(std::make_unique<Impl>()) {
  impl_->out = std::move(out);
  impl_->at = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(at));
  impl_->archive = archive_write_new();
  if (impl_->archive == nullptr) throw std::bad_alloc();
  archive_write_set_format_zip(impl_->archive);
  archive_write_set_bytes_per_block(impl_->archive, 0);
  archive_write_set_bytes_in_last_block(impl_->archive, 1);
  impl_->ok(archive_write_open(impl_->archive, impl_.get(), nullptr, Impl::write, nullptr));
}

ZipWriter::~ZipWriter() {
  // Not finished: nothing more is to be written.
  impl_->gone = true;
  archive_write_free(impl_->archive);
}

bool ZipWriter::add(const std::string& name, std::string_view bytes, bool packed) {
  // Beyond this libarchive writes a third form; as one of unknown size it is written as any other.
  constexpr std::size_t kMostKnown = 0xff000000;
  if (bytes.size() > kMostKnown) return begin(name) && write(bytes) && end();
  auto* archive = impl_->archive;
  if (packed)
    archive_write_zip_set_compression_store(archive);
  else
    archive_write_zip_set_compression_deflate(archive);
  return impl_->header(name, bytes.size()) && write(bytes) && end();
}

bool ZipWriter::begin(const std::string& name) {
  archive_write_zip_set_compression_deflate(impl_->archive);
  return impl_->header(name, std::nullopt);
}

bool ZipWriter::write(std::string_view bytes) {
  // A piece at a time, so that a large text does not hold the loop while it is compressed.
  while (!bytes.empty()) {
    auto written = archive_write_data(impl_->archive, bytes.data(),
                                      std::min<std::size_t>(bytes.size(), 256 * 1024));
    if (!impl_->ok(written < 0 ? ARCHIVE_FATAL : ARCHIVE_OK)) return false;
    if (written == 0) throw std::runtime_error("the archive takes no more bytes");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool ZipWriter::end() { return impl_->ok(archive_write_finish_entry(impl_->archive)); }

bool ZipWriter::finish() { return impl_->ok(archive_write_close(impl_->archive)); }

}  // namespace varde::trust
