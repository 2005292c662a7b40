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
