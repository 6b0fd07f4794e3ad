// Where a command writes what may hold everything about everybody: a file that only its owner
// reads, or the standard output.
#pragma once

#include <string>
#include <string_view>

namespace varde::app {

/// The file is opened before root is given up: whoever calls the command says where it goes, also
/// where the program's user may not write. It is never reached through a link, so that nobody who
/// may write to the folder can have it land elsewhere. What is not whole does not stay.
class Output {
 public:
  enum class Existing {
    replaced,  ///< What was there before stays until there is something to take its place.
    refused
  };
  /// An empty path is the standard output. Throws with what to do.
  explicit Output(std::string path, Existing existing = Existing::replaced);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  bool write(std::string_view bytes);
  /// It is whole.
  void keep();

 private:
  [[noreturn]] void failed() const;
  std::string path_;
  int file_ = -1;
  bool begun_ = false, kept_ = false;
};

}  // namespace varde::app
