// Lets statements of the program fail in PostgreSQL, chosen by name. Loaded before libpq (LD_PRELOAD) by `./dev fault statements`,
// so that the program under test is the one that is shipped, and the error one that the server made: the chosen statement's place
// in the pipeline is taken by a DO that raises its SQLSTATE, which aborts the transaction as the real error would. Class 08 cuts
// the connection instead.
//
// Tried first: constraints, triggers and revoked rights, which know tables and no statements; pg_hint_plan's and auto_explain's hooks,
// which need an extension of our own in every cluster; a proxy that speaks the protocol, which is slower and ten times as long.
//
// VARDE_FAULTS names a file that the driver maps, too (bench/statements.py has the same shape in its `struct`): what is to fail, how
// often, and which statements were seen.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

enum { kName = 80, kSeen = 2048 };

struct Shared {
  _Atomic int32_t left;  // how many more are to fail; written last by the driver
  _Atomic uint32_t fired;
  char name[kName];
  char state[8];
  _Atomic uint32_t seen_count;
  char seen[kSeen][kName];
};

typedef struct pg_conn PGconn;
typedef unsigned int Oid;
typedef int (*SendParams)(PGconn*, const char*, int, const Oid*, const char* const*, const int*, const int*, int);
typedef int (*SendPrepared)(PGconn*, const char*, int, const char* const*, const int*, const int*, int);

static struct Shared* shared(void) {
  static _Atomic(struct Shared*) mapped;
  struct Shared* found = atomic_load(&mapped);
  if (found != NULL) return found;
  const char* path = getenv("VARDE_FAULTS");
  int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return NULL;
  found = mmap(NULL, sizeof(struct Shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (found == MAP_FAILED) return NULL;
  atomic_store(&mapped, found);
  return found;
}

// One thread adds at a time; the driver reads up to seen_count.
static void remember(struct Shared* s, const char* name) {
  static atomic_flag busy = ATOMIC_FLAG_INIT;
  uint32_t count = atomic_load(&s->seen_count);
  for (uint32_t i = 0; i < count; ++i)
    if (strncmp(s->seen[i], name, kName) == 0) return;
  while (atomic_flag_test_and_set(&busy)) {
  }
  count = atomic_load(&s->seen_count);
  uint32_t i = 0;
  while (i < count && strncmp(s->seen[i], name, kName) != 0) ++i;
  if (i == count && count < kSeen) {
    strncpy(s->seen[i], name, kName - 1);
    atomic_store(&s->seen_count, count + 1);
  }
  atomic_flag_clear(&busy);
}

// Whether the statement is to fail now; then `state` has the SQLSTATE.
static int fails(const char* name, char state[6]) {
  struct Shared* s = shared();
  if (s == NULL) return 0;
  remember(s, name);
  if (atomic_load(&s->left) <= 0 || strncmp(s->name, name, kName) != 0) return 0;
  if (atomic_fetch_sub(&s->left, 1) <= 0) return 0;
  memcpy(state, s->state, 5);
  state[5] = '\0';
  atomic_fetch_add(&s->fired, 1);
  return 1;
}

static int raise_error(PGconn* connection, const char* state, SendParams real) {
  char text[160];
  snprintf(text, sizeof text, "DO $$BEGIN RAISE EXCEPTION USING ERRCODE = '%s', MESSAGE = 'a fault was injected'; END$$", state);
  return real(connection, text, 0, NULL, NULL, NULL, NULL, 1);
}

static void cut(PGconn* connection) {
  int (*socket_of)(const PGconn*) = (int (*)(const PGconn*))dlsym(RTLD_NEXT, "PQsocket");
  shutdown(socket_of(connection), SHUT_RDWR);
}

int PQsendQueryPrepared(PGconn* connection, const char* statement, int count, const char* const* values, const int* lengths, const int* formats, int result_format) {
  SendPrepared real = (SendPrepared)dlsym(RTLD_NEXT, "PQsendQueryPrepared");
  char name[kName] = {0}, state[6];
  strncpy(name, statement, kName - 1);
  // "insert:table:rows:hash" is one statement, however many rows it has.
  char* rest = strncmp(name, "insert:", 7) == 0 ? strchr(name + 7, ':') : NULL;
  if (rest != NULL) memset(rest, 0, (size_t)(name + kName - rest));
  if (fails(name, state)) {
    if (strncmp(state, "08", 2) != 0) return raise_error(connection, state, (SendParams)dlsym(RTLD_NEXT, "PQsendQueryParams"));
    cut(connection);
  }
  return real(connection, statement, count, values, lengths, formats, result_format);
}

int PQsendQueryParams(PGconn* connection, const char* text, int count, const Oid* types, const char* const* values, const int* lengths, const int* formats, int result_format) {
  SendParams real = (SendParams)dlsym(RTLD_NEXT, "PQsendQueryParams");
  char name[kName] = {0}, state[6];
  strncpy(name, text, kName - 1);
  if (strcmp(name, "ROLLBACK") != 0 && strncmp(name, "SET LOCAL varde.tenant", 22) != 0 && fails(name, state)) {
    if (strncmp(state, "08", 2) != 0) return raise_error(connection, state, real);
    cut(connection);
  }
  return real(connection, text, count, types, values, lengths, formats, result_format);
}
