// What the backups give the program: their endpoint, their job, what wants attention.
#pragma once

#include "operate/operate.hpp"
#include "trust/table.hpp"

namespace varde::operate {

void add_backup_routes(trust::Api& api, const Environment& environment);
/// Looks every few minutes what is due, in a process of its own.
void add_backup_jobs(const Environment& environment, jobs::Workers& workers);
std::vector<trust::Attention> backups_attention(const Environment& environment);
std::vector<trust::Table> backup_tables();

}  // namespace varde::operate
