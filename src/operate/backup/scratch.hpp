// Folders below DATA in which a cluster stands for a while: what is being restored, the state whose
// trail is carried over, a drill's, the one that a single organisation is taken from.
//
// Each use has a folder of its own (new.Xy3k). A killed restore leaves worker processes of
// pgBackRest that go on writing by path for many seconds: into a folder that the next restore used
// again, they wrote files of another backup between its own.
#pragma once

#include <string>

#include "operate/backup/pgbackrest.hpp"

namespace varde::operate {

/// As long as "keystore" with what is appended: where that fits a socket's path, these do.
enum class Scratch { restored, latest, drill, one };

/// Makes an empty folder and returns its name below the data directory.
std::string fresh_scratch(const std::string& data_directory, Scratch kind);
/// Ends the clusters that are left in folders of the kind, and removes these. What cannot be
/// removed yet, because somebody still writes there, is left to the next call. Folders whose file
/// "lock" somebody holds are in use and stay.
void remove_scratch(const std::string& data_directory, Scratch kind);

/// A cluster there of which nothing is kept: small, and without care for crashes.
db::ClusterOptions scratch_options(const Installation& installation, const std::string& folder,
                                   Cluster which = Cluster::main);

/// Fetches a backup into the folder's cluster, for its next start to recover as far as `words` say.
void fetch_scratch(const Installation& installation, const db::Cluster& cluster,
                   const std::string& label, int repository, std::vector<std::string> words,
                   Cluster which = Cluster::main);

}  // namespace varde::operate
