// The fence of the textbook: a spinlock, a list of callbacks that run under it, a reference count. Slots come from a thread-local list and
// go back at once: no grace period is paid for. Modelled on what every driver stack does, written from its description.
#include "peers.h"
#include <stdlib.h>

struct link {
    struct link *next, *previous;
};

struct callback {
    struct link link;
    void (*run)(void *fence, struct callback *self);
};

struct fence {
    _Atomic uint32_t lock;
    _Atomic uint32_t flags;
    _Atomic uint32_t references;
    int error;
    struct link callbacks;
    uint64_t timestamp, context, seqno;
    struct fence *next;
} __attribute__((aligned(LINE)));

static __thread struct fence *free_slots;
static __thread uint64_t last_seqno;

static inline void lock(struct fence *f)
{
    while (atomic_exchange_explicit(&f->lock, 1, memory_order_acquire) != 0)
        while (atomic_load_explicit(&f->lock, memory_order_relaxed) != 0) __builtin_ia32_pause();
}

static inline void unlock(struct fence *f) { atomic_store_explicit(&f->lock, 0, memory_order_release); }

__attribute__((noinline)) static void refill(void)
{
    struct fence *slab = aligned_alloc(LINE, 512 * sizeof(struct fence));
    for (int i = 0; i < 512; i++) {
        slab[i].next = free_slots;
        free_slots = &slab[i];
    }
}

static inline struct fence *create(void)
{
    if (free_slots == NULL) refill();
    struct fence *f = free_slots;
    free_slots = f->next;
    atomic_store_explicit(&f->lock, 0, memory_order_relaxed);
    atomic_store_explicit(&f->flags, 0, memory_order_relaxed);
    atomic_store_explicit(&f->references, 1, memory_order_relaxed);
    f->error = 0;
    f->callbacks.next = f->callbacks.previous = &f->callbacks;
    f->context = 1;
    f->seqno = ++last_seqno;
    return f;
}

static inline int add(struct fence *f, struct callback *c)
{
    lock(f);
    int open = !(atomic_load_explicit(&f->flags, memory_order_relaxed) & 1);
    if (open) {
        c->link.previous = f->callbacks.previous;
        c->link.next = &f->callbacks;
        f->callbacks.previous->next = &c->link;
        f->callbacks.previous = &c->link;
    }
    unlock(f);
    return open;
}

static inline int drop(struct fence *f, struct callback *c)
{
    lock(f);
    int there = c->link.next != NULL;
    if (there) {
        c->link.previous->next = c->link.next;
        c->link.next->previous = c->link.previous;
        c->link.next = NULL;
    }
    unlock(f);
    return there;
}

static inline void signal_fence(struct fence *f, uint64_t now)
{
    lock(f);
    if (!(atomic_fetch_or(&f->flags, 1) & 1)) {
        f->timestamp = now;
        for (struct link *l = f->callbacks.next; l != &f->callbacks;) {
            struct link *next = l->next;
            l->next = NULL;
            ((struct callback *)l)->run(f, (struct callback *)l);
            l = next;
        }
    }
    unlock(f);
}

static inline void acquire(struct fence *f) { atomic_fetch_add(&f->references, 1); }

static inline void release(struct fence *f)
{
    if (atomic_fetch_sub(&f->references, 1) == 1) {
        f->next = free_slots;
        free_slots = f;
    }
}

#define FENCE textbook
#include "loops.h"

PEER void textbook_add_remove(int times)
{
    struct fence *f = create();
    struct callback node = { .run = count };
    for (int i = 0; i < times; i++) {
        add(f, &node);
        drop(f, &node);
    }
    signal_fence(f, coarse_now());
    release(f);
}

// Both threads at one fence that nobody closes.
static struct fence common = { .callbacks = { &common.callbacks, &common.callbacks } };

PEER void textbook_shared_add_remove(int times)
{
    struct callback node = { .run = count };
    for (int i = 0; i < times; i++) {
        add(&common, &node);
        drop(&common, &node);
    }
}

PEER void textbook_acquire_release(int times)
{
    struct fence *f = create();
    for (int i = 0; i < times; i++) {
        acquire(f);
        release(f);
    }
    release(f);
}
