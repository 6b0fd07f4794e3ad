// The texts of a workbook, which its cells name by their number.
//
// A million persons have two million texts, and a cell may name any of them at any time. They are
// kept in blocks of 64 kB; beyond a number of blocks that fits in memory, all go into a file
// without a name, sealed under a key that only this program's memory holds (they are persons' names
// and addresses, and a disk keeps what was deleted), and those used last stay. Cells name texts
// mostly in the order of their first use, so that few blocks are read twice.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crypto/key.hpp"

namespace varde::people::sheet {

class Strings {
 public:
  /// `directory` is where the file is made once it is needed; empty: everything stays in memory.
  /// `pause` lets others run while blocks are read from it.
  Strings(std::string directory, std::function<void()> pause = {},
          std::size_t blocks_in_memory = 256);
  ~Strings();
  Strings(const Strings&) = delete;
  Strings& operator=(const Strings&) = delete;

  void add(std::string_view text);
  std::uint64_t size() const { return count_; }
  std::uint64_t bytes() const { return bytes_; }
  /// How often a block was read from the file.
  std::uint64_t loads() const { return loads_; }
  /// Valid until the next call. `number` is below size(). Throws when the disk fails.
  std::string_view at(std::uint64_t number);

 private:
  struct Block {
    std::vector<std::uint32_t> ends;
    std::string bytes;
  };
  struct Place {
    std::uint64_t first = 0;   // the number of its first text
    std::int64_t offset = -1;  // in the file; -1: it is not there
    std::uint32_t size = 0;
  };
  Block& block(std::size_t index);
  void write(std::size_t index);
  void make_room();

  std::string directory_;
  std::function<void()> pause_;
  std::size_t in_memory_;
  std::uint64_t count_ = 0, bytes_ = 0, loads_ = 0;
  std::vector<Place> places_;
  std::list<std::size_t> used_;  // the last first
  struct Held {
    Block block;
    std::list<std::size_t>::iterator use;
  };
  std::unordered_map<std::size_t, Held> held_;
  int file_ = -1;
  std::int64_t end_ = 0;
  crypto::Key key_;
};

}  // namespace varde::people::sheet
