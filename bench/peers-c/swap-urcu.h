// One writer publishes an object after the other and defers the one before; one reader looks at whatever stands there. The writer's loop ends
// when all is reclaimed. The reader enters before its first read and leaves after the last; read is a batch between two looks at whether to
// go on; own is the same for a reader of an object that stays. Included once for each flavour of liburcu, in a file of its own (its headers allow one): FLAVOUR is the prefix of its functions.
#include "peers.h"
#include <stdlib.h>

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define RCU(name) JOIN(FLAVOUR, name)

struct object {
    uint64_t value, complement;
    struct rcu_head head;
};

static struct object *current;

static void give_back(struct rcu_head *head) { free(caa_container_of(head, struct object, head)); }

static struct object *new_object(uint64_t value)
{
    struct object *o = malloc(sizeof *o);
    o->value = value;
    o->complement = ~value;
    return o;
}

PEER void RCU(_swap)(int times)
{
    RCU(_register_thread)();
    for (int i = 0; i <= times; i++) {
        struct object *old = current;
        rcu_assign_pointer(current, i < times ? new_object((uint64_t)i) : NULL);
        if (old != NULL) RCU(_call_rcu)(&old->head, give_back);
        if ((i & 63) == 63) RCU(_quiescent_state)();
    }
    RCU(_unregister_thread)(); // not online while it waits
    RCU(_barrier)();
}

// The same by defer_rcu: a queue of the writer's own, which it empties itself when it is full. It takes a mutex for that which the library's thread
// holds through a grace period of its own, so the writer is no reader here: online, it would wait for who waits for it.
static __thread int deferring;

// Registered for good: the library lets no thread do so twice.
static void start_deferring(void)
{
    if (!deferring && RCU(_defer_register_thread)() != 0) abort();
    deferring = 1;
}

// By the thread that deferred, when it will no more: the library aborts a process that ends without.
PEER void RCU(_defer_leave)(int times)
{
    (void)times;
    if (deferring) RCU(_defer_unregister_thread)();
    deferring = 0;
}

PEER void RCU(_defer_swap)(int times)
{
    start_deferring();
    for (int i = 0; i <= times; i++) {
        struct object *old = current;
        rcu_assign_pointer(current, i < times ? new_object((uint64_t)i) : NULL);
        if (old != NULL) RCU(_defer_rcu)(free, old);
    }
    RCU(_defer_barrier_thread)();
}

// Whole grace periods, by a thread that reads nothing.
PEER void RCU(_grace_periods)(int times)
{
    for (int i = 0; i < times; i++) RCU(_synchronize_rcu)();
}

// Objects that nobody looks at.
PEER void RCU(_defer)(int times)
{
    start_deferring();
    for (int i = 0; i < times; i++) {
        struct object *o = new_object((uint64_t)i);
        RCU(_defer_rcu)(free, o);
    }
    RCU(_defer_barrier_thread)();
}

PEER void RCU(_reader_enter)(int times)
{
    (void)times;
    RCU(_register_thread)();
}

PEER void RCU(_reader_read)(int times)
{
    for (int i = 0; i < times; i++) {
        RCU(_read_lock)();
        struct object *o = rcu_dereference(current);
        if (o != NULL && o->value != ~o->complement) abort(); // reclaimed under the reader
        RCU(_read_unlock)();
    }
    RCU(_quiescent_state)();
}

PEER void RCU(_reader_own)(int times)
{
    static struct object own = { .value = 1, .complement = ~(uint64_t)1 };
    static struct object *mine = &own;
    for (int i = 0; i < times; i++) {
        RCU(_read_lock)();
        struct object *o = rcu_dereference(mine);
        if (o->value != ~o->complement) abort();
        RCU(_read_unlock)();
    }
    RCU(_quiescent_state)();
}

PEER void RCU(_reader_leave)(int times)
{
    (void)times;
    RCU(_unregister_thread)();
}
