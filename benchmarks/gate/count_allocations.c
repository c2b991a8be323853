// Preloaded into a process, counts what it asks of malloc and tells at exit, on standard error:
// "allocations COUNT bytes BYTES". realloc counts as one allocation.
//
// gcc -shared -fPIC -O2 -o count_allocations.so count_allocations.c -ldl

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static _Atomic unsigned long allocations, allocated;

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static void (*next_free)(void *);
static void *(*next_aligned)(size_t, size_t);

// dlsym itself allocates before the real functions are known; these bytes serve it and are never given back.
static _Alignas(16) char early[4096];
static size_t early_used;

static void *early_bytes(size_t size) {
  size_t start = (early_used + 15) & ~(size_t)15;
  if (start + size > sizeof early) _exit(97);
  early_used = start + size;
  return early + start;
}

static int is_early(const void *pointer) {
  return (const char *)pointer >= early && (const char *)pointer < early + sizeof early;
}

static void resolve(void) {
  static int resolving;
  if (next_malloc || resolving) return;
  resolving = 1;
  next_calloc = dlsym(RTLD_NEXT, "calloc");
  next_realloc = dlsym(RTLD_NEXT, "realloc");
  next_free = dlsym(RTLD_NEXT, "free");
  next_aligned = dlsym(RTLD_NEXT, "memalign");
  next_malloc = dlsym(RTLD_NEXT, "malloc");
}

static void note(size_t size) {
  atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&allocated, size, memory_order_relaxed);
}

void *malloc(size_t size) {
  resolve();
  if (!next_malloc) return early_bytes(size);
  note(size);
  return next_malloc(size);
}

void *calloc(size_t count, size_t size) {
  resolve();
  if (!next_calloc || !next_malloc) return early_bytes(count * size);
  note(count * size);
  return next_calloc(count, size);
}

void *realloc(void *pointer, size_t size) {
  resolve();
  if (is_early(pointer)) {
    void *moved = malloc(size);
    memcpy(moved, pointer, size);
    return moved;
  }
  note(size);
  return next_realloc(pointer, size);
}

void *memalign(size_t alignment, size_t size) {
  resolve();
  note(size);
  return next_aligned(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
  *result = memalign(alignment, size);
  return *result ? 0 : ENOMEM;
}

void free(void *pointer) {
  if (pointer && !is_early(pointer)) {
    resolve();
    next_free(pointer);
  }
}

__attribute__((destructor)) static void tell(void) {
  char line[96];
  int length = snprintf(line, sizeof line, "allocations %lu bytes %lu\n", allocations, allocated);
  if (write(2, line, (size_t)length) < 0) return;
}
