// The list of modules: adding a capability is adding a folder and a line.
#include "app/program.hpp"
#include "people/people.hpp"

namespace varde::app {

std::vector<trust::Module> make_modules(Program& program) {
  std::vector<trust::Module> out;
  out.push_back(people::make_module(*program.base));
  return out;
}

}  // namespace varde::app
