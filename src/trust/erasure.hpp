// Forgetting persons for good: their keys, and the ledger that says so.
//
// The ledger stands outside of the main database and its backups: in the keystore, written in the
// transaction that destroys the keys, and line by line in files (Settings::ledger, and the data
// directory's own), which outlive the loss of the keystore. Every restore works it off before
// anybody can read (privacy/erasure). It holds random ids and times, and these only for as long as
// a backup may hold the rows that belong to them.
//
// A key that was destroyed is still in the keystore's own files until these are rewritten: a job
// does that twice a day, if there is anything to rewrite.
#pragma once

#include <functional>

#include "jobs/queue.hpp"
#include "trust/ctx.hpp"

namespace varde::trust {

/// How long the ledger remembers: the longest that a backup is kept (12 months), and a month more.
inline constexpr auto kLedgerKept = std::chrono::hours(24) * 400;
/// How often the files of the keystore are rewritten. The product promises a day.
inline constexpr auto kCleanEvery = std::chrono::hours(12);

/// Destroys the keys of these persons and writes them into the ledger. Doing it twice is doing it
/// once. The nil id stands for the organisation as a whole, whose keys the caller destroys. Throws
/// when the keystore or a file of the ledger cannot be written: call it again.
void forget(Base& base, const Uuid& tenant, const std::vector<Uuid>& persons);

/// Destroys the keys of what is no longer needed (files that were exported, imports), when the
/// caller's transaction has committed and come what may.
void destroy_keys(Ctx& ctx, const std::vector<Uuid>& ids);

/// For jobs that carry an erasure through, and are never given up: the ids as a payload, and what
/// to do when something is away.
std::string ids_payload(const std::vector<Uuid>& ids);
std::vector<Uuid> ids_of(const jobs::Job& job);
jobs::Outcome try_again(const std::exception& what);

/// Takes what the files of the ledger know into the keystore, which may have been restored to
/// before it, and destroys those keys again. Returns how many lines there are.
std::size_t adopt_ledger(Base& base);
/// The whole ledger, batch by batch of one tenant.
void read_ledger(
    Base& base,
    const std::function<void(const Uuid& tenant, const std::vector<Uuid>& persons)>& batch);

/// Rewrites the keystore's files now, whether or not there is anything to rewrite; waits, without
/// blocking the loop, until old WAL is gone too, at most `patience`. Returns whether it is.
bool clean_keystore(Base& base, std::chrono::seconds patience);

void add_erasure_jobs(Base& base, jobs::Workers& workers);

}  // namespace varde::trust
