// The floor to approach: a fence without locks, and without removal, waiting, enabling, names that are checked, generations or order of its
// timeline. Slots of one cache line from a thread-local list; a last release puts the slot on a thread-local limbo list, which comes
// back after a grace period of quiescent states. One locked exchange signals; one locked decrement releases.
#include "peers.h"
#include <stdlib.h>

#define BATCH 512

struct callback {
    struct callback *next;
    void (*run)(void *fence, struct callback *self);
};

struct fence {
    _Atomic uint64_t head; // open: the newest callback; closed: time << 1 | 1
    _Atomic uint32_t references;
    uint32_t padding;
    uint64_t context, seqno;
    const char *driver, *timeline;
    struct fence *next;
    void *data;
} __attribute__((aligned(LINE)));

struct bag {
    uint32_t count;
    uint64_t phase;
    struct bag *next;
    struct fence *slots[BATCH];
};

_Atomic uint64_t peers_clock = 1000;

static _Atomic uint64_t global_phase = 1;
static _Atomic uint64_t reader_phase = 1; // one online reader: this thread
static __thread struct bag *full, *limbo, *limbo_last;
static __thread struct bag *staging;
static __thread uint64_t last_seqno;

static struct bag *new_bag(void) { return aligned_alloc(LINE, (sizeof(struct bag) + LINE - 1) / LINE * LINE); }

__attribute__((noinline)) static void refill(void)
{
    struct bag *empty = full;
    if (limbo != NULL && limbo->phase < atomic_load_explicit(&reader_phase, memory_order_acquire)) {
        full = limbo;
        limbo = limbo->next;
        if (limbo == NULL) limbo_last = NULL;
        if (empty != NULL) free(empty);
        return;
    }
    full = empty != NULL ? empty : new_bag();
    struct fence *slab = aligned_alloc(LINE, BATCH * sizeof(struct fence));
    for (full->count = 0; full->count < BATCH; full->count++) full->slots[full->count] = &slab[full->count];
}

__attribute__((noinline)) static void seal(void)
{
    staging->phase = atomic_fetch_add(&global_phase, 1);
    staging->next = NULL;
    if (limbo_last != NULL) limbo_last->next = staging; else limbo = staging;
    limbo_last = staging;
    staging = NULL;
    atomic_store_explicit(&reader_phase, atomic_load(&global_phase), memory_order_release); // a quiescent state
}

static inline struct fence *create(void)
{
    if (full == NULL || full->count == 0) refill();
    struct fence *f = full->slots[--full->count];
    f->context = 1;
    f->seqno = ++last_seqno;
    f->driver = "driver";
    f->timeline = "timeline";
    f->data = NULL;
    atomic_store_explicit(&f->head, 0, memory_order_relaxed);
    atomic_store_explicit(&f->references, 1, memory_order_release);
    return f;
}

static inline int add(struct fence *f, struct callback *c)
{
    uint64_t head = atomic_load_explicit(&f->head, memory_order_acquire);
    do {
        if (head & 1) return 0;
        c->next = (struct callback *)head;
    } while (!atomic_compare_exchange_weak_explicit(&f->head, &head, (uint64_t)c, memory_order_acq_rel, memory_order_acquire));
    return 1;
}

static inline void signal_fence(struct fence *f, uint64_t now)
{
    uint64_t head = atomic_exchange_explicit(&f->head, now << 1 | 1, memory_order_acq_rel);
    struct callback *oldest = NULL;
    for (struct callback *c = (struct callback *)head; c != NULL;) {
        struct callback *next = c->next;
        c->next = oldest;
        oldest = c;
        c = next;
    }
    while (oldest != NULL) {
        struct callback *next = oldest->next;
        oldest->run(f, oldest);
        oldest = next;
    }
}

static inline void release(struct fence *f)
{
    if (atomic_fetch_sub_explicit(&f->references, 1, memory_order_acq_rel) != 1) return;
    if (staging == NULL) {
        staging = new_bag();
        staging->count = 0;
    }
    staging->slots[staging->count] = f;
    if (++staging->count == BATCH) seal();
}

#define FENCE sketch
#include "loops.h"
